/** Scoped data: JSON values under keys, each with a revision by which two writers cannot overwrite each other unseen. */

import type { DataRecord } from './data-record.ts';
import { SignalboxError } from './errors.ts';
import { matchesText, patternProblem } from './glob.ts';
import { limits } from './limits.ts';
import type { Reader } from './ports.ts';
import { find } from './presence.ts';
import type { SessionRecord } from './records.ts';
import { cleanText, instant } from './text.ts';
import type { Unit } from './unit.ts';

/** The scope that is meant when none is named. */
export const commonScope = 'project';

const sessionPrefix = 'session:';

/**
 * The scope that a caller means: `me` is `session:<id>` of its own, and `session:<handle>` that of whoever bears the handle.
 * `invalid_input` for a name that holds anything but letters, digits and `. _ : / @ # + -`, or is too long.
 */
export async function scopeOf(tx: Reader, me: SessionRecord, raw: string): Promise<string> {
  const name = raw.trim().normalize('NFC');
  if ([...name].length > limits.dataScopeCharacters || !/^[\p{L}\p{M}\p{N}._:/@#+-]+$/u.test(name)) {
    throw new SignalboxError(
      'invalid_input',
      `A scope is 1 to ${limits.dataScopeCharacters} letters, digits and \`. _ : / @ # + -\`.`,
      'Choose a name such as "project", "ci" or "team/payments"; "me" is your own.',
    );
  }
  if (name === 'me') return sessionPrefix + me.id;
  if (!name.startsWith(sessionPrefix)) return name;
  const session = await find(tx, name.slice(sessionPrefix.length));
  return session ? sessionPrefix + session.id : name;
}

export interface Wish {
  /** As `scopeOf` gives it. */
  readonly scope: string;
  readonly key: string;
  /** JSON text, as `keptValue` gives it. */
  readonly json: string;
  /** The revision that the key must be at; 0 for one that must not exist, null for any. */
  readonly ifRevision: number | null;
}

/**
 * Sets a key and returns what is stored, its revision one above the one before. The revisions of a key never repeat within
 * `limits.deletedKeptDays`, even when it is deleted in between. Nothing is changed by an error: `conflict` when `ifRevision` is
 * another one (it says which, by whom and when), `forbidden` for the scope of another session, `limit_exceeded`, `invalid_input`.
 */
export async function setData(unit: Unit, me: SessionRecord, wish: Wish): Promise<DataRecord> {
  const { tx } = unit;
  const { scope, json } = wish;
  const key = keyOf(wish.key);
  if (scope.startsWith(sessionPrefix) && scope !== sessionPrefix + me.id) throw foreign(scope);
  const known = await tx.get('data', idOf(scope, key));
  refuseOtherRevision(scope, key, known, wish.ifRevision);
  if (known === undefined || known.deletedAt !== null) await refuseCrowd(tx, scope);
  const author = { author: me.id, authorHandle: me.handle, updatedAt: tx.now };
  const revision = (known?.revision ?? 0) + 1;
  const record = { id: idOf(scope, key), scope, key, value: json, revision, deletedAt: null, ...author };
  tx.put('data', record);
  tx.emit({ type: 'data.set', audience: [], data: { scope, key, revision, session: me.id } });
  return record;
}

/** The value under a key; undefined when there is none. */
export async function getData(tx: Reader, scope: string, key: string): Promise<DataRecord | undefined> {
  const record = await tx.get('data', idOf(scope, keyOf(key)));
  return record?.deletedAt === null ? record : undefined;
}

/**
 * Deletes a key and returns what was there; undefined when there was nothing. Its revision is remembered for
 * `limits.deletedKeptDays`. Errors as for `setData`; the operator may delete in every scope.
 */
export async function deleteData(
  unit: Unit,
  me: SessionRecord,
  scope: string,
  key: string,
  ifRevision: number | null,
): Promise<DataRecord | undefined> {
  refuseForeignDeletion(me, scope);
  const known = await unit.tx.get('data', idOf(scope, keyOf(key)));
  refuseOtherRevision(scope, key, known, ifRevision);
  if (known === undefined || known.deletedAt !== null) return undefined;
  bury(unit, me, known);
  await forgetLongestDeleted(unit, 1);
  return known;
}

/** Deletes every key of a scope and returns what was there, by key. */
export async function deleteScope(unit: Unit, me: SessionRecord, scope: string): Promise<DataRecord[]> {
  refuseForeignDeletion(me, scope);
  const records = await unit.tx.list('data', 'scope', { equals: scope }, { limit: limits.dataKeysPerScope });
  for (const record of records) bury(unit, me, record);
  await forgetLongestDeleted(unit, records.length);
  return records;
}

/** Removes what a session kept in its own scope, for when it is gone for good and nobody can find it any more. */
export async function removeOwnScope({ tx }: Unit, session: string): Promise<void> {
  const range = { equals: sessionPrefix + session };
  for (const { id } of await tx.list('data', 'scope', range, { limit: limits.dataKeysPerScope })) tx.delete('data', id);
}

export interface ScopeSize {
  readonly scope: string;
  readonly keys: number;
}

/** The scopes that hold anything, by name, and how many keys each has; `more` when there are more than `limits.dataScopesListed`. */
export async function scopesOf(tx: Reader): Promise<{ scopes: ScopeSize[]; more: boolean }> {
  const names: string[] = [];
  let next = await scopeAfter(tx, '');
  for (; next !== undefined && names.length < limits.dataScopesListed; next = await scopeAfter(tx, next)) {
    names.push(next);
  }
  const counts = await Promise.all(names.map(scope => tx.count('data', 'scope', { equals: scope })));
  return { scopes: names.map((scope, at) => ({ scope, keys: counts[at] ?? 0 })), more: next !== undefined };
}

export interface KeysFound {
  /** By scope and key; `limits.dataKeysListed` at most. */
  readonly records: DataRecord[];
  /** Whether there are, or over all scopes may be, more. */
  readonly more: boolean;
}

/**
 * The keys of a scope, or with null of all, that match a pattern (null: every key). `*` stays within what slashes part. Over all
 * scopes it looks at `limits.dataKeysSearched` keys at most. `invalid_input` for a pattern that cannot be used.
 */
export async function keysOf(tx: Reader, scope: string | null, pattern: string | null): Promise<KeysFound> {
  const problem = pattern === null ? undefined : patternProblem(pattern);
  if (problem !== undefined) {
    const end = problem.indexOf('. ') + 1;
    throw new SignalboxError('invalid_input', problem.slice(0, end), problem.slice(end + 1));
  }
  const looked = scope === null ? await everyKey(tx) : await keysIn(tx, scope, limits.dataKeysPerScope);
  const found = looked.records.filter(({ key }) => pattern === null || matchesText(pattern, key));
  return {
    records: found.slice(0, limits.dataKeysListed),
    more: looked.more || found.length > limits.dataKeysListed,
  };
}

async function everyKey(tx: Reader): Promise<KeysFound> {
  const records: DataRecord[] = [];
  for (let scope = await scopeAfter(tx, ''); scope !== undefined; scope = await scopeAfter(tx, scope)) {
    const left = limits.dataKeysSearched - records.length;
    if (left === 0) return { records, more: true };
    const found = await keysIn(tx, scope, left);
    records.push(...found.records);
    if (found.more) return { records, more: true };
  }
  return { records, more: false };
}

async function keysIn(tx: Reader, scope: string, limit: number): Promise<KeysFound> {
  const found = await tx.list('data', 'scope', { equals: scope }, { limit: limit + 1 });
  return { records: found.slice(0, limit), more: found.length > limit };
}

/** The first scope behind another one. No name of a scope holds a space, or sorts between a name and that name with one. */
async function scopeAfter(tx: Reader, scope: string): Promise<string | undefined> {
  const range = { from: `${scope} `, below: '\u{10ffff}' };
  const [first] = await tx.list('data', 'scope', range, { limit: 1 });
  return first?.scope;
}

function bury({ tx }: Unit, me: SessionRecord, record: DataRecord): void {
  const { scope, key } = record;
  const revision = record.revision + 1;
  const author = { author: me.id, authorHandle: me.handle, updatedAt: tx.now };
  tx.put('data', { ...record, ...author, value: 'null', revision, deletedAt: tx.now });
  tx.emit({ type: 'data.deleted', audience: [], data: { scope, key, revision, session: me.id } });
}

/** Keeps the memory of deleted keys within its bound; what is older than its days goes with the retention. */
async function forgetLongestDeleted({ tx }: Unit, added: number): Promise<void> {
  if (added === 0) return;
  const excess = (await tx.count('data', 'deleted', { prefix: '' })) - limits.deletedKeysKept;
  if (excess <= 0) return;
  for (const { id } of await tx.list('data', 'deleted', { prefix: '' }, { limit: excess })) tx.delete('data', id);
}

async function refuseCrowd(tx: Reader, scope: string): Promise<void> {
  const [inScope, inProject] = await Promise.all([
    tx.count('data', 'scope', { equals: scope }),
    tx.count('data', 'scope', { prefix: '' }),
  ]);
  const isScopeFull = inScope >= limits.dataKeysPerScope;
  if (!isScopeFull && inProject < limits.dataKeysPerProject) return;
  throw new SignalboxError(
    'limit_exceeded',
    isScopeFull
      ? `The scope "${scope}" has ${limits.dataKeysPerScope} keys, which is the limit.`
      : `This project has ${limits.dataKeysPerProject} keys, which is the limit.`,
    'Delete what is no longer needed, or keep several things in one value.',
  );
}

function refuseOtherRevision(
  scope: string,
  key: string,
  known: DataRecord | undefined,
  ifRevision: number | null,
): void {
  const present = known?.deletedAt === null ? known.revision : 0;
  if (ifRevision === null || ifRevision === present) return;
  const by = known ? ` by ${known.authorHandle} at ${instant(known.updatedAt)}` : '';
  const state = present > 0 ? `is at revision ${present}, set${by}` : known ? `was deleted${by}` : 'does not exist';
  throw new SignalboxError(
    'conflict',
    `"${key}" in scope "${scope}" ${state}; you expected ${ifRevision === 0 ? 'none' : `revision ${ifRevision}`}. Nothing was changed.`,
    `Read it with data_get, decide anew, and try again with ifRevision ${present}.`,
  );
}

/** Keys are compared as they are, so one that cannot be shown as it is would be two to a reader. */
function keyOf(raw: string): string {
  const key = raw.normalize('NFC');
  const isPlain = key !== '' && cleanText(key).text === key && !/[\n\t]|^\s|\s$/u.test(key);
  if (isPlain && [...key].length <= limits.dataKeyCharacters) return key;
  throw new SignalboxError(
    'invalid_input',
    `A key is one line of 1 to ${limits.dataKeyCharacters} characters without control characters or spaces around it.`,
    'Choose a plain name such as "build/status".',
  );
}

function idOf(scope: string, key: string): string {
  return `${encodeURIComponent(scope)}/${key}`;
}

function refuseForeignDeletion(me: SessionRecord, scope: string): void {
  const isForeign = scope.startsWith(sessionPrefix) && scope !== sessionPrefix + me.id;
  if (isForeign && me.kind !== 'operator') throw foreign(scope);
}

function foreign(scope: string): SignalboxError {
  return new SignalboxError(
    'forbidden',
    `Only the session itself writes to the scope "${scope}".`,
    'Reading it is fine; to write use the scope "me" or one with another name.',
  );
}
