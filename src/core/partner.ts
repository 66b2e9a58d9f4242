/**
 * Partners: sessions that a vocabulary names after the folders they work in. The name belongs to the folder: of several sessions of a
 * folder, and of folders that are called alike, each has a name of its own, and whoever comes back to a folder is the partner again.
 */
import { leaveConversationsTo } from './conversation.ts';
import { SignalboxError } from './errors.ts';
import { unreadCount } from './inbox.ts';
import { leaseHolds } from './lease.ts';
import { limits } from './limits.ts';
import { belongsToAnother, ownerOf } from './owner.ts';
import { allBearers, type PersonaClaim, personaOf, takePersona } from './persona.ts';
import { type Persona, type PersonaFacts, personaKey } from './persona-record.ts';
import type { Reader } from './ports.ts';
import type { SessionRecord } from './records.ts';
import { freeHandle } from './session.ts';
import { unreadTalk } from './talk-mail.ts';
import type { Unit, View } from './unit.ts';

/** What a partner says of itself; `path` is its folder, on the machine of its session. */
export interface PartnerClaim {
  readonly issuer: string;
  readonly path: string;
  readonly facts: PersonaFacts;
}

/** A session under its name. */
export interface Partner {
  readonly session: SessionRecord;
  readonly persona: Persona;
}

/** The name of a folder: the last part of its path in small letters, with `_` for whatever is no letter or digit. */
export function partnerName(path: string): string {
  const last = path.split(/[\\/]/).findLast(part => part !== '') ?? '';
  const name = last.toLowerCase().replaceAll(/[^a-z0-9]/g, '_');
  return name.slice(0, limits.partnerNameCharacters) || 'partner';
}

/**
 * Makes a session the partner of its folder, or says more of one that it is already. The name is that of the folder while no living
 * session and no other folder has it, else the first free one with a number. What the partner said before is kept where nothing
 * else is said now, and so are its mail and its places in conversations. Errors: `limit_exceeded` where too many share the name, or for
 * more words than a partner may say of itself.
 */
export async function becomePartner(unit: Unit, me: SessionRecord, claim: PartnerClaim): Promise<Partner> {
  refuseLongWords(claim.facts);
  const name = personaOf(me, claim.issuer)?.name ?? (await freeName(unit, me, claim));
  return bearPartnerName(unit, me, name, claim);
}

/**
 * Gives a session the name that its partner has elsewhere. Everybody calls it so where the name will do as a handle, as they called
 * the partner's session before. A session that lives on, and bore the name for a partner that is gone, bears it no more. Errors: over a
 * hub `forbidden` for a name that is remembered as another's, who would lose its mail by that.
 */
export async function bearPartnerName(
  unit: Unit,
  me: SessionRecord,
  name: string,
  { issuer, path, facts }: PartnerClaim,
): Promise<Partner> {
  const former = (await allBearers(unit.tx, issuer, name)).filter(({ id }) => id !== me.id);
  refuseAnothersName(me, name, former);
  const own = personaOf(me, issuer);
  // Whoever had the name before listens no more.
  const earlier = own?.name === name ? own : personaOfFirst(former, issuer);
  const before = earlier === own ? own?.facts : { ...earlier?.facts, listening: null };
  for (const session of former) {
    if (leaseHolds(unit, session)) await takeNameFrom(unit, session, issuer, name);
    else await leaveConversationsTo(unit, session, me.id);
  }
  const all = { ...shortened({ ...before, ...facts }), path, host: me.host };
  const said: PersonaClaim = { issuer, name, isRegistered: true, facts: all, since: earlier?.since };
  const session = await takePersona(unit, me, said);
  return { session, persona: personaOf(session, issuer) as Persona };
}

/** Who can open the store itself needs no rule. */
export function refuseAnothersName(
  me: Pick<SessionRecord, 'hub'>,
  name: string,
  bearers: readonly SessionRecord[],
): void {
  if (!bearers.some(each => belongsToAnother(me, each))) return;
  throw new SignalboxError(
    'forbidden',
    `The partner ${name} is not yours.`,
    'Choose another id; a partner is of the token that registered it.',
  );
}

/** A session that lives on and was only called so for a partner that is gone is that no more. */
async function takeNameFrom(unit: Unit, session: SessionRecord, issuer: string, name: string): Promise<void> {
  const handle = session.handle === name ? await freeHandle(unit, null) : session.handle;
  const personas = session.personas.filter(each => each.issuer !== issuer);
  unit.tx.put('session', { ...session, handle, personas });
}

/**
 * Says more of a partner, or something else. Nothing happens to a session that is none. Errors: `limit_exceeded` for more words than a
 * partner may say of itself.
 */
