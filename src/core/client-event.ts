/**
 * What a session is told on an event of its client, and what the event says about the session. Clients differ in how they name
 * events and take answers; that is in `clients/`. What is forbidden on an event is a rule of its own and not here.
 */
import { brief } from './brief.ts';
import { isUnread } from './delivery.ts';
import { type InboxItem, priorities } from './inbox.ts';
import { limits } from './limits.ts';
import type { DeliveryRecord, Priority, SessionRecord } from './records.ts';
import { noteVerdict, verdictOn } from './refusal.ts';
import { staleWords } from './refusal-text.ts';
import { reminder } from './reminder.ts';
import { maskSecrets } from './secrets.ts';
import { allStale, isOverwritten, type StaleFile } from './stale-edits.ts';
import { cleanText } from './text.ts';
import { attemptOf, type ToolAction } from './tool-action.ts';
import type { Unit, View } from './unit.ts';

export const clientEventKinds = [
  'start',
  'prompt',
  'before-tool',
  'after-tool',
  'batch-end',
  'stop',
  'child-start',
  'child-stop',
  'end',
] as const;

export type ClientEventKind = (typeof clientEventKinds)[number];

/** An event of a client, in our words. */
export interface ClientEvent {
  readonly kind: ClientEventKind;
  /** For a start: how the conversation began. */
  readonly source: 'startup' | 'resume' | 'clear' | 'compact' | 'fork' | null;
  /** For a prompt: what the user, or the client itself, wrote. */
  readonly prompt: string | null;
  /** For a stop: whether the client says that it was held up already. */
  readonly isHeld: boolean;
  /** False where the client shows its model no answer to this event: nothing is handed over with it then. */
  readonly carries?: boolean;
  /** Before and after a tool: what it is about to do, or has done, to files; missing for tools that change none. */
  readonly action?: ToolAction | null;
  /** The client's id of the call of that tool, the same before and after it; missing where it tells none. */
  readonly call?: string | null;
  /** After a tool: whether it failed. What it was about to do may have been done in part then. */
  readonly hasFailed?: boolean;
}

/**
 * What an event says of the session: that it works or rests, that its hooks are heard, and, until it names its task itself, the
 * task its user gave it. The same record when it says nothing new; that hooks are heard is noted as often as activity is.
 */
export function withEvent(me: SessionRecord, event: ClientEvent, now: number): SessionRecord {
  const isRest = event.kind === 'stop';
  const works = !isRest && event.kind !== 'child-stop' && event.kind !== 'end' && event.kind !== 'start';
  const isHeard = me.hookedAt !== null && now - me.hookedAt < limits.touchEveryMs;
  const next: SessionRecord = {
    ...me,
    ...(event.kind === 'prompt' ? { arrivedBy: null, ...taskOfPrompt(me, event.prompt) } : {}),
    // It was told what a fork is with this very answer.
    ...(event.kind === 'start' && me.arrivedBy === 'fork' ? { arrivedBy: null } : {}),
    ...(event.kind === 'start' && event.source === 'clear' ? forgottenTask(me) : {}),
    ...(isRest ? { restingSince: now } : {}),
    ...(works ? { restingSince: null, nudgedAt: null } : {}),
    ...(event.kind === 'prompt' && me.guard.isForgotten ? { guard: { ...me.guard, isForgotten: false } } : {}),
    reach: me.reach === 'calls' ? 'hooks' : me.reach,
    hookedAt: isHeard ? me.hookedAt : now,
  };
  const judged = withVerdict(next, event);
  const fields = Object.keys(judged) as (keyof SessionRecord)[];
  return fields.every(field => judged[field] === me[field]) ? me : judged;
}

/** What the event says of the last refusal: whether the client obeyed it. */
function withVerdict(me: SessionRecord, { kind, action, call = null, hasFailed = false }: ClientEvent): SessionRecord {
  const isDone = kind === 'after-tool' && !hasFailed;
  const verdict = verdictOn(me, { isDone, call, what: attemptOf(action) });
  return verdict === null ? me : noteVerdict(me, verdict);
}

