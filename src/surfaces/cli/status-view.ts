/** How the overview looks: numbers first, then what is wrong, who is here, what is locked, who waits, and what is announced. */
import { basename } from 'node:path';
import type { RingStates } from '../../core/ring-state.ts';
import { intentTable, type ShownIntent } from './intent-renderers.ts';
import { oneLine, table, wrap } from './layout.ts';
import { doing, lockTable, named, type Page, shortPath, waitingTable } from './renderers.ts';
import { ago, counted } from './spoken.ts';

export interface StatusSession {
  readonly id: string;
  readonly handle: string;
  readonly state: 'active' | 'idle';
  readonly task?: string;
  readonly status?: string;
  readonly group?: string;
  readonly branch?: string;
  readonly host: string;
  readonly root: string;
  readonly client?: string;
  /** How messages get to it. */
  readonly reach: string;
  /** How far each ring of the guard holds. */
  readonly guard: RingStates;
  readonly locks: number;
  readonly unread: number;
  readonly lastSeenAt: string;
}

/** What is true in the project now. */
export interface Facts {
  readonly sessions: readonly StatusSession[];
  readonly locks: readonly {
    resource: string;
    holder: string;
    mode: string;
    reason?: string;
    since: string;
    expiresAt: string;
  }[];
  readonly waiting: readonly {
    session: string;
    resources: string[];
    mode: string;
    position: number;
    priority: string;
    since: string;
    keptUntil?: string;
  }[];
  readonly intents: readonly ShownIntent[];
  /** Messages in the caller's own inbox. */
  readonly unread: number;
  readonly you: string;
}

export interface Status extends Facts {
  readonly project: string;
  readonly root: string;
  readonly branch: string | null;
  readonly store: string;
  readonly problems: readonly Problem[];
}

export interface Problem {
  readonly message: string;
  readonly next: string;
}

export function statusText(status: Status, page: Page): string {
  const { style } = page;
  const parts = [
    `${style.strong(oneLine(status.project))}  ${summary(status)}\n`,
    ...status.problems.map(problem => problemText(problem, page)),
    ...(status.sessions.length > 0 ? [sessionsText(status, page)] : []),
    ...(status.locks.length > 0 ? [lockTable(status.locks, page)] : []),
    ...(status.waiting.length > 0 ? [waitingTable(status.waiting, page)] : []),
    ...(status.intents.length > 0 ? [intentTable(status.intents, page)] : []),
    ...(status.unread > 0
      ? [`${counted(status.unread, 'unread message')} for you: ${style.name('signalbox message read')}\n`]
      : []),
    footer(status, page),
  ];
  return parts.join('\n');
}

function summary({ sessions, locks, waiting, intents }: Status): string {
  const facts = [
    sessions.length === 0 ? 'no sessions' : counted(sessions.length, 'session'),
    locks.length === 0 ? 'no locks' : counted(locks.length, 'lock'),
    ...(waiting.length > 0 ? [`${waiting.length} waiting`] : []),
    ...(intents.length > 0 ? [counted(intents.length, 'intent')] : []),
  ];
  return facts.join(', ');
}

/** A sentence with its next step below it. */
function problemText({ message, next }: Problem, { style, columns }: Page): string {
  const width = columns === undefined ? undefined : columns - 2;
  const [first = '', ...more] = [...wrap(oneLine(message), width), ...wrap(oneLine(next), width)];
  return `${style.careful('!')} ${[first, ...more.map(line => `  ${line}`)].join('\n')}\n`;
}

function sessionsText({ sessions, you }: Status, page: Page): string {
  const { style, now } = page;
  return table(
    [
      { title: 'SESSION', paint: style.name },
      { title: 'TASK', gives: 'end', keeps: 24 },
      { title: 'BRANCH', gives: 'middle' },
      { title: 'LOCKS' },
      { title: 'ACTIVE', paint: style.quiet },
      { title: 'UNREAD' },
      { title: 'REACH', paint: style.quiet, mayGo: true },
      { title: 'GUARD', paint: style.quiet, mayGo: true },
      { title: 'CHECKOUT', gives: 'middle', paint: style.quiet, mayGo: true },
    ],
    sessions.map(session => [
      named(session.handle, you),
      doing(session),
      session.branch ?? '',
      session.locks === 0 ? '' : String(session.locks),
      ago(session.lastSeenAt, now),
      session.unread === 0 ? '' : String(session.unread),
      session.reach,
      spokenRings(session.guard),
      severalPlaces(sessions) ? basename(session.root) : '',
    ]),
    style.quiet,
    page.columns,
  );
}

/** `edit shell? git!`: a bare name is proven, one with a question mark is heard only, one with an exclamation mark was not obeyed. */
function spokenRings(states: RingStates): string {
  const marks = { proven: '', heard: '?', ignored: '!', none: null };
  return Object.entries(states)
    .flatMap(([ring, state]) => (marks[state] === null ? [] : [`${ring}${marks[state]}`]))
    .join(' ');
}

/** Where everybody is in the same place, the place says nothing. */
function severalPlaces(sessions: readonly StatusSession[]): boolean {
  return new Set(sessions.map(({ host, root }) => `${host}:${root}`)).size > 1;
}

function footer(status: Status, page: Page): string {
  const place = shortPath(oneLine(status.root), page);
  const branch = status.branch ? ` on ${oneLine(status.branch)}` : '';
  const store = shortPath(oneLine(status.store).replace(/^sqlite:/, ''), page);
  const text = `You are ${status.you} in ${place}${branch}.\nStore: ${store}`;
  return `${text
    .split('\n')
    .map(line => page.style.quiet(line))
    .join('\n')}\n`;
}
