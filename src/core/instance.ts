/**
 * Instances: what a vocabulary calls its sessions when it counts them (`claude_1`, `claude_2` …). A name is taken while a living session
 * has it, and available from the moment that one has gone, however it went.
 */
import { SignalboxError } from './errors.ts';
import { leaseHolds } from './lease.ts';
import { limits } from './limits.ts';
import { belongsToAnother } from './owner.ts';
import { allBearers, bearerOf, isKeptFrom, personaOf, takePersona } from './persona.ts';
import { awaited } from './persona-mail.ts';
import { personaKey } from './persona-record.ts';
import { lookAround } from './presence.ts';
import type { SessionRecord } from './records.ts';
import { freeHandle } from './session.ts';
import type { Unit, View } from './unit.ts';

/** How a vocabulary names its instances. */
export interface Numbering {
  readonly issuer: string;
  /** The name with a number, from 1. */
  of(number: number): string;
  /** So many are there from the beginning, available to whoever comes first. */
  readonly usual: number;
}

export interface Instance {
  readonly name: string;
  /** The living session that has the name, or goes by it; null while it is available. */
  readonly session: SessionRecord | null;
  /** Whether that is a session which is no instance of the vocabulary, under its handle. */
  readonly isNative: boolean;
}

/** How a session that was an instance is one still: nobody has the name, so it is `due` to take it anew, or it is another's. */
export type Standing = 'held' | 'due' | 'lost';

/**
 * All instances: those that anybody ever was, in the order in which they were first taken, as far back as ended sessions are
 * remembered; then the usual ones; then native sessions, which are taken under their handles. Whoever asks is none before it has taken a
 * name, and sub-agents are none: they work under their parents.
 */
export async function instancesOf(
  view: View,
  numbering: Numbering,
  isAsking: (session: SessionRecord) => boolean,
): Promise<Instance[]> {
  const { issuer, usual } = numbering;
  const [known, { live }] = await Promise.all([knownBearers(view, issuer), lookAround(view)]);
  const found = new Map<string, Instance>();
  for (const { name, session, hasSaidSo } of known)
    found.set(name, { name, session: hasSaidSo ? session : null, isNative: false });
  const take = (name: string, session: SessionRecord, isNative: boolean) => {
    if (!found.get(name)?.session) found.set(name, { name, session, isNative });
  };
  for (const session of live) {
    const shared = besideOf(session, issuer);
    if (shared) take(shared, session, false);
  }
  // Whoever came back has not said yet that it is that one again; who goes by the name meanwhile has.
  for (const { name, session } of known) if (session) take(name, session, false);
  for (let number = 1; number <= usual; number += 1) {
    const name = numbering.of(number);
    if (!found.has(name)) found.set(name, { name, session: null, isNative: false });
  }
  for (const session of live) {
    const isOurs = personaOf(session, issuer) !== undefined || besideOf(session, issuer) !== null;
    if (!isOurs && !isAsking(session) && session.parentSession === null) take(session.handle, session, true);
  }
  return [...found.values()];
}

/** Where the name stands that a session goes by beside the one who has it; no session has a name there. */
function besideIssuer(issuer: string): string {
  return `${issuer}/beside`;
}

/** The name that a session of the vocabulary goes by although it is another's; empty while it goes by none, null for any other session. */
function besideOf(session: SessionRecord, issuer: string): string | null {
  return personaOf(session, besideIssuer(issuer))?.name ?? null;
}

/** Notes that a session goes by a name beside the one who has it, or with an empty one that it is of the vocabulary and no instance yet. */
function standBeside({ tx }: Unit, me: SessionRecord, issuer: string, name: string): void {
  const said = { since: tx.now, saidAt: tx.now, leftTo: null, isRegistered: true, facts: {} };
  const personas = [...withoutBeside(me, issuer).personas, { issuer: besideIssuer(issuer), name, ...said }];
  tx.put('session', { ...me, personas });
}

function withoutBeside(me: SessionRecord, issuer: string): SessionRecord {
  return { ...me, personas: me.personas.filter(each => each.issuer !== besideIssuer(issuer)) };
}

/** A session that does something in the vocabulary is no native one, also before it is an instance. */
export async function speaks(unit: Unit, me: SessionRecord, { issuer }: Numbering): Promise<void> {
  const isKnown = personaOf(me, issuer) !== undefined || besideOf(me, issuer) !== null;
  if (!isKnown) standBeside(unit, me, issuer, '');
}

interface Bearer {
  readonly name: string;
  readonly session: SessionRecord | null;
  readonly hasSaidSo: boolean;
}

/** The names that were ever taken, the earliest first, each with the living session that has it, and whether its process has said so. */
async function knownBearers(view: View, issuer: string): Promise<Bearer[]> {
  const range = { prefix: personaKey(issuer, '') };
  const records = await view.tx.list('session', 'persona', range, { limit: limits.sessionsPerProject });
  const bearers = records.flatMap(session => {
    const persona = personaOf(session, issuer);
    return persona ? [{ session, persona }] : [];
  });
  return bearers
    .sort((a, b) => a.persona.since - b.persona.since)
    .map(({ session, persona: { name, isRegistered } }) => {
      return { name, session: leaseHolds(view, session) ? session : null, hasSaidSo: isRegistered };
    });
}

