/**
 * How answers look to a person. Most are the tool's own text; where many alike things are listed a table is better. A tool
 * without an entry here loses nothing.
 */

import { cleanText } from '../../core/text.ts';
import type { ToolDefinition } from '../../tools/define-tool.ts';
import { peerNote } from '../../tools/shapes.ts';
import { contextRenderers } from './context-renderers.ts';
import { conversationRenderers } from './conversation-renderers.ts';
import { dataRenderers } from './data-renderers.ts';
import { editRenderers } from './edit-renderers.ts';
import { intentRenderers } from './intent-renderers.ts';
import { oneLine, table, wrap } from './layout.ts';
import { type ShownMessage, shownMessage } from './message-look.ts';
import { ago, left } from './spoken.ts';
import type { Style } from './style.ts';
import { inCommandWords } from './words.ts';

export interface Page {
  readonly style: Style;
  /** Undefined when nothing need fit. */
  readonly columns: number | undefined;
  readonly now: number;
  /** The user's home folder, shown as `~`. */
  readonly home: string | undefined;
}

export interface Answer {
  readonly output: Record<string, unknown>;
  readonly text: string;
}

/** Each knows the shape of its tool's output, which was checked against the tool's schema just before. */
type Renderer = (output: unknown, page: Page, own: (text: string) => string) => string;

/** The answer as lines for a person, ending with a line end. */
export function rendered(tool: ToolDefinition, tools: readonly ToolDefinition[], answer: Answer, page: Page): string {
  const renderer = Object.entries(renderers).find(([name]) => name === tool.name)?.[1] as Renderer | undefined;
  const own = (text: string) => cleanText(inCommandWords(text, tools)).text;
  return renderer ? renderer(answer.output, page, own) : `${own(answer.text)}\n`;
}

export interface ShownSession {
  readonly handle: string;
  readonly state: string;
  readonly task?: string;
  readonly status?: string;
  readonly branch?: string;
  readonly checkout: string;
  readonly project?: string;
  readonly client?: string;
  readonly reach: string;
  readonly locks: number;
  readonly lastSeenAt: string;
}

export interface ShownLock {
  readonly resource: string;
  readonly holder: string;
  readonly mode: string;
  readonly reason?: string;
  readonly expiresAt: string;
}

export interface ShownWaiter {
  readonly session: string;
  readonly resources: readonly string[];
  readonly mode: string;
  readonly position?: number;
  readonly priority?: string;
  readonly since: string;
  readonly keptUntil?: string;
}

interface Inbox {
  readonly messages: readonly ShownMessage[];
  readonly unread: number;
}

interface SentMessage {
  readonly message: string;
  readonly recipients: readonly { readonly session: string; readonly state: string; readonly path: string }[];
  readonly answers?: readonly ShownMessage[];
  readonly notes?: readonly string[];
}

interface Acquired {
  readonly granted: boolean;
  readonly locks: readonly (Omit<ShownLock, 'holder'> & { readonly fence: number })[];
  readonly blockedBy?: readonly ShownLock[];
  readonly queue?: { readonly position: number; readonly keptUntil?: string };
  readonly warnings?: readonly string[];
  readonly next?: string;
}

const renderers = {
  session_list(
    out: { you: string; sessions: ShownSession[]; more?: boolean },
    page: Page,
    own: (text: string) => string,
  ): string {
    if (out.sessions.length === 0) return 'No sessions here.\n';
    return (
      sessionTable(out.sessions, out.you, page) +
      moreLine(out.more, 'Name a branch or a scope to narrow it down.', page, own)
    );
  },

  lock_list(
    out: { locks: ShownLock[]; waiting: ShownWaiter[]; more?: boolean },
    page: Page,
    own: (text: string) => string,
  ): string {
    const locks = out.locks.length === 0 ? 'No locks.\n' : lockTable(out.locks, page);
    const waiting = out.waiting.length === 0 ? '' : `\n${waitingTable(out.waiting, page)}`;
    return locks + waiting + moreLine(out.more, 'Name paths or a session to narrow it down.', page, own);
  },

  lock_acquire(out: Acquired, page: Page, own: (text: string) => string): string {
    const { style } = page;
    const lines = out.granted
      ? out.locks.map(
          lock =>
            `${style.good('✓')} ${oneLine(lock.resource)} ${style.quiet(`${lock.mode}, ${left(lock.expiresAt, page.now)}`)}`,
        )
      : [`${style.bad('✗')} Not granted; ${outcome(out, page)}.`];
    const blockers = out.blockedBy ?? [];
    if (blockers.length > 1) lines.push('', lockTable(blockers, page));
    lines.push(...(out.warnings ?? []).map(warning => `${style.careful('!')} ${own(warning)}`));
    const width = page.columns === undefined ? undefined : page.columns - 2;
    if (out.next) lines.push(...wrap(own(out.next), width).map(line => `  ${line}`));
    return `${lines.join('\n')}\n`;
  },

  message_send(out: SentMessage, page: Page, own: (text: string) => string): string {
    const recipients = out.recipients.map(({ session, state, path }) => `${session}: ${state} (${path})`);
    // What a model has to know of its peers goes without saying to a person.
    const notes = (out.notes ?? []).filter(note => !note.startsWith(peerNote));
    const lines = [`Stored as ${out.message}.`, ...recipients, ...notes].map(line => `${own(line)}\n`);
    const answers = (out.answers ?? []).map(message => `\n${shownMessage(message, page)}`);
    return [...lines, ...answers].join('');
  },

  message_read: (out: Inbox, page: Page) => inbox(out, 'No messages.', page),
  message_wait: (out: Inbox, page: Page) => inbox(out, 'Nothing came.', page),

  ...contextRenderers,
  ...conversationRenderers,
  ...intentRenderers,
  ...dataRenderers,
  ...editRenderers,
};

