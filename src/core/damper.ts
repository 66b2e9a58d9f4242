/**
 * The damper: two sessions that answer each other by rote would go on for ever, at the cost of both users. Whoever has taken many
 * turns with another is refused until there was a pause; so is whoever says the same thing again and again.
 *
 * It judges by what the sender itself has said and heard, in whatever conversation (`damper-turns.ts`). Many turns within a
 * minute are a loop whatever is said; at the pace at which models think they are one only when what is said is rote.
 */
import { heardLately, isPersonal, placeOf, saidLately, type Turn, turnsOf } from './damper-turns.ts';
import { SignalboxError } from './errors.ts';
import { operatorHandle } from './handles.ts';
import { limits } from './limits.ts';
import type { Reader } from './ports.ts';
import { type MessageRecord, ordered, type SessionRecord } from './records.ts';
import { isMostlyRote, isWork } from './rote.ts';
import { instant } from './text.ts';

/** A message as it is about to be sent. */
export interface Intended {
  readonly conversation: string;
  readonly recipients: readonly SessionRecord[];
  readonly body: string;
  readonly key: string | null;
  /** The message it answers. */
  readonly answered: MessageRecord | null;
}

interface Pace {
  readonly turns: number;
  readonly windowMs: number;
  readonly pauseMs: number;
  readonly isOnlyRote: boolean;
}

const fast: Pace = {
  turns: limits.loopTurns,
  windowMs: limits.loopWindowMs,
  pauseMs: limits.loopWindowMs,
  isOnlyRote: false,
};
const slow: Pace = {
  turns: limits.slowLoopTurns,
  windowMs: limits.slowLoopWindowMs,
  pauseMs: limits.slowLoopPauseMs,
  isOnlyRote: true,
};

/** What it looks back at: nothing older belongs to a loop that still lasts. */
const lookBackMs = limits.slowLoopWindowMs + limits.slowLoopPauseMs;

/**
 * Refuses with `limit_exceeded` what would go on with a loop, or say the same a third time; says since when and until when.
 * Whatever its priority; but never what the operator writes or is written to. Costs one read of the sender's own messages, and
 * one of its inbox when it and the other one took their halves of the turns of a loop. Judges by nothing that the store's clock puts into the future.
 */
export async function refuseLoop(tx: Reader, sender: SessionRecord, intended: Intended): Promise<void> {
  if (sender.kind === 'operator' || isForOperator(intended)) return;
  const said = await saidLately(tx, sender.id, lookBackMs);
  refuseRepeat(tx.now, intended, said);
  const alike = said.filter(message => isAlike(message, sender, intended));
  const paces = [fast, slow].filter(pace => hasItsHalf(tx.now, alike, pace));
  if (paces.length === 0 || (await isAlone(tx, sender, intended, paces))) return;
  const heard = await heardLately(tx, sender.id, lookBackMs);
  for (const { peer, place, turns } of dialoguesOf(sender, intended, said, heard)) {
    for (const pace of paces) {
      const loop = loopIn(tx.now, turns, pace, intended.body);
      if (loop) throw looping(peer.handle, place, loop, pace);
    }
  }
}

function isForOperator({ conversation, recipients }: Intended): boolean {
  return conversation === 'direct' && recipients.every(({ kind }) => kind === 'operator');
}

/** Whether a message of the sender can have been a turn in a dialogue which the intended one would go on with. */
function isAlike(message: MessageRecord, sender: SessionRecord, intended: Intended): boolean {
  if (isPersonal(message)) return peersOf(sender, intended).some(({ id }) => message.recipients.includes(id));
  return message.replyTo !== null || placeOf(message) === placeOfIntended(sender, intended);
}

/** A loop of so many turns has half of them from the sender: with fewer messages it need not be looked for. */
function hasItsHalf(now: number, said: readonly MessageRecord[], { turns, windowMs, pauseMs }: Pace): boolean {
  return said.filter(({ at }) => now - at < windowMs + pauseMs).length >= turns / 2;
}

/** Whether those it is addressed to have said too little lately, to anybody, to have had the other half of the turns. */
async function isAlone(
  tx: Reader,
  sender: SessionRecord,
  intended: Intended,
  paces: readonly Pace[],
): Promise<boolean> {
  if (!isPersonal(intended)) return false;
  const said = (peer: string, { windowMs, pauseMs }: Pace) => {
    const since = ordered(Math.max(0, tx.now - windowMs - pauseMs));
    return tx.count('message', 'sender', { from: `${peer}/${since}`, below: `${peer}/~` });
  };
  const checks = peersOf(sender, intended).flatMap(({ id }) =>
    paces.map(async pace => (await said(id, pace)) < pace.turns / 2 - 1),
  );
  return (await Promise.all(checks)).every(isQuiet => isQuiet);
}

interface Dialogue {
  readonly peer: SessionRecord;
  /** The conversation, for what is addressed to nobody in particular. */
  readonly place: string | null;
  /** The newest first. */
  readonly turns: readonly Turn[];
}

/**
 * The dialogues that the intended message would go on with: with each one whom it is addressed to or answers; and, said to
 * several, with the one who was heard last. These are kept apart, so that a loop in one place closes no other.
 */