/** Stores what an event says of the session; the record as it stands then. */
export function noteEvent({ tx }: Pick<Unit, 'tx'>, me: SessionRecord, event: ClientEvent): SessionRecord {
  const next = withEvent(me, event, tx.now);
  if (next === me) return me;
  tx.put('session', next);
  if (next.task !== me.task) {
    tx.emit({ type: 'session.updated', audience: [], data: { session: me.id, handle: me.handle } });
  }
  return next;
}

/** Whether an event changes nothing and brings nothing: what most of them do, between two tools. */
export async function isQuiet(view: View, me: SessionRecord, event: ClientEvent): Promise<boolean> {
  const { now } = view.tx;
  if (['start', 'child-stop', 'stop'].includes(event.kind) || now - me.lastSeenAt >= limits.touchEveryMs) return false;
  if (event.kind === 'prompt' && me.guard.running.some(({ ticket }) => ticket !== null)) return false;
  if (withEvent(me, event, now) !== me) return false;
  if ((await provenBy(view, me, event)).length > 0) return false;
  if ((await staleOn(view, me, event)).length > 0) return false;
  const atLeast = ridesOn(event);
  return atLeast === null || (await dueMessages(view, me, atLeast, event.kind === 'prompt')).length === 0;
}

/**
 * The first line of the prompt a session begins with, shortened, without what looks like a secret. What it says itself stands, and
 * what we woke it with is nobody's task.
 */
function taskOfPrompt(me: SessionRecord, prompt: string | null): Partial<SessionRecord> {
  if (me.task !== null || prompt === null || prompt.trimStart().startsWith(ourMark)) return {};
  const own = withoutWrappers(prompt.slice(0, limits.promptLookedAtCharacters));
  const line = cleanText(maskSecrets(own).text)
    .text.split('\n')
    .map(each => each.replace(/\s+/g, ' ').trim())
    .find(each => each !== '');
  if (line === undefined || isCommand(line)) return {};
  const most = limits.taskFromPromptCharacters;
  return { task: line.length > most ? `${line.slice(0, most - 1).toWellFormed()}…` : line, taskFrom: 'prompt' };
}

/** What we say ourselves begins so, where a client takes it for its user's words. */
const ourMark = 'Signalbox:';

/**
 * What is left without the texts that clients wrap into tags and put before or behind what the user wrote. A tag that is not
 * closed ends it: what follows is not known to be the user's.
 */
function withoutWrappers(prompt: string): string {
  const own: string[] = [];
  let closing: string | null = null;
  for (const line of prompt.split('\n')) {
    const opened: string | undefined = closing === null ? /^\s*<([a-z][\w:-]*)[^>]*>/i.exec(line)?.[1] : undefined;
    if (opened !== undefined) closing = `</${opened}>`;
    if (closing === null) own.push(line);
    else if (line.includes(closing)) closing = null;
  }
  return own.join('\n');
}

/** A command to the client itself (`/model opus`); a path is none. */
function isCommand(line: string): boolean {
  return /^\/[\w:.-]+(?: |$)/.test(line);
}

/** With a cleared context a task begins that nobody has told yet; one that the session named itself stays. */
function forgottenTask(me: SessionRecord): Partial<SessionRecord> {
  return me.taskFrom === 'prompt' ? { task: null, taskFrom: null } : {};
}

/** What a session is told when a conversation begins or goes on; null when there is nothing to say. Marks nothing as read. */
export async function startingWords(
  view: View,
  me: SessionRecord,
  source: ClientEvent['source'],
): Promise<string | null> {
  // Some clients tell a cleared context as a conversation like any other.
  const goesOn = me.pastConversations.length > 0;
  const words = newcomersWords(me);
  if (words === null && ((source !== 'startup' && source !== 'fork') || goesOn)) return reminder(view, me);
  const { text, ...facts } = await brief(view, me, limits.reminderCharacters);
  const digest = Object.values(facts).some(count => count > 0) ? `Signalbox: ${text}` : null;
  return words === null ? digest : [words, digest].filter(part => part !== null).join('\n');
}