function sessionTable(sessions: readonly ShownSession[], you: string, page: Page): string {
  const { style, now } = page;
  return table(
    [
      { title: 'SESSION', paint: style.name },
      { title: 'TASK', gives: 'end', keeps: 24 },
      { title: 'BRANCH', gives: 'middle' },
      { title: 'LOCKS' },
      { title: 'ACTIVE', paint: style.quiet },
      { title: 'CHECKOUT', gives: 'middle', paint: style.quiet, mayGo: true },
      { title: 'PROJECT', gives: 'middle', paint: style.quiet, mayGo: true },
      { title: 'CLIENT', paint: style.quiet, mayGo: true },
    ],
    sessions.map(session => [
      named(session.handle, you),
      doing(session),
      session.branch ?? '',
      session.locks === 0 ? '' : String(session.locks),
      session.state === 'ended' ? 'ended' : ago(session.lastSeenAt, now),
      shortPath(session.checkout, page),
      session.project ?? '',
      session.client ?? '',
    ]),
    style.quiet,
    page.columns,
  );
}

/** A handle, and whether it is the caller's own. */
export function named(handle: string, you: string): string {
  return handle === you ? `${handle} (you)` : handle;
}

/** Task and status on one line, as far as they were said. */
export function doing(session: { readonly task?: string | null; readonly status?: string | null }): string {
  return [session.task, session.status && `(${session.status})`].filter(Boolean).join(' ');
}

export function lockTable(locks: readonly ShownLock[], page: Page): string {
  const { style, now } = page;
  return table(
    [
      { title: 'LOCKED', gives: 'middle', paint: style.strong },
      { title: 'BY', paint: style.name },
      { title: 'MODE' },
      { title: 'TIME', paint: style.quiet },
      { title: 'FOR', gives: 'end', keeps: 16 },
    ],
    locks.map(lock => lockRow(lock, now)),
    style.quiet,
    page.columns,
  );
}

/** Who waits ahead stands among the holders with a remark behind the handle; what is left of a wait is no lock's time. */
function lockRow(lock: ShownLock, now: number): string[] {
  const [handle = '', ...remark] = lock.holder.split(' ');
  const time = remark.length === 0 ? left(lock.expiresAt, now) : 'waits ahead';
  return [lock.resource, handle, lock.mode, time, lock.reason ?? ''];
}

export function waitingTable(waiting: readonly ShownWaiter[], page: Page): string {
  const { style, now } = page;
  return table(
    [
      { title: 'WAITING', paint: style.name },
      { title: 'FOR', gives: 'middle' },
      { title: 'MODE' },
      { title: 'TURN' },
      { title: 'PRIORITY', mayGo: true },
      { title: 'SINCE', paint: style.quiet },
      { title: 'KEPT', paint: style.quiet, mayGo: true },
    ],
    waiting.map(place => [
      place.session,
      place.resources.join(', '),
      place.mode,
      String(place.position ?? ''),
      place.priority === 'normal' ? '' : (place.priority ?? ''),
      ago(place.since, now),
      place.keptUntil ? left(place.keptUntil, now) : '',
    ]),
    style.quiet,
    page.columns,
  );
}

/** What became of a request that was not granted. */
function outcome({ queue }: Acquired, { now }: Page): string {
  if (!queue?.keptUntil) return 'nothing was locked';
  return `place ${queue.position} in line is kept, ${left(queue.keptUntil, now)}`;
}

/** A path with the home folder as `~`. */
export function shortPath(path: string, { home }: Pick<Page, 'home'>): string {
  return home && (path === home || path.startsWith(`${home}/`)) ? `~${path.slice(home.length)}` : path;
}

function inbox({ messages, unread }: Inbox, empty: string, page: Page): string {
  const rest = unread > 0 ? `${page.style.quiet(`${unread} more unread.`)}\n` : '';
  if (messages.length === 0) return `${empty}\n${rest}`;
  return `${messages.map(message => shownMessage(message, page)).join('\n')}${rest && `\n${rest}`}`;
}

function moreLine(more: boolean | undefined, hint: string, { style }: Page, own: (text: string) => string): string {
  return more ? `${style.quiet(own(`There are more. ${hint}`))}\n` : '';
}
