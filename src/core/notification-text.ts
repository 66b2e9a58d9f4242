/**
 * The block that a session's own server keeps in a rules file for clients without hooks: how many messages wait, and no word of
 * anybody's. Sessions that share the file have a line each. Taken out again it leaves the text as it was, to the byte.
 */

/** One server's line. */
export interface Waiting {
  /** Tells the server's process from all others. */
  readonly owner: string;
  readonly unread: number;
  /** The tool that reads them in the words of its session; null where none is known. */
  readonly tool: string | null;
}

const beginning = '<!-- signalbox: begin';
const block = /<!-- signalbox: begin( own| joined)? -->\r?\n([\s\S]*?)<!-- signalbox: end -->(?:\r?\n|$)/;
const line = /^(\d+) messages? waits? [^\n]*<!-- (\S+) -->\r?$/;

/**
 * The text with the line of `mine` (none where nothing waits) and without those whose owner `isGone`. Null stands for no file: one
 * that was made for the block goes with it. Undefined where somebody has changed the marks, so that nobody can tell what is whose.
 */
export function withWaiting(
  text: string | null,
  mine: Waiting,
  isGone: (owner: string) => boolean,
): string | null | undefined {
  const found = text === null ? null : block.exec(text);
  const [whole = '', kind = '', inside = ''] = found ?? [];
  const before = found ? (text ?? '').slice(0, found.index) : (text ?? '');
  const after = found ? (text ?? '').slice(found.index + whole.length) : '';
  if (`${before}${inside}${after}`.includes(beginning)) return undefined;
  const others = linesIn(inside).filter(({ owner }) => owner !== mine.owner && !isGone(owner));
  const waiting = mine.unread > 0 ? [...others, mine] : others;
  if (waiting.length === 0) return found ? without(before, after, kind) : text;
  const eol = (text ?? '').includes('\r\n') ? '\r\n' : '\n';
  const isNew = !found;
  const isJoined = isNew && before !== '' && !before.endsWith('\n');
  const newKind = isNew ? (text === null ? ' own' : isJoined ? ' joined' : '') : kind;
  const lines = [`${beginning}${newKind} -->`, ...waiting.map(spoken), '<!-- signalbox: end -->', ''];
  return `${before}${isJoined ? eol : ''}${lines.join(eol)}${after}`;
}

/** Whether the text has the line of an owner for whom something waits. */
export function tellsOf(text: string | null, owner: string): boolean {
  return linesIn(block.exec(text ?? '')?.[2] ?? '').some(waiting => waiting.owner === owner);
}

function linesIn(inside: string): Waiting[] {
  return inside.split('\n').flatMap(each => {
    const [, unread, owner] = line.exec(each) ?? [];
    const [, tool = null] = /: call (\w+)\. </.exec(each) ?? [];
    return unread && owner ? [{ owner, unread: Number(unread), tool }] : [];
  });
}

function without(before: string, after: string, kind: string): string | null {
  const rest = `${kind === ' joined' ? before.replace(/\r?\n$/, '') : before}${after}`;
  return rest === '' && kind === ' own' ? null : rest;
}

function spoken({ owner, unread, tool }: Waiting): string {
  const count = unread === 1 ? '1 message waits' : `${unread} messages wait`;
  return `${count} for you in Signalbox${tool === null ? '' : `: call ${tool}`}. <!-- ${owner} -->`;
}
