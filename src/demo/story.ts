/** The story, step by step. Every step asserts what it tells; what it measures it returns. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Actor, Answer } from './actor.ts';
import { expect } from './failure.ts';
import type { Screen } from './screen.ts';

export interface Scene {
  readonly otter: Actor;
  readonly heron: Actor;
  readonly screen: Screen;
  /** Gives a reader time; does nothing when nobody reads along. */
  pause(ms: number): Promise<void>;
}

/** Durations in milliseconds by name. */
export type Measured = Readonly<Record<string, number>>;

export interface Step {
  readonly name: string;
  readonly title: string;
  play(scene: Scene): Promise<Measured | undefined>;
}

const path = 'src/auth.ts';
const resource = `file:${path}`;
const tasks = { otter: 'Move login to server sessions', heron: 'Rate limits for the API' };
const reason = 'requireLogin() gets a new signature';
const message = 'Almost done. requireLogin() is now requireSession(request).';

/** A dead session's locks pass on within this time: the promise that the last step holds. */
const takeoverWithinMs = 1_000;

export const steps: readonly Step[] = [
  { name: 'meet', title: 'Two sessions meet. Nobody had to register.', play: meet },
  { name: 'lock', title: 'One locks the file it is going to change.', play: lock },
  { name: 'refuse', title: 'The other wants the same file, in another checkout.', play: refuse },
  { name: 'message', title: 'It waits in line. A message reaches it meanwhile.', play: writeWhileWaiting },
  { name: 'handover', title: 'The lock passes on the moment it is released.', play: handOver },
  { name: 'takeover', title: 'A session dies holding the lock. Nobody stays stuck.', play: takeOver },
];

/** The request that stays open while heron waits in line, from one step to a later one. */
const waiting = new WeakMap<Scene, Promise<{ answer: Answer; at: number }>>();

async function meet(scene: Scene): Promise<undefined> {
  const { otter, heron, screen } = scene;
  await Promise.all([otter.start(), heron.start()]);
  screen.does(otter.name, 'session_update', `"${tasks.otter}"`);
  await otter.call('session_update', { task: tasks.otter });
  screen.does(heron.name, 'session_update', `"${tasks.heron}"`);
  await heron.call('session_update', { task: tasks.heron });
  await scene.pause(900);
  await sees(scene, otter, heron, tasks.heron, 'rate-limits');
  await sees(scene, heron, otter, tasks.otter, 'main');
}

async function sees({ screen }: Scene, who: Actor, whom: Actor, task: string, branch: string): Promise<void> {
  const { you, sessions } = await who.call('session_list');
  expect(you === who.name, `${who.name} is called ${you}.`);
  const other = sessions?.find((session: Answer) => session.handle === whom.name);
  expect(other !== undefined, `${who.name} does not see ${whom.name}.`);
  expect(other.task === task, `${who.name} sees ${whom.name} with the task "${other.task}", not "${task}".`);
  expect(other.branch === branch, `${who.name} sees ${whom.name} on the branch ${other.branch}, not ${branch}.`);
  screen.does(who.name, 'session_list');
  screen.result('✓', `${other.handle}: ${other.task} (branch ${other.branch})`);
}

async function lock(scene: Scene): Promise<undefined> {
  const { otter, screen } = scene;
  screen.does(otter.name, `lock_acquire ${path}`, `"${reason}"`);
  const answer = await otter.call('lock_acquire', { paths: [path], reason });
  fenceOf(otter, answer);
  await scene.pause(500);
  screen.result('✓', `granted, exclusive, until ${time(answer.locks[0].expiresAt)} unless renewed by its work`);
}

async function refuse(scene: Scene): Promise<undefined> {
  const { otter, heron, screen } = scene;
  screen.does(heron.name, `lock_acquire ${path}`);
  const answer = await heron.call('lock_acquire', { paths: [path] });
  expect(answer.granted === false, `${heron.name} got ${resource}, which ${otter.name} holds.`);
  const blocker = answer.blockedBy?.[0] ?? {};
  expect(blocker.holder === otter.name, `The refusal names ${blocker.holder} as holder, not ${otter.name}.`);
  expect(blocker.reason === reason, `The refusal gives the reason "${blocker.reason}", not "${reason}".`);
  const left = Date.parse(blocker.expiresAt) - Date.parse(blocker.since);
  expect(left > 0, `The refusal says since ${blocker.since}, until ${blocker.expiresAt}.`);
  expect(/waitSeconds/.test(answer.next ?? ''), `The refusal gives no way on: ${answer.next}`);
  await scene.pause(500);
  screen.result('✗', `held by ${blocker.holder} since ${time(blocker.since)}, until ${time(blocker.expiresAt)}`);
  screen.result('·', `what for: ${blocker.reason}`);
  screen.result('→', answer.next);
}

