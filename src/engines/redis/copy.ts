/** A whole project out of Redis, and into it. */
import { limits } from '../../core/limits.ts';
import type { Contents } from '../../core/ports.ts';
import type { Kind } from '../../core/records.ts';
import { ServerFailure } from '../server/failure.ts';
import { compareText } from '../span.ts';
import type { Commit } from '../unit-of-work.ts';
import { Call } from './call.ts';
import { type Delivery, deliver } from './commit.ts';
import { fieldOf, memberOf, type ProjectKeys } from './keys.ts';
import type { Link } from './link.ts';
import { scripts } from './scripts.ts';

/** Characters of bodies that one command carries at most, unless a single one is larger. */
const partCharacters = 1_000_000;
/** Bodies that one answer carries: their size is not known beforehand. */
const bodiesAtOnce = 100;

/** Everything the project holds, or undefined when it was changed meanwhile. Takes as long as it needs, step by step. */
export async function readContents(link: Link, keys: ProjectKeys): Promise<Contents | undefined> {
  const command = <T>(name: string, ...values: (string | number)[]) =>
    link.use(new Call(), client => client.call(name, ...values) as Promise<T>);
  const [revision, sequence] = await command<(string | null)[]>('hmget', keys.meta, 'revision', 'sequence');
  if (revision === null || revision === undefined) return { sequence: 0, records: [], events: [] };
  const records: Contents['records'][number][] = [];
  const all = await command<string[]>('hkeys', keys.records);
  for (const fields of inParts(all, () => partCharacters / bodiesAtOnce)) {
    const bodies = await command<(string | null)[]>('hmget', keys.records, ...fields);
    for (const [at, field] of fields.entries()) {
      const [kind = '', id = ''] = field.split('\0');
      records.push({ kind: kind as Kind, id, body: bodies[at] ?? 'null' });
    }
  }
  const events: string[] = [];
  for (let from = '-'; ; ) {
    const page = await command<StreamEntry[]>('xrange', keys.events, from, '+', 'COUNT', bodiesAtOnce);
    for (const [, [, body]] of page) events.push(body);
    if (page.length < bodiesAtOnce) break;
    from = `(${page.at(-1)?.[0]}`;
  }
  if ((await command<string | null>('hget', keys.meta, 'revision')) !== revision) return undefined;
  records.sort((a, b) => compareText(a.kind, b.kind) || compareText(a.id, b.id));
  return { sequence: Number(sequence), records, events };
}

/** `[id, ['body', body]]` */
export type StreamEntry = readonly [id: string, fields: readonly [name: string, body: string]];

/** What became of a load: `taken` when the project was written to before. */
export type LoadOutcome = 'loaded' | 'taken';

/**
 * Puts the commit into `staging`, piece by piece, and makes that the project in one step. A loader that dies leaves staging
 * behind, where nobody looks; the server removes it after a while.
 */
export async function loadProject(
  delivery: Delivery,
  keys: ProjectKeys,
  staging: ProjectKeys,
  commit: Commit,
  token: string,
): Promise<LoadOutcome> {
  const { link } = delivery;
  const { meta, done, records, entries, events } = keys;
  try {
    await stage(link, staging, commit);
    const parts = [meta, done, records, entries, events, staging.records, staging.entries, staging.events];
    const sizes = [commit.records.length, commit.added.length, commit.events.length];
    const values = [token, commit.sequence, limits.commitRememberedSeconds, ...sizes];
    const outcome = await deliver({ ...delivery, call: new Call() }, scripts.load, parts, values);
    if (outcome === 1) return 'loaded';
    await discard(link, staging);
    // What lay ready is gone, as after a restart of a server that keeps nothing: it is to be put there again.
    if (outcome === -1) throw new ServerFailure('busy', 'The Redis server has lost data.', 'Try again.');
    return 'taken';
  } catch (error) {
    await discard(link, staging);
    throw error;
  }
}

async function stage(link: Link, staging: ProjectKeys, commit: Commit): Promise<void> {
  const put = async (key: string, commands: (string | number)[][]) => {
    await link.use(new Call(), async client => {
      const answers = commands.map(([name = '', ...values]) => client.call(String(name), key, ...values));
      await Promise.all([...answers, client.call('expire', key, limits.loadLeftoverSeconds)]);
    });
  };
  for (const part of inParts(commit.records, ({ body }) => body?.length ?? 0)) {
    const pairs = part.flatMap(({ kind, id, body }) => (body === undefined ? [] : [fieldOf(kind, id), body]));
    await put(staging.records, [['hset', ...pairs]]);
  }
  for (const part of inParts(commit.added, ({ value }) => value.length)) {
    await put(staging.entries, [['zadd', ...part.flatMap(entry => [0, memberOf(entry)])]]);
  }
  for (const part of inParts(commit.events, ({ body }) => body.length)) {
    await put(
      staging.events,
      part.map(({ sequence, body }) => ['xadd', `${sequence}-0`, 'body', body]),
    );
  }
}

async function discard(link: Link, { records, entries, events }: ProjectKeys): Promise<void> {
  await link.use(new Call(), client => client.call('unlink', records, entries, events)).catch(() => {});
}

function* inParts<T>(all: readonly T[], charactersOf: (one: T) => number): Generator<readonly T[]> {
  let part: T[] = [];
  let characters = 0;
  for (const one of all) {
    part.push(one);
    characters += charactersOf(one);
    if (part.length < limits.loadBatch && characters < partCharacters) continue;
    yield part;
    part = [];
    characters = 0;
  }
  if (part.length > 0) yield part;
}
