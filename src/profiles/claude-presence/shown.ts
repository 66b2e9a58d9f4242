/** How claude-presence shows sessions, locks and messages, and who acts under its names. */
import * as z from 'zod/v4';
import type { PersonaFacts } from '../../core/persona-record.ts';
import type { MessageRecord, Priority, SessionRecord } from '../../core/records.ts';
import { foreignText } from '../../core/resource-text.ts';
import type { ForeignDesk, HeldLock } from '../../tools/foreign-desk.ts';

export const priorityNames = ['info', 'warning', 'urgent'] as const;
export const nativePriority: Record<(typeof priorityNames)[number], Priority> = {
  info: 'normal',
  warning: 'high',
  urgent: 'urgent',
};
const foreignPriority: Record<Priority, (typeof priorityNames)[number]> = {
  low: 'info',
  normal: 'info',
  high: 'warning',
  urgent: 'urgent',
};
export const text = z.string().min(1);
/** A whole number whose bounds nobody is told of. */
export const integer = z.int().meta({ minimum: undefined, maximum: undefined });
export const session = text.describe('Your session id, the same for as long as you work');
export const project = text.describe('Absolute path of the project, or any name that stays the same');

export const instant = (at: number) => new Date(at).toISOString();

/** A session as this vocabulary shows it; a native one by its handle, checkout, branch and task. */
export function shownSession(desk: ForeignDesk, record: SessionRecord, now: number) {
  const persona = desk.persona(record);
  const facts: PersonaFacts = persona?.facts ?? {};
  const began = persona?.since ?? record.startedAt;
  return {
    id: desk.name(record),
    project: facts.project ?? record.root,
    branch: persona ? (facts.branch ?? null) : record.branch,
    intent: persona ? (facts.intent ?? null) : record.task,
    pid: persona ? (facts.pid ?? null) : (record.process?.pid ?? null),
    hostname: persona ? (facts.hostname ?? null) : record.host,
    started_at: instant(began),
    last_heartbeat: instant(persona?.saidAt ?? record.heartbeatAt),
    age_seconds: Math.max(0, Math.round((now - began) / 1000)),
    metadata: null,
  };
}

export function branchOf(desk: ForeignDesk, record: SessionRecord) {
  const persona = desk.persona(record);
  return persona ? (persona.facts.branch ?? null) : record.branch;
}

/** A lock as this vocabulary shows it; `elsewhere` is its project where no session says that. */
export function shownLock(desk: ForeignDesk, held: HeldLock, where: string | null, now: number, elsewhere = '') {
  const { lock, holder } = held;
  return {
    resource: foreignText(lock.name),
    project: where ?? desk.persona(holder)?.facts.project ?? (holder.root || elsewhere),
    held_by: desk.holderName(held),
    branch: branchOf(desk, holder),
    reason: (lock.heldFor ? lock.heldFor.reason : lock.reason) || null,
    acquired_at: instant(lock.since),
    expires_at: instant(lock.expiresAt),
    ttl_remaining_seconds: Math.max(0, Math.round((lock.expiresAt - now) / 1000)),
  };
}

export function shownMessage(message: MessageRecord, where: string, from: string, to: string | null) {
  const { branch = null } = message.said ?? {};
  return {
    id: message.sequence,
    project: where,
    from_session: from,
    from_branch: branch,
    to_session: to,
    priority: foreignPriority[message.priority],
    message: message.body,
    tags: tagsOf(message),
    created_at: instant(message.at),
  };
}

/** Those that were said with it; a native message has tags of its own. */
function tagsOf({ said, tags }: MessageRecord): readonly string[] | null {
  if (!said) return tags.length > 0 ? tags : null;
  return said.tags === null || said.tags === undefined ? null : JSON.parse(String(said.tags));
}

export function intentOf(desk: ForeignDesk, record: SessionRecord) {
  const persona = desk.persona(record);
  return persona ? (persona.facts.intent ?? null) : record.task;
}

/** Whoever acts under a name: one that nobody registered, in whatever project, is registered by that. */
export async function acting(desk: ForeignDesk, where: string, wanted: string, branch: string | null) {
  const stand = desk.stand(where);
  const known = await desk.known(stand, wanted);
  if (known && desk.persona(known.session)?.isRegistered) return { caller: known.caller, isNew: false };
  const elsewhere = await anywhere(desk, wanted);
  const facts = { project: where, branch, intent: elsewhere?.facts.intent ?? null };
  const { caller } = await desk.claim(stand, { name: wanted, isRegistered: !elsewhere, facts });
  return { caller, isNew: !elsewhere };
}

/** A registered session by its name, in whatever project it is; none of somebody else's, who may have the same name in another project. */
export async function anywhere(desk: ForeignDesk, wanted: string) {
  for (const stand of await desk.stands()) {
    const own = (await desk.sessions(stand)).filter(record => desk.isOwn(record));
    const found = own.find(record => desk.persona(record)?.name === wanted);
    const persona = found && desk.persona(found);
    const { facts, since } = persona ?? {};
    if (facts) return { facts, since, stand: desk.stand(String(facts.project ?? stand.project)) };
  }
  return undefined;
}

/** The order by projects; within one everything stays as it is. */
export function byProject(one: { readonly project: unknown }, other: { readonly project: unknown }): number {
  const [left, right] = [String(one.project), String(other.project)];
  return left < right ? -1 : left > right ? 1 : 0;
}

/** Whoever reads or writes under a name, without being announced by that. */
export async function quiet(desk: ForeignDesk, where: string, wanted: string) {
  const stand = desk.stand(where);
  const known = await desk.known(stand, wanted);
  if (known) return known.caller;
  return (await desk.claim(stand, { name: wanted, isRegistered: false, facts: { project: where } })).caller;
}
