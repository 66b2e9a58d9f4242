/**
 * Personas: under which names callers of other vocabularies (profiles) know sessions. A caller names its sessions itself, so a name
 * means at most one living session of a project, and whoever says it again means the same one.
 */
import { SignalboxError } from './errors.ts';
import { leaseHolds, leaveMailTo } from './lease.ts';
import { limits } from './limits.ts';
import { takeHeld } from './lock-held-for.ts';
import { belongsToAnother } from './owner.ts';
import { boundedFacts, type Persona, type PersonaFacts, personaKey, refuseUnfitName } from './persona-record.ts';
import type { Reader } from './ports.ts';
import type { SessionRecord } from './records.ts';
import { freeHandle, update } from './session.ts';
import type { Unit, View } from './unit.ts';

/** What a caller says when it takes a name. */
export interface PersonaClaim {
  readonly issuer: string;
  readonly name: string;
  readonly isRegistered: boolean;
  readonly facts: PersonaFacts;
  /** Since when it is so, where the caller knows better: it had the name in another project before. */
  readonly since?: number | undefined;
  /** What everybody is to call the session; the name itself where nothing is said, null to leave its handle as it is. */
  readonly called?: string | null | undefined;
}

/** The name that a session has in a vocabulary. */
export function personaOf(session: SessionRecord, issuer: string): Persona | undefined {
  return session.personas.find(persona => persona.issuer === issuer && persona.leftTo === null);
}

/** By what name a vocabulary knows a session, or knew it last; one that never took a name is known by its handle. */
export function foreignName(session: SessionRecord, issuer: string): string {
  return session.personas.find(persona => persona.issuer === issuer)?.name ?? session.handle;
}

/** Whether a session has a name in a vocabulary, or had it last. One that is only called so natively is somebody else. */
export function spokeAs(session: SessionRecord, issuer: string, name: string): boolean {
  return session.personas.find(persona => persona.issuer === issuer)?.name === name;
}

/** The living session of that name; undefined when nobody has it. */
export async function bearerOf(view: View, issuer: string, name: string): Promise<SessionRecord | undefined> {
  const bearers = await allBearers(view.tx, issuer, name);
  return bearers.find(session => leaseHolds(view, session));
}

/** The same, or the session that is called so natively: who speaks the vocabulary addresses both alike. */
export async function foreignSession(view: View, issuer: string, name: string): Promise<SessionRecord | undefined> {
  const bearer = await bearerOf(view, issuer, name);
  if (bearer) return bearer;
  const page = { limit: limits.handlesWithOneName };
  const called = await view.tx.list('session', 'handle', { equals: name }, page);
  return called.find(session => leaseHolds(view, session) && personaOf(session, issuer) === undefined);
}

/**
 * Makes a name the session's, in place of any other that it has in the vocabulary; said again it replaces what was said before and
 * keeps since when it is so, which for a registered name is since it was registered. What was sent to the name while nobody had it goes
 * to the new bearer, and what was read under it counts as read. Where the name, or what is said beside it, would do as a
 * handle and is free, the session is called so by everybody. Errors: `conflict` for the name of another living session, over a hub
 * `forbidden` for one that was another's, who would lose its mail by that, `limit_exceeded` for a name or facts beyond their bounds,
 * `invalid_input` for an empty name or one with control characters.
 */
export async function takePersona(unit: Unit, me: SessionRecord, claim: PersonaClaim): Promise<SessionRecord> {
  const { tx } = unit;
  const { issuer, name, isRegistered, facts, called = name } = claim;
  refuseUnfitName(name);
  boundedFacts(facts);
  const others = (await allBearers(tx, issuer, name)).filter(({ id }) => id !== me.id);
  if (others.some(session => leaseHolds(unit, session))) {
    throw new SignalboxError('conflict', `"${name}" is another living session.`, 'Choose another name.');
  }
  if (await isCalledElsewhere(unit, me, issuer, name)) {
    throw new SignalboxError('conflict', `"${name}" is another living session.`, 'Choose another name.');
  }
  if (others.some(former => isKeptFrom(me, former))) {
    throw new SignalboxError('forbidden', `"${name}" was a session of somebody else.`, 'Choose another name.');
  }
  for (const former of others) {
    await leaveMailTo(unit, former, me.id);
    await readAs(unit, former, me.id);
    tx.put('session', await leaving(unit, former, issuer, me.id));
  }
  const said = personaOf(me, issuer);
  // Who only acted under the name is not registered since then.
  const before = said?.isRegistered === false && isRegistered ? undefined : said;
  const since = before?.name === name ? before.since : (claim.since ?? tx.now);
  const persona: Persona = { issuer, name, isRegistered, facts, since, saidAt: tx.now, leftTo: null };
  const personas = [...me.personas.filter(each => each.issuer !== issuer), persona];
  await takeHeld(unit, me, issuer, name);
  const next = { ...(called === null ? me : await calledSo(unit, me, called)), personas };
  tx.put('session', next);
  return next;
}