/** What of its files a session is to hear of with an event: between tools only where one that it has now was overwritten. */
async function staleOn(
  view: Pick<View, 'tx'>,
  me: SessionRecord,
  { kind, carries }: ClientEvent,
): Promise<StaleFile[]> {
  const isBetween = kind === 'before-tool' || kind === 'after-tool' || kind === 'batch-end';
  if (carries === false || !(isBetween || kind === 'prompt' || kind === 'start')) return [];
  return isBetween && !(await isOverwritten(view, me)) ? [] : allStale(view, me, me);
}

/**
 * What others did to the session's files since it last had them, told at a prompt and when a conversation goes on, and at once where
 * it has such a file now: whoever was told is not refused for it. Nothing is told to one that remembers none of it, but it counts as told.
 */
export async function staleNews(unit: Pick<Unit, 'tx'>, me: SessionRecord, event: ClientEvent): Promise<string | null> {
  const { tx } = unit;
  const stale = await staleOn(unit, me, event);
  if (stale.length === 0) return null;
  const current = (await tx.get('session', me.id)) ?? me;
  tx.put('session', { ...current, guard: { ...current.guard, toldEditsTo: tx.sequence } });
  if (event.source === 'clear' || event.source === 'startup') return null;
  return `Signalbox: since you last changed them, ${staleWords(tx.now, stale)}. Read again before you edit.`;
}

/** What a session has to know whose history is another one's; null for all others. */
export function newcomersWords({ handle, arrivedBy }: SessionRecord): string | null {
  if (arrivedBy !== 'fork' && arrivedBy !== 'resume') return null;
  return `Signalbox: you are ${handle}, a new session. A lock, a handle or mail that your history tells of belongs to another session: take your own locks.`;
}

/**
 * The unread messages that a hook may show now, the most pressing first, then the oldest: those that no path has handed over
 * yet, and those that one did a while ago without anybody confirming it, which are shown again. One that is being handed over at
 * this moment is not among them, so that two hooks at once show it once; nor is one too long for a hook, of which the session
 * was told. With a prompt those are due whose showing was never proven: the turn
 * that they went with was broken off.
 */
export async function dueMessages(
  view: View,
  me: SessionRecord,
  atLeast: Priority,
  isPrompt = false,
): Promise<InboxItem[]> {
  const { tx } = view;
  const deliveries = (await someUnread(view, me)).filter(delivery => isDue(delivery, tx.now, isPrompt));
  const messages = await Promise.all(deliveries.map(delivery => tx.get('message', delivery.message)));
  const least = priorities.indexOf(atLeast);
  const due = deliveries.flatMap((delivery, position) => {
    const message = messages[position];
    return message && priorities.indexOf(message.priority) >= least ? [{ delivery, message }] : [];
  });
  const rank = ({ message }: InboxItem) => priorities.indexOf(message.priority);
  return due.sort((a, b) => rank(b) - rank(a) || a.message.sequence - b.message.sequence);
}

/** The oldest unread, and where there are very many the newest as well: an urgent one is hardly ever between them. */
async function someUnread({ tx }: View, me: SessionRecord): Promise<DeliveryRecord[]> {
  const limit = limits.messagesReadMax;
  const oldest = await tx.list('delivery', 'unread', { equals: me.id }, { limit });
  if (oldest.length < limit) return oldest;
  const newest = await tx.list('delivery', 'unread', { equals: me.id }, { limit, reverse: true });
  return [...new Map([...oldest, ...newest].map(delivery => [delivery.id, delivery])).values()];
}

/** The path of a message that went out with an answer to a hook. */
export const shownByHook = 'hook';

