/** How a simulated day ends: everything heals, everybody comes back, takes the mail and leaves, and nothing may be left. */
import { limits } from '../../src/core/limits.ts';
import type { SessionRecord } from '../../src/core/records.ts';
import { asHeld, goesBefore, keepsOutPlace, waitsFor } from './rules/locks.ts';
import { plainFate, type Seat } from './seat.ts';
import type { Simulation } from './simulation.ts';
import { project } from './simulation.ts';
import { parentOf, recordsOf, type State } from './state.ts';

/** Longer than any call waits. */
const longestCallMs = 60_000;

export async function finish(run: Simulation): Promise<void> {
  await heal(run);
  expectNobodyForgotten(run);
  await takeMail(run);
  await expectSameRecords(run);
  await leave(run);
  await expectNothingLeft(run);
}

async function heal(run: Simulation): Promise<void> {
  run.journal.say('everything heals');
  Object.assign(run.weather, { isCut: false, late: 0, lost: 0, answerLost: 0 });
  run.hub.release();
  run.hub.mode = 'deliver';
  for (const seat of run.seats) seat.goOn();
  await run.advance(longestCallMs);
  for (const seat of run.seats) {
    if (!seat.isUp) seat.start();
    run.call(seat, { tool: 'session_list', input: {} }, plainFate);
    await run.advance(1);
  }
  // Every wait of a call is over by now; those who stand in line without waiting have been looked after.
  await run.advance(longestCallMs);
  for (const seat of [...run.seats, ...run.subAgents, ...run.shells]) {
    if (seat.calls.length > 0) run.fail('every call ends', `${seat.name} has ${seat.calls.length} calls under way`);
  }
}

/** What units of work alone cannot show: that somebody notices what ends by time or by death. */
function expectNobodyForgotten(run: Simulation): void {
  const { state } = run.store;
  const now = state.now;
  const lives = (id: string) => {
    const session = state.session.get(id);
    return session !== undefined && session.endedAt === null && run.known.isAlive(session);
  };
  for (const waiter of state.waiter.values()) {
    if (waiter.pools.length > 0 || waiter.deadlineAt <= now || !lives(waiter.session)) continue;
    const locks = [...state.lock.values()].filter(lock => lock.expiresAt > now && lives(lock.holder));
    const parent = parentOf(state, waiter.session);
    const isBlocked = locks.some(
      lock => lock.holder !== waiter.session && lock.holder !== parent && keepsOutPlace(state, asHeld(lock), waiter),
    );
    const isBehind = [...state.waiter.values()].some(
      other =>
        other.session !== waiter.session &&
        other.session !== parent &&
        lives(other.session) &&
        keepsOutPlace(state, other, waiter) &&
        // One who would close a cycle by being served lets those go first who wait for it.
        (goesBefore(other, waiter, now) || waitsFor(state, waiter.session, other.session)),
    );
    if (isBlocked || isBehind) continue;
    run.fail('a grant follows every way a lock can end', `${waiter.session} still waits, and nothing is in the way`);
  }
}

/** Every living session takes its mail; nothing that was accepted may be missing then. */
async function takeMail(run: Simulation): Promise<void> {
  for (const seat of run.seats) {
    for (let round = 0; round < 30 && unread(run.store.state, seat) > 0 && !run.violation; round++) {
      run.call(seat, { tool: 'message_read', input: { limit: limits.messagesReadMax } }, plainFate);
      await run.advance(1);
    }
    const left = unread(run.store.state, seat);
    if (left > 0) run.fail('whoever is here gets all of its mail', `${seat.name} cannot read ${left} messages`);
  }
}

function unread(state: State, { lastSession }: Seat): number {
  const deliveries = [...state.delivery.values()].filter(({ session }) => session === lastSession);
  return deliveries.filter(({ state: step }) => step === 'queued' || step === 'delivered').length;
}

/** What the rules saw is what is stored. */
async function expectSameRecords(run: Simulation): Promise<void> {
  const { records } = await run.store.contents(project);
  const stored = records.map(({ kind, id, body }) => `${kind} ${id} ${body}`).sort();
  const seen = recordsOf(run.store.state);
  const different = stored.findIndex((line, at) => line !== seen[at]);
  if (stored.length !== seen.length || different >= 0) {
    run.fail(
      'what was committed is what is stored',
      `${stored[different] ?? stored.length}\n${seen[different] ?? seen.length}`,
    );
  }
}

async function leave(run: Simulation): Promise<void> {
  run.journal.say('everybody leaves');
  for (const seat of run.seats) void seat.leave();
  await run.advance(1_000);
}

async function expectNothingLeft(run: Simulation): Promise<void> {
  const { state } = run.store;
  const living = [...state.session.values()].filter((session: SessionRecord) => session.endedAt === null);
  for (const session of living.filter(({ kind }) => kind === 'agent')) {
    // Whoever was on the far machine and never came back is ended by the next one who looks.
    if (run.known.isAlive(session)) run.fail('leaving ends the session', `${session.handle} has not ended`);
  }
  if (run.time.pending > 0) run.fail('nothing is left running', `${run.time.pending} timers`);
  if (run.hub.listening > 0) run.fail('nothing is left running', `${run.hub.listening} listeners`);
  while ((await run.follower.look(100, detail => run.fail('no cursor skips an event', detail))) > 0);
  if (run.follower.cursor !== state.sequence) {
    run.fail('no cursor skips an event', `it ends at ${run.follower.cursor} of ${state.sequence}`);
  }
  for (const line of run.log.lines.filter(({ level }) => level === 'error')) {
    run.fail('nothing fails in the dark', `${line.message} ${JSON.stringify(line.details)}`);
  }
}
