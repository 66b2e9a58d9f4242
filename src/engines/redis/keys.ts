/** How a project lies in Redis: the names of its keys, and its index entries as members of one sorted set. */
import type { Kind } from '../../core/records.ts';
import type { Question, Row } from '../snapshot.ts';
import type { Span } from '../span.ts';
import type { Entry } from '../unit-of-work.ts';

/** All in one slot of a cluster, so that a script may use them together. */
export interface ProjectKeys {
  /** Hash: `revision` (the token of the last commit), `sequence`, `latest` (time of the last unit), `turn` and `until`. */
  readonly meta: string;
  /** Hash: from `kind NUL id` to the body. */
  readonly records: string;
  /** Sorted set, all scores 0 so that members sort by their bytes: `kind.index NUL value NUL id`. */
  readonly entries: string;
  /** Stream with one entry `<sequence>-0` for each event, its JSON in the field `body`. */
  readonly events: string;
  /** Sorted set of the tokens of commits by the second in which they were stored; older ones are dropped. */
  readonly done: string;
  /** List of the places of units that wait for their turn, the next one first; see `scripts/line.lua`. */
  readonly line: string;
}

/** Where a project lies; `variant` gives it another place in the same slot. */
export function keysOf(prefix: string, project: string, variant = ''): ProjectKeys {
  // Encoded, a name holds no brace; an empty one would be no tag at all.
  const base = `${prefix}:{${encodeURIComponent(project) || '%'}}${variant}`;
  return {
    meta: `${base}:meta`,
    records: `${base}:records`,
    entries: `${base}:entries`,
    events: `${base}:events`,
    done: `${base}:done`,
    line: `${base}:line`,
  };
}

/** Keys of the same slot in which a project lies ready while it is loaded. */
export function stagingKeysOf(prefix: string, project: string, token: string): ProjectKeys {
  return keysOf(prefix, project, `:load:${token}`);
}

/** The set of the names of all projects; a name may stand in it before its project exists. */
export function projectsKey(prefix: string): string {
  return `${prefix}:projects`;
}

/** A session is woken over the channel of this beginning and its id. */
export function channelsOf(prefix: string): string {
  return `${prefix}:wake:`;
}

/** A process is told on this channel that the turn of one of its units has come. */
export function turnChannelOf(prefix: string, process: string): string {
  return `${prefix}:turn:${process}`;
}

export function fieldOf(kind: string, id: string): string {
  return `${kind}\0${id}`;
}

export function memberOf({ kind, index, value, id }: Entry): string {
  return `${kind}.${index}\0${value}\0${id}`;
}

/** The row behind a member; NUL occurs neither in values nor in ids. */
export function rowOf(member: string, body: string | null): Row {
  const [, value = '', id = ''] = member.split('\0');
  return { value, id, body: body ?? 'null' };
}

/** A question in the form in which the script `read` takes it. */
export function questionArguments(question: Question): readonly string[] {
  const { kind } = question;
  if ('id' in question) return ['get', fieldOf(kind, question.id)];
  const { index, span, page } = question;
  const reverse = page?.reverse === true;
  const [least, greatest] = boundsOf(kind, index, span, reverse);
  if (page === undefined) return ['count', least, greatest];
  return ['list', kind, least, greatest, String(page.limit), reverse ? '1' : '0'];
}

/**
 * The members of a span, from the least to the greatest. What follows a value is a NUL, the least of all bytes: so members sort
 * by value first, and everything up to `value \x01` belongs to the value.
 */
function boundsOf(kind: Kind, index: string, span: Span, reverse: boolean): readonly [least: string, greatest: string] {
  const place = `${kind}.${index}`;
  if (span.equals === undefined) {
    const greatest = span.below === undefined ? `(${place}\x01` : `(${place}\0${span.below}`;
    return [`[${place}\0${span.from}`, greatest];
  }
  const { equals, afterId } = span;
  const least = `[${place}\0${equals}\0`;
  const greatest = `(${place}\0${equals}\x01`;
  if (afterId === undefined) return [least, greatest];
  const after = `(${place}\0${equals}\0${afterId}`;
  return reverse ? [least, after] : [after, greatest];
}