export function sayOfPartner({ tx }: Unit, me: SessionRecord, issuer: string, facts: PersonaFacts): void {
  refuseLongWords(facts);
  const personas = me.personas.map(each =>
    each.issuer === issuer && each.leftTo === null ? { ...each, facts: { ...each.facts, ...facts } } : each,
  );
  tx.put('session', { ...me, personas });
}

/**
 * Of how many unread messages a session's notification file tells: of none where its partner wants none told. `issuer` is the vocabulary
 * in which its messages are read, which shows no notices; null for our own.
 */
export async function unreadToTell(tx: Reader, me: SessionRecord, issuer: string | null): Promise<number> {
  const isUnwanted = me.personas.some(({ leftTo, facts }) => leftTo === null && facts.told === 0);
  const count = isUnwanted ? 0 : await unreadCount(tx, me);
  if (count === 0 || issuer === null) return count;
  return (await unreadTalk(tx, me, issuer, { conversation: null, from: null })).length;
}

/** Everybody who ever had a name and is remembered, whoever did something last first. */
export async function allPartners(tx: Reader, issuer: string): Promise<Partner[]> {
  const sessions = await allWithNames(tx, issuer);
  return sessions
    .flatMap(session => {
      const persona = personaOf(session, issuer);
      return persona ? [{ session, persona }] : [];
    })
    .sort((one, other) => other.session.lastSeenAt - one.session.lastSeenAt);
}

/** The partner of that name, here or gone; undefined for a name that nobody is remembered by. */
export async function partnerNamed(view: View, issuer: string, name: string): Promise<Partner | undefined> {
  const bearers = await allBearers(view.tx, issuer, name);
  const session = bearers.find(each => leaseHolds(view, each)) ?? bearers[0];
  const persona = session && personaOf(session, issuer);
  return persona && { session, persona };
}

/** Page by page, from name to name: no project has more sessions than that twice over. */
async function allWithNames(tx: Reader, issuer: string): Promise<SessionRecord[]> {
  const page = { limit: limits.sessionsPerProject };
  // Behind every key of the issuer, which ends in a tab.
  const below = `${issuer}\n`;
  const found = new Map<string, SessionRecord>();
  let from = personaKey(issuer, '');
  while (true) {
    const sessions = await tx.list('session', 'persona', { from, below }, page);
    for (const session of sessions) found.set(session.id, session);
    const last = sessions.at(-1);
    const next = last && personaKey(issuer, personaOf(last, issuer)?.name ?? '');
    if (sessions.length < page.limit || next === undefined || next === from) return [...found.values()];
    from = next;
  }
}

/** What a partner says in words of its own, each of which everybody is shown. */
const words = { shown: 'name', status: 'status' } as const;

function refuseLongWords(facts: PersonaFacts): void {
  for (const [fact, what] of Object.entries(words)) {
    const characters = String(facts[fact] ?? '').length;
    if (characters <= limits.partnerSaidCharacters) continue;
    throw new SignalboxError(
      'limit_exceeded',
      `The ${what} has ${characters} characters; the limit is ${limits.partnerSaidCharacters}.`,
      'Say it shorter.',
    );
  }
}

/** What was said before, or elsewhere, fails nobody. */
export function shortened(facts: PersonaFacts): PersonaFacts {
  const short = Object.keys(words).flatMap(fact => {
    const said = facts[fact];
    return typeof said === 'string' ? [[fact, said.slice(0, limits.partnerSaidCharacters).toWellFormed()]] : [];
  });
  return { ...facts, ...Object.fromEntries(short) };
}

function personaOfFirst([first]: readonly SessionRecord[], issuer: string): Persona | undefined {
  return first && personaOf(first, issuer);
}

async function freeName(unit: Unit, me: SessionRecord, { issuer, path }: PartnerClaim): Promise<string> {
  const [name, { host }] = [partnerName(path), me];
  for (let count = 1; count <= limits.partnersOfOneName; count += 1) {
    const candidate = count === 1 ? name : numbered(name, count);
    const bearers = await allBearers(unit.tx, issuer, candidate);
    const isOfFolder = (facts: PersonaFacts | undefined) => facts?.path === path && facts.host === host;
    const isAnothers = (session: SessionRecord) =>
      leaseHolds(unit, session) || !isOfFolder(personaOf(session, issuer)?.facts) || ownerOf(session) !== ownerOf(me);
    if (!bearers.some(isAnothers)) return candidate;
  }
  throw new SignalboxError(
    'limit_exceeded',
    `${limits.partnersOfOneName} sessions or folders are called "${name}", which is the limit.`,
    'End some of these sessions, or work in a folder of another name.',
  );
}

function numbered(name: string, count: number): string {
  const number = `_${count}`;
  return `${name.slice(0, limits.partnerNameCharacters - number.length)}${number}`;
}