/** Notes that messages go out with an answer to a hook: from now on others leave them alone, until they are due again. */
export function noteShown({ tx }: Pick<Unit, 'tx'>, items: readonly InboxItem[], path: string): void {
  for (const { delivery } of items) tx.put('delivery', { ...delivery, state: 'delivered', path, deliveredAt: tx.now });
}

/** The path of a message of which a hook could only say that it is there, and before anybody has that answer. */
export const announced = 'announced';
export const announcing = 'announcing';

/** Notes that the client has the answer that announced a message. */
export async function confirmAnnounced({ tx }: Pick<Unit, 'tx'>, { id }: DeliveryRecord): Promise<void> {
  const delivery = await tx.get('delivery', id);
  if (delivery?.path === announcing) tx.put('delivery', { ...delivery, path: announced });
}

/**
 * The paths of messages whose showing is not proven by the client having taken the answer: another hook may forbid the prompt, and
 * its user may take it back or break the tool off. Then no model ever sees what went along.
 */
const awaitsProof = { prompt: 'prompt', 'before-tool': 'tool' } as const;

/** What proves them: a model that uses a tool has seen its prompt, and one whose tool has ended sees what went with that. */
const proofs: Readonly<Partial<Record<ClientEventKind, readonly string[]>>> = {
  'before-tool': ['prompt'],
  'after-tool': ['prompt', 'tool'],
  'batch-end': ['prompt', 'tool'],
  stop: ['prompt', 'tool'],
};

/**
 * Notes that the client has taken the answer that showed messages: with most events that makes them read, with the others they
 * wait for their proof. An answer that was lost on its way is never proven: what it showed is due again.
 */
export async function confirmTaken(
  unit: Pick<Unit, 'tx'>,
  { kind }: ClientEvent,
  items: readonly InboxItem[],
): Promise<void> {
  const path = kind === 'prompt' || kind === 'before-tool' ? awaitsProof[kind] : null;
  for (const { delivery } of items) {
    const now = await unit.tx.get('delivery', delivery.id);
    if (now?.state !== 'delivered' || now.path !== shownByHook) continue;
    unit.tx.put('delivery', path === null ? { ...now, state: 'read', readAt: unit.tx.now } : { ...now, path });
  }
}

/** What waits for the proof that an event is. */
async function provenBy({ tx }: Pick<View, 'tx'>, me: SessionRecord, { kind }: ClientEvent): Promise<DeliveryRecord[]> {
  const paths = proofs[kind];
  if (paths === undefined) return [];
  const unread = await tx.list('delivery', 'unread', { equals: me.id }, { limit: limits.messagesReadMax });
  return unread.filter(({ state, path }) => state === 'delivered' && path !== null && paths.includes(path));
}

/** Marks as read what an event proves to have been seen. */
export async function confirmShown(unit: Pick<Unit, 'tx'>, me: SessionRecord, event: ClientEvent): Promise<void> {
  for (const delivery of await provenBy(unit, me, event)) {
    unit.tx.put('delivery', { ...delivery, state: 'read', readAt: unit.tx.now });
  }
}

function isDue(delivery: DeliveryRecord, now: number, isPrompt: boolean): boolean {
  if (!isUnread(delivery) || delivery.path === announced) return false;
  if (isPrompt && Object.values<string | null>(awaitsProof).includes(delivery.path)) return true;
  return delivery.state === 'queued' || now - (delivery.deliveredAt ?? 0) >= limits.hookAgainMs;
}

/** From which priority on messages ride on an event's answer; null where none do. */
export function ridesOn(event: ClientEvent): Priority | null {
  if (event.carries === false) return null;
  switch (event.kind) {
    case 'prompt':
      return 'low';
    case 'before-tool':
    case 'after-tool':
    case 'batch-end':
    case 'child-start':
      return 'normal';
    case 'stop':
      return event.isHeld ? null : 'urgent';
    default:
      return null;
  }
}
