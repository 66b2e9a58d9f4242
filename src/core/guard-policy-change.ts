/**
 * A session that changes the guard's own policy. The file is the team's, and a session may be asked to change it, so that is not
 * refused; but it never goes unseen: the person and all other sessions are told what the policy says now, and by whom.
 */
import { guardKeys } from './guard-declaration.ts';
import { limits } from './limits.ts';
import { notify } from './notice.ts';
import { tellOperator } from './operator-notice.ts';
import type { GuardPolicy } from './policy.ts';
import { lookAround } from './presence.ts';
import type { SessionRecord } from './records.ts';
import type { ToolAction } from './tool-action.ts';
import type { Unit } from './unit.ts';

const policyFile = 'signalbox.json';

/** Whether a tool may change the policy: it edits its file, or runs a command that speaks of that. */
export function mayChangePolicy(action: ToolAction | null): boolean {
  if (action?.kind === 'edit') return action.files.some(({ path }) => path.split(/[\\/]/).at(-1) === policyFile);
  return action?.kind === 'shell' && action.command.includes(policyFile);
}

/** Notes what the policy says before such a tool runs. */
export async function notePolicy({ tx }: Pick<Unit, 'tx'>, { id }: SessionRecord, policy: GuardPolicy): Promise<void> {
  const me = await tx.get('session', id);
  if (me) tx.put('session', { ...me, guard: { ...me.guard, policyBefore: JSON.stringify(policy) } });
}

/**
 * Tells what has changed since that was noted, and notes what holds now; what the session itself is told of it. Nothing without a
 * note: nobody knows whose change it is then.
 */
export async function tellPolicyChange(unit: Unit, { id }: SessionRecord, policy: GuardPolicy): Promise<string | null> {
  const me = await unit.tx.get('session', id);
  if (me?.guard.policyBefore === undefined) return null;
  const changes = changesBetween(JSON.parse(me.guard.policyBefore) as GuardPolicy, policy);
  const { policyBefore: _before, ...guard } = me.guard;
  unit.tx.put('session', { ...me, guard });
  if (changes.length === 0) return null;
  const what = changes.join(', ').slice(0, limits.reasonCharacters);
  unit.tx.emit({ type: 'guard.policy', audience: [], data: { session: me.id, what } });
  const { live } = await lookAround(unit);
  const others = live.filter(other => other.id !== me.id).map(other => other.id);
  const body = `${me.handle} changed the policy of the guard in ${policyFile}: ${what}. It holds for all sessions of this checkout from now on.`;
  notify(unit, others, body);
  await tellOperator(unit, `${body} If nobody asked for that, put it back; signalbox config shows what holds.`);
  return `the policy of the guard says ${what} now, for everybody; your user and the other sessions were told that you changed it.`;
}

/** `edits "block" -> "off"`, by key; of the globs those that differ. */
function changesBetween(before: GuardPolicy, after: GuardPolicy): string[] {
  return guardKeys.flatMap(key => {
    const [was, is] = [before[key], after[key]];
    if (JSON.stringify(was) === JSON.stringify(is)) return [];
    if (key !== 'paths') return [`${key} ${JSON.stringify(was)} -> ${JSON.stringify(is)}`];
    return [globsBetween(before.paths, after.paths)];
  });
}

function globsBetween(before: GuardPolicy['paths'], after: GuardPolicy['paths']): string {
  const modes = new Map(before.map(({ glob, mode }) => [glob, mode]));
  const kept = new Set(after.map(({ glob }) => glob));
  const set = after
    .filter(({ glob, mode }) => modes.get(glob) !== mode)
    .map(({ glob, mode }) => `${spoken(glob)} "${mode}"`);
  const gone = before.filter(({ glob }) => !kept.has(glob)).map(({ glob }) => `${spoken(glob)} gone`);
  const all = [...set, ...gone];
  const more = all.length - limits.factsInRefusal;
  if (all.length === 0) return 'paths in another order';
  return `paths ${all.slice(0, limits.factsInRefusal).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

function spoken(glob: string): string {
  return JSON.stringify(glob.slice(0, limits.guardWordCharacters));
}
