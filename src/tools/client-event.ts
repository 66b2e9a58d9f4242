import * as z from 'zod/v4';
import { endChild } from '../core/child.ts';
import {
  announcing,
  type ClientEvent,
  clientEventKinds,
  confirmAnnounced,
  confirmShown,
  confirmTaken,
  dueMessages,
  isQuiet,
  newcomersWords,
  noteEvent,
  noteShown,
  ridesOn,
  shownByHook,
  staleNews,
  startingWords,
} from '../core/client-event.ts';
import { shortenEdits } from '../core/edit-hold.ts';
import { giveBackAll } from '../core/git-command.ts';
import type { InboxItem } from '../core/inbox.ts';
import { limits } from '../core/limits.ts';
import { noticeSender } from '../core/notice.ts';
import type { DeliveryRecord, Priority } from '../core/records.ts';
import { touch } from '../core/session.ts';
import type { Unit, View } from '../core/unit.ts';
import { defineTool } from './define-tool.ts';
import { shownItem } from './inbox.ts';
import type { Me } from './participant.ts';
import { type MessageShape, messageShape, noteFor, priority, spokenMessages } from './shapes.ts';
import { toolFields } from './tool-action.ts';

const input = z.strictObject({
  kind: z.enum(clientEventKinds),
  source: z.enum(['startup', 'resume', 'clear', 'compact', 'fork']).nullable().default(null),
  prompt: z.string().nullable().default(null),
  isHeld: z.boolean().default(false),
  carries: z.boolean().default(true),
  ...toolFields,
  /** For the stop of a sub-agent: the client's id of it. */
  agent: z.string().nullable().default(null),
  /** The handle of another living session that has the same conversation open. */
  twin: z.string().nullable().default(null),
});

export default defineTool({
  name: 'client_event',
  title: 'Tell an event of the client',
  set: 'hook',
  effect: 'write',
  idempotent: false,
  description:
    'What the hooks of an AI client tell Signalbox: a prompt, a tool call, a stop. The answer is what the session is to be told now: ' +
    'unread messages, what it holds and owes, and whether an urgent message holds up its stop. Models never call it.',
  input,
  output: z.object({
    /** What is said at a start, in lines of our own with peers' words in quotes. */
    words: z.array(z.string()),
    messages: z.array(messageShape),
    /** A message that is too long for an answer: only that it is there. */
    tooLong: z.object({ id: z.string(), from: z.string(), priority }).optional(),
    /** How many more wait for an answer that has room. */
    more: z.number(),
    /** Whether the stop is held up. */
    isHolding: z.boolean(),
  }),
  examples: [{ title: 'Before a tool runs', input: { kind: 'before-tool' } }],
  async run(context, event) {
    const { graceSeconds } = context.caller.world.policy.guard;
    const branch = await context.caller.world.worktrees.branch((await context.caller.place()).root);
    // Looked at first: most events say nothing new, and a unit of work would keep others waiting.
    if (await context.caller.read((view, me) => isQuiet(view, me, event))) return nothing;
    const told = await context.caller.transact(async (unit, session) => {
      const isDue = unit.tx.now - session.lastSeenAt >= limits.touchEveryMs || session.branch !== branch;
      const me = noteEvent(unit, isDue ? await touch(unit, session, branch) : session, event);
      if (event.kind === 'child-stop' && event.agent !== null) {
        await endChild(unit, me, { id: event.agent, type: null });
        // One that worked on beyond the turn of its session: what it leaves is for nobody's turn any more.
        if (me.restingSince !== null) await shortenEdits(unit, me, graceSeconds * 1000);
      }
      if (event.kind === 'prompt' || event.kind === 'stop') await giveBackAll(unit, me);
      const words = await wordsOn(unit, session, event);
      const news = await staleNews(unit, me, event);
      await confirmShown(unit, me, event);
      const told = await carried(unit, me, event);
      const goesOn = holds(event, told);
      // It goes on, so nobody is to wake it.
      if (goesOn) unit.tx.put('session', { ...me, restingSince: null });
      if (event.kind === 'stop' && !goesOn) await shortenEdits(unit, me, graceSeconds * 1000);
      return { me, words: [words, news].filter(part => part !== null), ...told };
    });
    const { first, whole } = told;
    if (first) context.afterAnswer(() => context.caller.transact(unit => confirmAnnounced(unit, first)));
    if (whole.length > 0) context.afterAnswer(() => context.caller.transact(unit => confirmTaken(unit, event, whole)));
    return {
      words: [...told.words, twinWords(event.kind === 'start' ? event.twin : null, told.me)].filter(
        part => part !== null,
      ),
      messages: whole.map(shownItem),
      ...(told.announced ? { tooLong: told.announced } : {}),
      more: told.more,
      isHolding: holds(event, told),
    };
  },
  text: out =>
    [
      ...(out.isHolding ? [heldUp] : []),
      ...out.words,
      ...(out.messages.length > 0 ? [wordsFor(out.messages, out.more)] : []),
      ...(out.tooLong ? [tooLongWords(out.tooLong)] : []),
    ].join('\n'),
});

