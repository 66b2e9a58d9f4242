/** How conflicts and intents look to a person. */
import { table, wrap } from './layout.ts';
import type { Look } from './message-look.ts';
import { ago } from './spoken.ts';

type Own = (text: string) => string;

interface Examined {
  readonly conflicts: readonly { readonly severity: string; readonly description: string }[];
  readonly notLookedAt?: readonly string[];
}

export interface ShownIntent {
  readonly intent: string;
  readonly session: string;
  readonly type: string;
  readonly status: string;
  readonly targets: readonly string[];
  readonly description?: string;
  readonly branch?: string;
  readonly updatedAt: string;
}

export const intentRenderers = {
  conflict_check(out: Examined & { readonly safe: boolean }, look: Look, own: Own): string {
    const { style } = look;
    const verdict = out.safe
      ? `${style.good('✓')} ${out.conflicts.length === 0 ? 'Safe: nothing in the way.' : 'Safe, but know this:'}`
      : `${style.bad('✗')} Not safe now:`;
    return [verdict, ...examined(out, look, own), ''].join('\n');
  },

  intent_announce(out: Examined & { readonly intent: string }, look: Look, own: Own): string {
    const { style } = look;
    const rest = out.conflicts.length === 0 ? 'Nothing speaks against it.' : 'Know this:';
    const mark = out.conflicts.some(({ severity }) => severity === 'high') ? style.careful('!') : style.good('✓');
    return [`${mark} Announced as ${own(out.intent)}. ${rest}`, ...examined(out, look, own), ''].join('\n');
  },

  intent_list(
    out: { readonly intents: readonly ShownIntent[]; readonly more?: boolean },
    look: Look,
    own: Own,
  ): string {
    if (out.intents.length === 0) return 'No open intents.\n';
    const rest = own('There are more. Name a type or a session to narrow it down.');
    return intentTable(out.intents, look) + (out.more ? `${look.style.quiet(rest)}\n` : '');
  },
};

const severityWidth = 6;
const indent = ' '.repeat(severityWidth + 4);

/** A line for each finding, wrapped behind its severity; then what was not looked at. */
function examined({ conflicts, notLookedAt }: Examined, { style, columns }: Look, own: Own): string[] {
  const width = columns === undefined ? undefined : columns - indent.length;
  const entry = (mark: string, text: string) =>
    wrap(own(text).replaceAll('\n', ' '), width).map((line, at) => (at === 0 ? `  ${mark}  ${line}` : indent + line));
  return [
    ...conflicts.flatMap(({ severity, description }) => {
      const paint = severity === 'high' ? style.bad : severity === 'medium' ? style.careful : style.quiet;
      return entry(paint(severity.padEnd(severityWidth)), description);
    }),
    ...(notLookedAt ?? []).flatMap(sentence => entry(style.quiet('?'.padEnd(severityWidth)), sentence)),
  ];
}

export function intentTable(intents: readonly ShownIntent[], { style, columns, now }: Look): string {
  return table(
    [
      { title: 'INTENT', paint: style.quiet },
      { title: 'BY', paint: style.name },
      { title: 'WHAT', paint: style.strong },
      { title: 'ON', gives: 'middle' },
      { title: 'BRANCH', gives: 'middle', mayGo: true },
      { title: 'STATUS' },
      { title: 'SAID', paint: style.quiet },
      { title: 'FOR', gives: 'end', keeps: 16 },
    ],
    intents.map(intent => [
      intent.intent,
      intent.session,
      intent.type,
      intent.targets.join(', '),
      intent.branch ?? '',
      intent.status.replace('_', ' '),
      ago(intent.updatedAt, now),
      intent.description ?? '',
    ]),
    style.quiet,
    columns,
  );
}