function dialoguesOf(
  sender: SessionRecord,
  intended: Intended,
  said: readonly MessageRecord[],
  heard: readonly MessageRecord[],
): Dialogue[] {
  // What the operator said last is what was meant.
  const company = new Set([operatorHandle, ...intended.recipients.map(({ id }) => id)]);
  const turns = turnsOf(sender.id, said, heard, company);
  const between = (peer: SessionRecord, place: string | null, isOfThese: (turn: Turn) => boolean): Dialogue => ({
    peer,
    place,
    turns: turns.filter(turn => (turn.isOwn ? isOfThese(turn) : turn.peer === peer.id)).reverse(),
  });
  const personal = peersOf(sender, intended).map(peer => between(peer, null, turn => turn.peer === peer.id));
  const last = heard.findLast(({ from }) => company.has(from))?.from;
  const near = intended.recipients.find(({ id, kind }) => id === last && kind !== 'operator');
  if (isPersonal(intended) || !near) return personal;
  const place = placeOfIntended(sender, intended);
  // Who had heard nobody yet began it.
  const isHere = ({ message, neighbour = near.id }: Turn) => neighbour === near.id && placeOf(message) === place;
  return [...personal, between(near, intended.conversation, isHere)];
}

function placeOfIntended(sender: SessionRecord, { conversation, recipients }: Intended): string {
  return placeOf({ conversation, from: sender.id, recipients: recipients.map(({ id }) => id) });
}

/** Whom it is for: its direct recipients, else the one it answers; the operator never counts. */
function peersOf(sender: SessionRecord, { conversation, recipients, answered }: Intended): SessionRecord[] {
  const author = answered && answered.from !== sender.id ? answered.from : undefined;
  return recipients.filter(({ id, kind }) => kind !== 'operator' && (conversation === 'direct' || id === author));
}

interface Loop {
  readonly messages: number;
  readonly sinceAt: number;
  readonly untilAt: number;
}

/** The loop that a dialogue has come to; it ends with a pause. */
function loopIn(now: number, turns: readonly Turn[], pace: Pace, body: string): Loop | undefined {
  const [last] = turns;
  if (!last || now - last.message.at >= pace.pauseMs) return undefined;
  const found = newestTurns(turns, pace);
  if (!found) return undefined;
  const texts = found.map(({ message }) => message.body).reverse();
  if (pace.isOnlyRote && (!isMostlyRote(texts) || isWork(body, texts))) return undefined;
  const sinceAt = found.at(-1)?.message.at ?? last.message.at;
  return { messages: found.length, sinceAt, untilAt: last.message.at + pace.pauseMs };
}

/** The messages of the newest turns, as many turns as make a loop; undefined when there are fewer without a pause in the window. */
function newestTurns(turns: readonly Turn[], { turns: wanted, windowMs, pauseMs }: Pace): Turn[] | undefined {
  const found: Turn[] = [];
  let count = 0;
  for (const turn of turns) {
    const [newest, before] = [found[0] ?? turn, found.at(-1)];
    if (newest.message.at - turn.message.at > windowMs) break;
    if (before && before.message.at - turn.message.at >= pauseMs) break;
    // Several messages in a row are one turn.
    if (before?.isOwn !== turn.isOwn) count += 1;
    if (count > wanted) break;
    found.push(turn);
  }
  return count < wanted ? undefined : found;
}

function looping(
  handle: string,
  place: string | null,
  { messages, sinceAt, untilAt }: Loop,
  pace: Pace,
): SignalboxError {
  const where = place === null || place === 'direct' ? '' : ` in ${place}`;
  const passes = pace.isOnlyRote ? ' What names something new, a file or a name in the code, is taken at once.' : '';
  return new SignalboxError(
    'limit_exceeded',
    `This looks like a loop: ${messages} messages with ${handle}${where} since ${instant(sinceAt)}. Until ${instant(untilAt)} nothing more is taken from you there; it was not sent.`,
    `Stop answering: decide alone and go on with your work, or ask the operator (to: ["operator"]). What is still needed then, send after that time.${passes}`,
  );
}

/** With a key the sender says that it means it. */
function refuseRepeat(now: number, intended: Intended, said: readonly MessageRecord[]): void {
  if (intended.key !== null) return;
  const same = said.filter(
    message =>
      message.key === null &&
      now - message.at < limits.sameBodyWindowMs &&
      folded(message.body) === folded(intended.body) &&
      isForSame(message, intended),
  );
  if (same.length < limits.sameBodyTimes) return;
  const first = same[0]?.at ?? now;
  throw new SignalboxError(
    'limit_exceeded',
    `You sent this very text to the same recipients ${same.length} times since ${instant(first)}; it was not sent again.`,
    `They have it: wait for an answer with message_wait, do something else, or ask the operator. It is taken again after ${instant(first + limits.sameBodyWindowMs)}.`,
  );
}

/** Other white space and other case make no other text. */
function folded(body: string): string {
  return body.trim().replace(/\s+/g, ' ').toLowerCase();
}

/** The same words in answer to another message are another message. */
function isForSame(message: MessageRecord, { conversation, recipients, answered }: Intended): boolean {
  if (message.conversation !== conversation || message.replyTo !== (answered?.id ?? null)) return false;
  if (conversation !== 'direct') return true;
  return (
    message.recipients.length === recipients.length &&
    recipients.every(session => message.recipients.includes(session.id))
  );
}
