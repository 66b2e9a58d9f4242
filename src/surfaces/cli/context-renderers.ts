/** How shared context and the digest look to a person. */
import { cleanText } from '../../core/text.ts';
import { oneLine, wrap } from './layout.ts';
import type { Look } from './message-look.ts';
import { ago, left } from './spoken.ts';

interface ShownEntry {
  readonly id: string;
  readonly type: string;
  readonly title?: string;
  readonly content: string;
  readonly tags?: readonly string[];
  readonly author: string;
  readonly revision: number;
  readonly updatedAt: string;
  readonly branch?: string;
  readonly expiresAt?: string;
}

type Own = (text: string) => string;

const indent = '  ';

export const contextRenderers = {
  context_query(out: { entries: readonly ShownEntry[]; note?: string }, look: Look, own: Own): string {
    const entries = out.entries.length === 0 ? ['No entries.\n'] : out.entries.map(entry => shownEntry(entry, look));
    // A person need not be told that peers are no users.
    const note = own(out.note ?? '').replace(/^Contents are [^.]*\.\s?/, '');
    return `${entries.join('\n')}${note && `\n${look.style.quiet(note)}\n`}`;
  },

  brief(out: { text: string }, _look: Look, own: Own): string {
    const lines = out.text.split('\n');
    // Behind a dash stand words of peers, which are shown as they wrote them.
    return `${lines.map(line => (line.startsWith('- ') ? cleanText(line).text : own(line))).join('\n')}\n`;
  },
};

/** A heading and the content below it, indented, so that nothing in it can pass for the heading of another entry. */
function shownEntry(entry: ShownEntry, { style, columns, now }: Look): string {
  const facts = [
    oneLine(entry.author),
    ago(entry.updatedAt, now),
    oneLine(entry.id),
    entry.revision > 1 ? `revision ${entry.revision}` : '',
    entry.branch ? oneLine(entry.branch) : '',
    entry.expiresAt ? left(entry.expiresAt, now) : '',
    (entry.tags ?? []).map(tag => `#${oneLine(tag)}`).join(' '),
  ].filter(fact => fact !== '');
  const paint = entry.type === 'blocker' ? style.bad : style.name;
  const title = entry.title ? `  ${style.strong(oneLine(entry.title))}` : '';
  const head = `${paint(entry.type)}${title}  ${style.quiet(facts.join(' · '))}`;
  const width = columns === undefined ? undefined : columns - indent.length;
  const body = wrap(cleanText(entry.content).text.trimEnd(), width).map(line => `${indent}${line}`.trimEnd());
  return `${head}\n${body.join('\n')}\n`;
}