/** What is said beside messages: at a start, and with the first prompt of a fork that was told as something else. */
function wordsOn(view: View, me: Me, { kind, source }: ClientEvent): Promise<string | null> | string | null {
  if (kind === 'start') return startingWords(view, me, source);
  return kind === 'prompt' && me.arrivedBy === 'fork' ? newcomersWords(me) : null;
}

const nothing = { words: [], messages: [], more: 0, isHolding: false };

const heldUp =
  'Signalbox: an urgent message came before you stopped. Take note of it, then stop again if nothing else is to be done.';

function twinWords(twin: string | null, me: Me): string | null {
  if (twin === null) return null;
  return `Signalbox: the session ${twin} has this same conversation open in another process. You are ${me.handle}, a session of your own with locks and mail of your own.`;
}

interface Carried {
  /** Those that are shown whole: read once the client has the answer, or once an event proves that they were seen. */
  readonly whole: readonly InboxItem[];
  readonly announced?: { id: string; from: string; priority: Priority };
  /** The delivery of that one. */
  readonly first?: DeliveryRecord;
  readonly more: number;
}

/** Whether a stop is held up by what it brings. */
function holds({ kind }: ClientEvent, { whole, announced }: Carried): boolean {
  return kind === 'stop' && (whole.length > 0 || announced !== undefined);
}

/** The messages that ride on this answer, marked as handed over; as many as it has room for. */
async function carried(unit: Unit, me: Me, event: ClientEvent): Promise<Carried> {
  const atLeast = ridesOn(event);
  const due = atLeast === null ? [] : await dueMessages(unit, me, atLeast, event.kind === 'prompt');
  const [first] = due;
  if (first === undefined) return { whole: [], more: 0 };
  const whole = fitted(due);
  if (whole.length > 0) {
    noteShown(unit, whole, shownByHook);
    return { whole, more: due.length - whole.length };
  }
  noteShown(unit, [first], announcing);
  const { id, fromHandle, priority } = first.message;
  return { whole: [], first: first.delivery, announced: { id, from: fromHandle, priority }, more: due.length - 1 };
}

/** What is left beside the words that a stop is held up with. */
const room = limits.hookAnswerCharacters - heldUp.length - 1;

/** The longest run from the front that has room. */
function fitted(due: readonly InboxItem[]): readonly InboxItem[] {
  let count = 0;
  while (count < due.length && wordsFor(due.slice(0, count + 1).map(shownItem), limits.unreadPerSession).length <= room)
    count += 1;
  return due.slice(0, count);
}

function wordsFor(messages: readonly MessageShape[], more: number): string {
  const note = noteFor(messages);
  return [
    'Signalbox: messages for you.',
    spokenMessages(messages),
    ...(note ? [note] : []),
    ...(more > 0 ? [`${more} more unread: message_read.`] : []),
  ].join('\n');
}

function tooLongWords({ id, from, priority: rank }: { id: string; from: string; priority: string }): string {
  const who = from === noticeSender ? 'Signalbox itself' : `the peer session ${from}`;
  return `Signalbox: a message from ${who} (${id}, ${rank}) is too long to be shown here: take it with message_read.`;
}
