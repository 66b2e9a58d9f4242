/** Addresses: from what a sender writes into `to` to the sessions that get the message. All of them are right, or nobody gets it. */
import { heirOf } from './child-edits.ts';
import { isConversationId, membersOf } from './conversation.ts';
import { SignalboxError } from './errors.ts';
import { limits } from './limits.ts';
import type { Ask } from './ports.ts';
import { lookAround, oneOrFail } from './presence.ts';
import type { SessionRecord } from './records.ts';
import type { Unit } from './unit.ts';

export const channels = ['general', 'coordination', 'ideas', 'alerts', 'git'] as const;

export interface Addressed {
  readonly sessions: readonly SessionRecord[];
  /** As `MessageRecord.conversation`. */
  readonly conversation: string;
}

/**
 * Resolves every address or fails; the sender never is among the recipients. Errors: `not_found` for an address that leads to
 * nobody, `invalid_input` for one that stands for a whole conversation beside others, and when only the sender is left.
 */
export async function resolveAddresses(
  unit: Unit,
  sender: SessionRecord,
  addresses: readonly string[],
): Promise<Addressed> {
  const whole = addresses.find(isWhole);
  if (whole !== undefined && addresses.length > 1) {
    throw new SignalboxError(
      'invalid_input',
      `"${whole}" cannot be combined with other addresses.`,
      'Send it as a message of its own.',
    );
  }
  const found = new Map<string, SessionRecord>();
  for (const address of addresses) {
    for (const session of await addressed(unit, sender, address)) found.set(session.id, session);
  }
  found.delete(sender.id);
  if (whole === undefined && found.size === 0) {
    throw new SignalboxError(
      'invalid_input',
      'The only recipient is you.',
      'Address another session; session_list shows who is here.',
    );
  }
  return { sessions: [...found.values()], conversation: whole ?? 'direct' };
}

/** Whether an address stands for a conversation, whose members or listeners are the recipients. */
function isWhole(address: string): boolean {
  return address === 'all' || address.startsWith('#') || isConversationId(address);
}

async function addressed(unit: Unit, sender: SessionRecord, address: string): Promise<readonly SessionRecord[]> {
  if (address === 'all') return everybody(unit);
  if (address.startsWith('#')) return knownChannel(address) && everybody(unit);
  if (address.startsWith('group:')) return groupMembers(address, await everybody(unit));
  if (isConversationId(address)) {
    const members = await membersOf(unit, sender, address);
    return Promise.all(members.map(member => heirOf(unit, member)));
  }
  return [await heirOf(unit, await oneOrFail(unit, address))];
}

/** The living sessions without their sub-agents, which are written to by name only: each would pay for what all are told. */
async function everybody(unit: Unit): Promise<SessionRecord[]> {
  return (await lookAround(unit)).live.filter(session => session.parentSession === null);
}

/** The reads by which `resolveAddresses` finds sessions that are addressed one by one; for the others it has to look around. */
export function addressAsks(addresses: readonly string[]): Ask[] {
  const single = addresses.filter(address => !isWhole(address) && !address.startsWith('group:'));
  return single.flatMap(address => [
    { kind: 'session', id: address } as const,
    {
      kind: 'session',
      index: 'handle',
      range: { equals: address.replace(/^@/, '').toLowerCase() },
      page: { limit: limits.handlesWithOneName },
    } as const,
  ]);
}

/** True for a channel; `not_found`, with those there are, for anything else. */
export function knownChannel(address: string): true {
  if (channels.some(channel => address === `#${channel}`)) return true;
  throw new SignalboxError(
    'not_found',
    `There is no channel "${address.slice(0, limits.handleCharacters)}".`,
    `The channels are ${channels.map(channel => `#${channel}`).join(', ')}.`,
  );
}

function groupMembers(address: string, agents: readonly SessionRecord[]): SessionRecord[] {
  const group = address.slice('group:'.length).toLowerCase();
  const members = agents.filter(session => session.group === group);
  if (members.length > 0) return members;
  const groups = [...new Set(agents.flatMap(session => (session.group ? [`group:${session.group}`] : [])))].sort();
  throw new SignalboxError(
    'not_found',
    `Nobody is in "${address.slice(0, limits.handleCharacters)}".`,
    groups.length > 0
      ? `Groups here: ${groups.join(', ')}.`
      : 'No session has joined a group; session_update sets one.',
  );
}
