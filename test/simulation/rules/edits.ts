/** What edits are about, worked out a second time: which files, whose locks count from where, who is kin, what a session knows. */
import { posix } from 'node:path';
import type { EditRecord } from '../../../src/core/edit-record.ts';
import { limits } from '../../../src/core/limits.ts';
import type { GuardMode } from '../../../src/core/policy.ts';
import type { LockRecord, Resource } from '../../../src/core/records.ts';
import type { Knowledge } from '../knowledge.ts';
import { commands, guardPaths, roots } from '../scene.ts';
import type { Call } from '../seat.ts';
import { parentOf, type State } from '../state.ts';

/** How long the lock of an edit holds after the last use of it, and how long a file is kept for an edit that waited. */
export const heldMs = limits.lockDefaultTtlSeconds * 1000;
export const keptMs = limits.editKeptForWaiterMs;

/** A file in one checkout. */
export interface EditedFile {
  readonly path: string;
  readonly host: string;
  readonly root: string;
  readonly mode: GuardMode;
}

/** Whether it is the lock of an edit, and not one that was asked for by name. */
export function isOfEdit({ name, checkout }: Pick<Resource, 'name' | 'checkout'>): boolean {
  return name.startsWith('file:') && checkout !== null;
}

export function checkoutOf({ host, root }: { readonly host: string; readonly root: string }): string {
  return `${host}:${root}`;
}

/** From which checkout a session that wants resources looks at the locks of edits; null when all of them count for it. */
export function viewOf(state: State, id: string, wanted: readonly Resource[]): string | null {
  const session = state.session.get(id);
  // The operator stands in no checkout.
  if (!session || session.kind === 'operator' || wanted.some(isOfEdit)) return null;
  return checkoutOf(session);
}

/** A session and its sub-agents. */
export function areKin(state: State, one: string, other: string): boolean {
  return parentOf(state, one) === other || parentOf(state, other) === one;
}

/** The files of an attempt of a session, as a refusal names it; undefined where git decides. */
export function filesOf(state: State, session: string, what: string): EditedFile[] | undefined {
  const { host = '', root = '' } = state.session.get(session) ?? {};
  const paths = what.startsWith('edit ')
    ? what.slice('edit '.length).split('\n')
    : commands.find(({ command }) => what === `shell ${command}`)?.writes;
  return paths?.map(path => fileAt(path, host, root));
}

/** The files of a call before or after a tool, made by a session. */
export function filesOfCall(state: State, session: string, { input }: Call): EditedFile[] {
  const action = input.action as { kind: string; files?: { path: string }[]; command?: string };
  const what = action.files ? `edit ${action.files.map(({ path }) => path).join('\n')}` : `shell ${action.command}`;
  return filesOf(state, session, what) ?? [];
}

function fileAt(spelled: string, host: string, from: string): EditedFile {
  const absolute = posix.resolve(from, spelled);
  const root = roots.find(each => absolute.startsWith(`${each}/`)) ?? from;
  const path = posix.relative(root, absolute);
  const mode = guardPaths.find(({ glob }) => path.startsWith(glob.slice(0, -2)))?.mode ?? 'block';
  return { path, host, root, mode };
}

/** As its lock is kept. */
export function resourceOf(file: EditedFile): Resource {
  const name = `file:${file.path}`;
  return { name, key: name.toLowerCase(), foldsCase: false, globBase: null, checkout: checkoutOf(file) };
}

/** The lock that a session has on a file by its edits, and that counts at an instant. */
export function ownLock(state: State, session: string, file: EditedFile, now: number): LockRecord | undefined {
  const { name, checkout } = resourceOf(file);
  const locks = [...state.lock.values()].filter(lock => lock.name === name && lock.checkout === checkout);
  return locks.find(lock => lock.holder === session && lock.mode === 'exclusive' && lock.expiresAt > now);
}

/** Whether a call asks about a tool that changes the file of a lock, on behalf of its holder. */
export function asksFor(state: State, call: Call, lock: LockRecord): boolean {
  if (call.tool !== 'guard_check') return false;
  const files = filesOfCall(state, lock.holder, call);
  return files.some(file => `file:${file.path}` === lock.name && checkoutOf(file) === lock.checkout);
}

/**
 * What others did to a file after a session did, in one checkout, and of which it was told up to `toldTo` only; with `below` only what
 * happened before that event. What its kin did, or may have done itself, is left out where it is not `strict`.
 */
export function untold(
  state: State,
  session: string,
  file: EditedFile,
  { toldTo, below = Number.POSITIVE_INFINITY, isStrict }: { toldTo: number; below?: number; isStrict: boolean },
): EditRecord[] {
  const entries = [...state.edit.values()].filter(
    ({ path, host, root }) => path === file.path && host === file.host && root === file.root,
  );
  const parent = parentOf(state, session);
  const isOwn = (edit: EditRecord) => edit.session === session || edit.session === parent;
  const isNear = (edit: EditRecord) =>
    isOwn(edit) || edit.mayBeOf.includes(session) || areKin(state, edit.session, session);
  // One model does not know what another one wrote, not even that of its parent.
  const isItself = (edit: EditRecord) =>
    edit.session === session || (edit.mayBeOf.length > 0 && edit.mayBeOf.every(id => id === session || id === parent));
  const isKnown = isStrict ? isItself : isNear;
  const own = entries.filter(isKnown).map(({ sequence }) => sequence);
  if (!entries.some(edit => (isStrict ? isOwn(edit) : edit.session === session))) return [];
  const last = Math.max(...own, toldTo);
  return entries.filter(edit => !isKnown(edit) && edit.sequence > last && edit.sequence < below);
}

/** Up to which event a session was told, by anything but notices. */
export function toldTo(known: Knowledge, session: string): number {
  return known.told.get(session) ?? 0;
}