/** Why a record has ended that stands for a session which was never there. */
export const notCome = 'it has not come yet';

/** Whether somebody else's living session is called so natively, over a hub: what is written to it would go to whoever took its handle for a name. */
async function isCalledElsewhere(unit: Unit, me: SessionRecord, issuer: string, name: string): Promise<boolean> {
  if (me.hub === null) return false;
  const page = { limit: limits.handlesWithOneName };
  const called = await unit.tx.list('session', 'handle', { equals: name }, page);
  const isOpen = (each: SessionRecord) => leaseHolds(unit, each) && personaOf(each, issuer) === undefined;
  return called.some(each => each.id !== me.id && belongsToAnother(me, each) && isOpen(each));
}

/** Whether the name and the mail of an ended session are not for this one. What waits for whoever comes first is nobody's. */
export function isKeptFrom(me: Pick<SessionRecord, 'hub'>, former: SessionRecord): boolean {
  return belongsToAnother(me, former) && former.endReason !== notCome;
}

/** Notes that the caller has taken back that its session is here; what is sent to the name waits for whoever takes it next. */
export function unregister({ tx }: Unit, me: SessionRecord, issuer: string): void {
  const personas = me.personas.map(each => (each.issuer === issuer ? { ...each, isRegistered: false } : each));
  tx.put('session', { ...me, personas });
}

/** It leaves its handle as well, where that was the name: what is sent to it natively goes to the next one, too. */
async function leaving(unit: Unit, session: SessionRecord, issuer: string, heir: string): Promise<SessionRecord> {
  const personas = session.personas.map(each => (each.issuer === issuer ? { ...each, leftTo: heir } : each));
  const isCalledSo = session.personas.some(
    each => each.issuer === issuer && each.name.toLowerCase() === session.handle,
  );
  if (!isCalledSo) return { ...session, personas };
  return { ...session, personas, handle: await freeHandle(unit, null) };
}

/** What was read under a name is read, and what was written under it: the next one that bears it, which got everything that all got, is not shown it. */
async function readAs(unit: Unit, former: SessionRecord, heir: string): Promise<void> {
  const { tx } = unit;
  const page = { limit: limits.mailLooked, reverse: true };
  const unread = await tx.list('delivery', 'unread', { equals: heir }, page);
  for (const delivery of unread) {
    const sequence = delivery.id.slice(delivery.id.indexOf('/') + 1);
    const theirs = await tx.get('delivery', `${former.id}/${sequence}`);
    const isRead = theirs !== undefined && theirs.readAt !== null;
    if (isRead) tx.put('delivery', { ...delivery, state: 'read', path: theirs.path, readAt: theirs.readAt });
    const isItsOwn = theirs === undefined && (await tx.get('message', delivery.message))?.from === former.id;
    if (isItsOwn) tx.put('delivery', { ...delivery, state: 'read', path: 'own', readAt: tx.now });
  }
}

/** Who has the name, or had it last and has left it to nobody; the newest first. */
export function allBearers(tx: Reader, issuer: string, name: string): Promise<SessionRecord[]> {
  const page = { limit: limits.sessionsWithOnePersona, reverse: true };
  return tx.list('session', 'persona', { equals: personaKey(issuer, name) }, page);
}

/** The session under a handle; under the one it has where that is none, or is taken. */
async function calledSo(unit: Unit, me: SessionRecord, handle: string): Promise<SessionRecord> {
  if (me.handle === handle) return me;
  try {
    return await update(unit, me, { handle });
  } catch (error) {
    if (error instanceof SignalboxError) return me;
    throw error;
  }
}
