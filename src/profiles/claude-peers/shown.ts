/** How claude-peers tells of peers, messages and failures, and as whom a call is made. */
import { SignalboxError } from '../../core/errors.ts';
import type { ForeignDesk } from '../../tools/foreign-desk.ts';
import type { Peer } from '../../tools/foreign-peers.ts';
import type { PeerSender } from '../../tools/peer-inbox.ts';
import { type Answer, said } from '../define-profile.ts';
import { present } from './arrival.ts';

/** By what names those are known who are no peers. */
export const operatorName = 'cli';
export const noticeName = 'signalbox';

const starts: Readonly<Record<string, string>> = {
  list_peers: 'Error listing peers:',
  send_message: 'Error sending message:',
  set_summary: 'Error setting summary:',
  check_messages: 'Error checking messages:',
};

/** How each tool's failures begin. */
export function startOf(tool: string): string {
  return starts[tool] ?? 'Error:';
}

export function refusal(text: string): Answer {
  return { ...said(text), isError: true };
}

/** What a tool answers, for a session that is registered by then; a refusal by a rule begins as its users know it. */
export async function told(tool: string, desk: ForeignDesk, answer: () => Promise<Answer>): Promise<Answer> {
  try {
    await present(desk);
    return await answer();
  } catch (error) {
    if (!(error instanceof SignalboxError)) throw error;
    return refusal(`${startOf(tool)} ${error.message} ${error.next}`);
  }
}

export const instant = (at: number) => new Date(at).toISOString();

export function senderName({ kind, id }: PeerSender): string {
  return { peer: oneLine(id), operator: operatorName, notice: noticeName }[kind];
}

/** A peer in lines of its own: what others said of themselves begins none. */
export function blockOf(peer: Peer): string {
  const facts: readonly (readonly [string, string | number | null])[] = [
    ['PID', peer.pid ?? 'unknown'],
    ['CWD', peer.folder],
    ['Repo', peer.repository],
    ['Host', peer.host],
    ['TTY', peer.terminal],
    ['Summary', peer.summary || null],
    ['Last seen', instant(peer.seenAt)],
  ];
  const line = (name: string, value: string) => (name === 'Summary' ? oneLine(value) : pathLine(value));
  const lines = facts.flatMap(([name, value]) => (value === null ? [] : [`  ${name}: ${line(name, String(value))}`]));
  return [`ID: ${oneLine(peer.id)}`, ...lines].join('\n');
}

export function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}

/** The same for a path, whose blanks are all its own. */
export function pathLine(path: string): string {
  return path.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ');
}

export function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}
