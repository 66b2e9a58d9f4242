/** How the edit ledger's answers look to a person. */
import { type ShownAnswer, type ShownEdit, spokenEvidence } from '../../tools/who-evidence.ts';
import { oneLine, wrap } from './layout.ts';
import type { Style } from './style.ts';

interface Look {
  readonly style: Style;
  readonly columns: number | undefined;
}

type Who = Omit<ShownAnswer, 'edits'> & { readonly edits: readonly ShownEdit[]; readonly text: string };

export const editRenderers = {
  who(out: Who, { style, columns }: Look): string {
    const marks = { known: style.good('✓'), candidates: style.careful('?'), unknown: style.bad('✗') };
    const width = columns === undefined ? undefined : columns - 2;
    const [head = '', ...more] = wrap(oneLine(out.text), width);
    const evidence = spokenEvidence(out).flatMap(line => wrap(oneLine(line), width));
    const rest = [...more, ...evidence.map(style.quiet)].map(line => `  ${line}`);
    return `${[`${marks[out.answer]} ${head}`, ...rest].join('\n')}\n`;
  },
};
