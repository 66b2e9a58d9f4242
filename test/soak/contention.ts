/** Many server processes that want one lock at the same moment. */
import { type LiveSession, until, type Workspace } from '../support/workspace.ts';
import { Findings } from './findings.ts';

export interface ContentionOptions {
  readonly sessions: number;
  readonly rounds: number;
}

interface Racer {
  readonly session: LiveSession;
  readonly handle: string;
}

const resource = 'race';

/**
 * In each round every session asks for the lock at once, without waiting. Broken unless exactly one gets it, all others are
 * refused with the name of that one, no call fails, and fences rise from round to round.
 */
export async function raceForOneLock(workspace: Workspace, options: ContentionOptions): Promise<Findings> {
  const findings = new Findings();
  const racers = await start(workspace, options.sessions);
  const answeredMs: number[] = [];
  const wins = new Map<string, number>();
  const begunAt = performance.now();
  let lastFence = 0;
  for (let round = 1; round <= options.rounds && findings.fewEnough; round++) {
    const attempts = await Promise.all(racers.map(racer => attempt(racer, answeredMs)));
    const failures = attempts.flatMap(({ racer, error }) => (error ? [`${racer.handle}: ${error}`] : []));
    findings.check(failures.length === 0, `round ${round}: calls failed: ${failures.join('; ')}`);
    const winners = attempts.filter(({ answer }) => answer?.granted);
    const [winner] = winners;
    const names = winners.map(({ racer }) => racer.handle).join(', ');
    if (!findings.check(winners.length === 1, `round ${round}: granted to ${names || 'nobody'}`) || !winner) continue;
    for (const { racer, answer } of attempts) {
      if (racer === winner.racer || !answer) continue;
      const holder = answer.blockedBy?.[0]?.holder;
      findings.check(
        holder === names,
        `round ${round}: ${racer.handle} was refused because of ${holder}, not ${names}`,
      );
    }
    const fence = winner.answer.locks[0].fence;
    findings.check(fence > lastFence, `round ${round}: fence ${fence} follows ${lastFence}`);
    lastFence = fence;
    wins.set(names, (wins.get(names) ?? 0) + 1);
    await winner.racer.session.call('lock_release', { resources: [resource] });
  }
  findings.numbers['rounds a second'] = perSecond(options.rounds, begunAt);
  findings.durations('answer', answeredMs);
  findings.numbers['wins of each'] = racers.map(({ handle }) => wins.get(handle) ?? 0).join(' ');
  await finish(findings, racers);
  return findings;
}

/**
 * In each round every session asks for the lock and waits in line. Broken unless each gets exactly one turn, in the order in
 * which they stood in line, with rising fences, never two holders at once, and nobody who overtakes the line.
 */
export async function queueForOneLock(workspace: Workspace, options: ContentionOptions): Promise<Findings> {
  const findings = new Findings();
  const racers = await start(workspace, options.sessions);
  const handoverMs: number[] = [];
  const begunAt = performance.now();
  let lastFence = 0;
  for (let round = 1; round <= options.rounds && findings.fewEnough; round++) {
    const state: Round = {
      round,
      findings,
      turns: [],
      line: [],
      holder: undefined,
      releasedAt: 0,
      handoverMs,
      lastFence,
      latecomers: [],
    };
    await Promise.all(racers.map(racer => takeTurn(racer, racers.length - 1, state)));
    const [, ...followers] = state.turns;
    findings.check(
      new Set(state.turns).size === racers.length,
      `round ${round}: ${racers.length} sessions had the turns ${state.turns.join(', ')}`,
    );
    findings.check(
      followers.join() === state.line.join(),
      `round ${round}: the line was ${state.line.join(', ')}, the turns were ${followers.join(', ')}`,
    );
    const overtook = state.latecomers.some(fence => fence < state.lastFence);
    findings.check(!overtook, `round ${round}: somebody who did not wait overtook those in line`);
    lastFence = Math.max(state.lastFence, ...state.latecomers);
  }
  findings.numbers['turns a second'] = perSecond(options.rounds * racers.length, begunAt);
  findings.durations('release to next holder', handoverMs);
  await finish(findings, racers);
  return findings;
}

interface Round {
  readonly round: number;
  readonly findings: Findings;
  readonly turns: string[];
  /** Who stood in line, first to last, when the first holder had everybody behind it. */
  line: string[];
  holder: string | undefined;
  releasedAt: number;
  readonly handoverMs: number[];
  lastFence: number;
  /** Fences of those who were granted the lock without waiting. */
  readonly latecomers: number[];
}

async function takeTurn(racer: Racer, others: number, state: Round): Promise<void> {
  const { findings, round } = state;
  try {
    const answer = await racer.session.call('lock_acquire', { resources: [resource], waitSeconds: 45 });
    const now = performance.now();
    if (!findings.check(answer.granted, `round ${round}: ${racer.handle} waited in vain: ${answer.next}`)) return;
    findings.check(!state.holder, `round ${round}: ${racer.handle} and ${state.holder} hold the lock at once`);
    const { fence } = answer.locks[0];
    findings.check(fence > state.lastFence, `round ${round}: fence ${fence} follows ${state.lastFence}`);
    if (state.releasedAt > 0) state.handoverMs.push(now - state.releasedAt);
    state.holder = racer.handle;
    state.lastFence = fence;
    state.turns.push(racer.handle);
    if (state.turns.length === 1) state.line = await lineBehind(racer, others);
    // From here on the next one may have it, before this one has heard that it no longer does.
    state.holder = undefined;
    state.releasedAt = performance.now();
    await racer.session.call('lock_release', { resources: [resource] });
    await tryToOvertake(racer, state);
  } catch (error) {
    findings.check(false, `round ${round}: ${racer.handle}: ${(error as Error).message}`);
  }
}

/** Asks again at once, without waiting. It may be granted once the line is empty: then its fence is above all others'. */
async function tryToOvertake(racer: Racer, state: Round): Promise<void> {
  const answer = await racer.session.call('lock_acquire', { resources: [resource] });
  if (!answer.granted) return;
  state.latecomers.push(answer.locks[0].fence);
  await racer.session.call('lock_release', { resources: [resource] });
}

async function lineBehind(holder: Racer, others: number): Promise<string[]> {
  let line: string[] = [];
  await until(`${others} sessions stand in line`, async () => {
    const { waiting } = await holder.session.call('lock_list', { resources: [resource] });
    line = waiting.map((place: { session: string }) => place.session);
    return line.length >= others;
  });
  return line;
}

async function attempt(racer: Racer, answeredMs: number[]) {
  const begunAt = performance.now();
  try {
    const answer = await racer.session.call('lock_acquire', { resources: [resource] });
    answeredMs.push(performance.now() - begunAt);
    return { racer, answer, error: undefined };
  } catch (error) {
    return { racer, answer: undefined, error: (error as Error).message };
  }
}

async function start(workspace: Workspace, count: number): Promise<Racer[]> {
  const sessions = await Promise.all(Array.from({ length: count }, () => workspace.session()));
  return Promise.all(sessions.map(async session => ({ session, handle: await session.handle() })));
}

async function finish(findings: Findings, racers: readonly Racer[]): Promise<void> {
  for (const { session, handle } of racers) {
    findings.check(session.stderr === '', `${handle} wrote to standard error: ${session.stderr}`);
  }
  await Promise.all(racers.map(({ session }) => session.close()));
}

function perSecond(count: number, sinceMs: number): string {
  return ((count * 1000) / (performance.now() - sinceMs)).toFixed(0);
}