async function writeWhileWaiting(scene: Scene): Promise<Measured> {
  const { otter, heron, screen } = scene;
  screen.does(heron.name, `lock_acquire ${path}`, 'waitSeconds 30');
  waiting.set(scene, standInLine(heron));
  await inLine(otter, heron);
  screen.result('·', `first in line behind ${otter.name}`);
  await scene.pause(900);
  const arrival = arrivalOf(heron.call('message_wait', { timeoutSeconds: 15 }));
  // The wait has to be under way, else a message would be found instead of arriving.
  await sleep(100);
  screen.does(otter.name, `message_send to ${heron.name}`);
  const sentAt = performance.now();
  const sent = await otter.call('message_send', { to: [heron.name], body: message });
  expect(sent.recipients?.[0]?.session === heron.name, `The message went to ${sent.recipients?.[0]?.session}.`);
  const { answer, at } = await arrival;
  const [first] = answer.messages ?? [];
  expect(first !== undefined, `The message did not reach ${heron.name}.`);
  expect(first.from === otter.name, `The message is said to be from ${first.from}, not from ${otter.name}.`);
  expect(first.body === message, `The message reads "${first.body}".`);
  const messageMs = at - sentAt;
  screen.does(heron.name, 'message_wait');
  screen.result('✓', `${first.from}: ${first.body}`);
  screen.result('·', `${spoken(messageMs)} after the send, its lock request still open`);
  return { messageMs };
}

async function handOver(scene: Scene): Promise<Measured> {
  const { otter, heron, screen } = scene;
  const granted = waiting.get(scene);
  expect(granted !== undefined, `${heron.name} is not waiting.`);
  screen.does(otter.name, `lock_release ${path}`);
  const releasedAt = performance.now();
  const { released } = await otter.call('lock_release', { paths: [path] });
  expect(released?.join() === resource, `${otter.name} released ${released?.join(', ') || 'nothing'}.`);
  const { answer, at } = await granted;
  const fence = fenceOf(heron, answer);
  const handoverMs = at - releasedAt;
  screen.gets(heron.name, `granted ${spoken(handoverMs)} after the release (fencing token ${fence})`);
  return { handoverMs };
}

async function takeOver(scene: Scene): Promise<Measured> {
  const { otter, heron, screen } = scene;
  screen.does(otter.name, `lock_acquire ${path}`, 'waitSeconds 30');
  const granted = standInLine(otter);
  await inLine(heron, otter);
  screen.result('·', `first in line behind ${heron.name}`);
  await scene.pause(900);
  screen.does(heron.name, `kill -9 ${heron.pid}`, 'no time to say goodbye');
  const killedAt = performance.now();
  heron.kill();
  const { answer, at } = await granted;
  const fence = fenceOf(otter, answer);
  const takeoverMs = at - killedAt;
  expect(takeoverMs < takeoverWithinMs, `The lock passed on only after ${spoken(takeoverMs)}.`);
  screen.gets(otter.name, `granted ${spoken(takeoverMs)} after the crash (fencing token ${fence})`);
  const { sessions } = await otter.call('session_list');
  const names = sessions?.map((session: Answer) => session.handle).join(', ');
  expect(names === otter.name, `Here are ${names}, though ${heron.name} is dead.`);
  return { takeoverMs };
}

function standInLine(actor: Actor): Promise<{ answer: Answer; at: number }> {
  return arrivalOf(actor.call('lock_acquire', { paths: [path], waitSeconds: 30 }));
}

/** An answer with the moment at which it came. It may fail long before somebody asks for it. */
function arrivalOf(call: Promise<Answer>): Promise<{ answer: Answer; at: number }> {
  const arrival = call.then(answer => ({ answer, at: performance.now() }));
  arrival.catch(() => undefined);
  return arrival;
}

async function inLine(holder: Actor, waiter: Actor): Promise<void> {
  const giveUpAt = performance.now() + 5_000;
  while (performance.now() < giveUpAt) {
    const { waiting: line } = await holder.call('lock_list', { paths: [path] });
    if (line?.[0]?.session === waiter.name) return;
    await sleep(20);
  }
  expect(false, `${waiter.name} does not stand in line behind ${holder.name}.`);
}

/** The token of a lock that must have been granted. */
function fenceOf(actor: Actor, answer: Answer): number {
  const [granted] = answer.locks ?? [];
  expect(answer.granted === true, `${actor.name} did not get ${resource}: ${answer.next ?? 'no reason given'}`);
  expect(granted?.resource === resource, `${actor.name} was granted ${granted?.resource}, not ${resource}.`);
  return granted.fence;
}

/** `2.4 ms`, `231 ms`. */
export function spoken(ms: number): string {
  return `${ms < 100 ? ms.toFixed(1) : ms.toFixed(0)} ms`;
}

function time(instant: string): string {
  return new Date(instant).toLocaleTimeString('en-GB');
}