/** The instance that a session gets which asks for none: the first that is available or its own, else one more. */
export function firstFree(instances: readonly Instance[], numbering: Numbering, own: string | null): string {
  const isFree = ({ session }: Instance) => session === null || session.id === own;
  const free = instances.find(isFree);
  if (free) return free.name;
  let number = numbering.usual + 1;
  while (instances.some(({ name }) => name === numbering.of(number))) number += 1;
  return numbering.of(number);
}

/** What became of the name of a session that was an instance, whether it has ended meanwhile or not. */
export async function standingOf(
  view: View,
  { issuer }: Numbering,
  name: string,
  isMe: (session: SessionRecord) => boolean,
): Promise<Standing> {
  const [bearers, beside] = await Promise.all([
    allBearers(view.tx, issuer, name),
    allBearers(view.tx, besideIssuer(issuer), name),
  ]);
  if (bearers.some(isMe)) return 'held';
  const isBorne = bearers.some(session => leaseHolds(view, session));
  if (beside.some(isMe)) return isBorne ? 'held' : 'due';
  return isBorne || beside.some(session => leaseHolds(view, session)) ? 'lost' : 'due';
}

/** Takes the name of an instance anew where nobody has it any more. Whether the session is that instance: not when another one is it by now. */
export async function keepInstance(
  unit: Unit,
  me: SessionRecord,
  numbering: Numbering,
  name: string,
): Promise<boolean> {
  const standing = await standingOf(unit, numbering, name, ({ id }) => id === me.id);
  if (standing === 'due') await takeInstance(unit, me, numbering, name);
  if (standing === 'lost') await speaks(unit, me, numbering);
  return standing !== 'lost';
}

/**
 * Makes a session the instance that it asks for, or with null the first free one, and returns its name; the one that it was before is
 * available from then on. One that another living session is stays that one's, and both go by the name: it is taken until both have
 * gone. Errors: those of `takePersona`, over a hub `forbidden` also for one that is another's, and `conflict` for the handle of another
 * session that is there natively.
 */
export async function takeInstance(
  unit: Unit,
  me: SessionRecord,
  numbering: Numbering,
  wanted: string | null,
): Promise<string> {
  const { issuer } = numbering;
  const known = await instancesOf(unit, numbering, ({ id }) => id === me.id);
  const name = wanted ?? firstFree(await openTo(unit, me, issuer, known), numbering, me.id);
  const current = personaOf(me, issuer);
  if (current?.name === name && current.isRegistered) return name;
  if (known.some(each => each.name === name && each.isNative)) throw nativeName(name);
  const bearer = await bearerOf(unit, issuer, name);
  const isShared = bearer !== undefined && bearer.id !== me.id;
  if (isShared && belongsToAnother(me, bearer)) throw anothersName(name);
  const left = current && current.name !== name ? await leaveInstance(unit, me, issuer) : me;
  if (isShared) standBeside(unit, left, issuer, name);
  else {
    const since = await knownSince(unit, issuer, name);
    const free = withoutBeside(left, issuer);
    await takePersona(unit, free, { issuer, name, isRegistered: true, facts: {}, since });
  }
  return name;
}

/** The instances with those taken whose names were last somebody else's, over a hub: they are not for this session. */
async function openTo(
  { tx }: Unit,
  me: SessionRecord,
  issuer: string,
  known: readonly Instance[],
): Promise<readonly Instance[]> {
  if (me.hub === null) return known;
  const each = known.map(async instance => {
    if (instance.session !== null) return instance;
    const bearers = await allBearers(tx, issuer, instance.name);
    return { ...instance, session: bearers.find(former => isKeptFrom(me, former)) ?? null };
  });
  return Promise.all(each);
}

function anothersName(name: string): SignalboxError {
  return new SignalboxError('forbidden', `"${name}" is a session of somebody else.`, 'Choose another name.');
}

function nativeName(name: string): SignalboxError {
  return new SignalboxError(
    'conflict',
    `"${name}" is a session that is here natively, under its own handle.`,
    'Choose another name, or none for the first that is available.',
  );
}

/**
 * Takes its name from a session, which is free for the next one, with its place in the order and what is sent to it meanwhile. The
 * session goes on without it. Returns it as stored.
 */
export async function leaveInstance(unit: Unit, leaving: SessionRecord, issuer: string): Promise<SessionRecord> {
  const me = withoutBeside(leaving, issuer);
  const persona = personaOf(me, issuer);
  if (!persona) {
    unit.tx.put('session', me);
    return me;
  }
  const handle = me.handle;
  const isCalledSo = isHandleOf(persona.name, handle);
  const next = {
    ...me,
    handle: isCalledSo ? await freeHandle(unit, null) : handle,
    pastHandles: me.pastHandles.filter(past => !isHandleOf(persona.name, past.handle)),
    personas: me.personas.filter(each => each.issuer !== issuer),
  };
  unit.tx.put('session', next);
  const place = await awaited(unit, issuer, persona.name);
  const personas = place.personas.map(each => ({ ...each, since: persona.since }));
  unit.tx.put('session', { ...place, ...(isCalledSo ? { handle } : {}), personas });
  return next;
}

/** Since when a name is known; undefined for one that nobody had. */
async function knownSince({ tx }: Unit, issuer: string, name: string): Promise<number | undefined> {
  const former = await allBearers(tx, issuer, name);
  const known = former.map(session => personaOf(session, issuer)?.since ?? Number.POSITIVE_INFINITY);
  return known.length > 0 ? Math.min(...known) : undefined;
}

function isHandleOf(name: string, handle: string): boolean {
  return name.toLowerCase() === handle;
}
