/** What may happen in one step of a simulation, and how often. */
import { hookEvent } from './hook-kits.ts';
import { personal } from './kits.ts';
import { roots } from './scene.ts';
import type { Client, Fate, Seat } from './seat.ts';
import type { Simulation } from './simulation.ts';
import { SubAgentSeat } from './sub-agent.ts';
import { endUse, turnAround, useTool } from './tool-use.ts';

export interface Doing {
  readonly weight: number;
  do(run: Simulation): Promise<void> | void;
}

/** How many calls one client has under way at most: models issue some at once. */
const callsAtOnce = 3;

/** Sub-agents that may call. */
const ready = (run: Simulation) => run.subAgents.filter(each => each.isUp && each.calls.length < callsAtOnce);

/** Sub-agents at work. */
const busy = (run: Simulation) => ready(run).filter(({ lastSession }) => lastSession !== null);

const up = (run: Simulation) => run.seats.filter(seat => seat.isUp && seat.calls.length < callsAtOnce);

function fateOf(run: Simulation): Fate {
  const { dice } = run;
  const isRough = run.weather.late > 0 || dice.chance(0.2);
  return {
    delayMs: isRough && dice.chance(0.2) ? dice.between(1, 2_000) : 0,
    cancelAfterMs: dice.chance(0.06) ? dice.between(0, 3_000) : null,
    isAnswerLost: isRough && dice.chance(0.08),
  };
}

/** A tool of a client that changes files or git: asked about first. */
function edit(run: Simulation): void {
  const client = run.dice.pickFrom<Client>([...up(run), ...up(run), ...busy(run)]);
  if (!client) return;
  useTool(run, client, fateOf(run));
  // Models issue several tool calls at once.
  if (run.dice.chance(0.1)) useTool(run, client, fateOf(run));
}

function callSomething(run: Simulation): void {
  if (run.mood.isEditing && run.dice.chance(0.35)) {
    edit(run);
    return;
  }
  const seat = run.dice.pickFrom(up(run));
  if (!seat) return;
  const call = run.propose(seat);
  run.call(seat, call, fateOf(run));
  // The same call twice: a client that asks again too early, or a proxy that repeats.
  if (run.dice.chance(0.05)) run.call(seat, call, fateOf(run));
}

/** A sub-agent of a session does something, in the same process. */
function delegate(run: Simulation): void {
  const subAgent = run.dice.pickFrom(ready(run));
  if (subAgent) run.call(subAgent, run.propose(subAgent), fateOf(run));
}

/** A hook of the client: of its session, of a sub-agent, or of a sub-agent's end. */
function hook(run: Simulation): void {
  const { dice } = run;
  const who = dice.pickFrom<Client>([...up(run), ...run.subAgents.filter(({ isUp }) => isUp)]);
  if (!who) return;
  const isSubAgent = who instanceof SubAgentSeat;
  const ends = isSubAgent && dice.chance(0.4);
  const caller = ends ? who.seat : who;
  const input = ends ? { kind: 'child-stop', agent: who.id } : hookEvent(dice, isSubAgent);
  run.call(caller, { tool: 'client_event', input }, fateOf(run));
}

/** The client clears its context, or goes back to an earlier conversation, while its server runs. */
function turn(run: Simulation): void {
  const { dice } = run;
  const seat = dice.pickFrom(run.seats.filter(each => each.isUp && !each.isStopped && each.conversation !== null));
  if (!seat) return;
  const [first] = (seat.conversation as string).split(' of ');
  const [conversation, start] = dice.weighted<[string, 'clear' | 'resume' | 'fork']>([
    [4, [`${first} of ${run.fresh()}`, 'clear']],
    [2, [dice.pick([`${first}`, `other ${seat.name}`]), 'resume']],
    [1, [`other ${seat.name} of ${run.fresh()}`, 'fork']],
  ]);
  run.journal.say(`${seat.name} turns to ${conversation} (${start})`);
  void seat.turn(conversation, start);
}

/** A person at a shell of their own, or a command inside a session. */
function command(run: Simulation): void {
  const seat = run.dice.chance(0.4) ? run.dice.pickFrom(run.seats) : undefined;
  const shell = run.shell(seat?.lastSession ?? null);
  if (shell.calls.length < callsAtOnce) run.call(shell, run.propose(shell, personal), fateOf(run));
}

function callAgain(run: Simulation): void {
  const again = run.retry();
  if (!again?.seat.isUp) return;
  run.call(again.seat, again.call, fateOf(run));
}

function pass(run: Simulation): Promise<void> {
  const { dice } = run;
  // Whoever stands in line looks every two seconds, and each look is played.
  const longest = run.store.state.waiter.size > 0 ? 1_000_000 : 8_000_000;
  const ms = dice.weighted<() => number>([
    [30, () => dice.between(1, 100)],
    [30, () => dice.between(100, 3_000)],
    [10, () => dice.between(3_000, 20_000)],
    [5, () => dice.between(20_000, 90_000)],
    [1, () => dice.between(600_000, longest)],
  ])();
  run.journal.say(`${ms} ms pass`);
  return run.advance(ms);
}

function some(run: Simulation, which: (seat: Seat) => boolean, what: string, then: (seat: Seat) => void): void {
  const seat = run.dice.pickFrom(run.seats.filter(which));
  if (!seat) return;
  run.journal.say(`${seat.name} ${what}`);
  then(seat);
}

/** Sometimes the client has begun another conversation meanwhile: then it is another session. */
function comeBack(run: Simulation, seat: Seat): void {
  if (seat.conversation !== null && run.dice.chance(0.15)) {
    seat.conversation = `talk ${run.fresh()}`;
  }
  seat.start();
}

function cut(run: Simulation): void {
  run.weather.isCut = !run.weather.isCut;
  run.journal.say(run.weather.isCut ? 'the store is away' : 'the store is back');
}

function hint(run: Simulation): void {
  if (run.hub.mode === 'delay') run.hub.release();
  run.hub.mode = run.dice.pick(['deliver', 'deliver', 'lose', 'double', 'delay']);
  run.journal.say(`hints: ${run.hub.mode}`);
}

function setClock(run: Simulation): void {
  const machine = run.dice.pickFrom(run.machines);
  if (!machine) return;
  const ms = run.dice.between(-7_200_000, 7_200_000);
  machine.wallAheadMs += ms;
  run.journal.say(`the clock of ${machine.host} is set by ${ms} ms`);
}

function changeWorld(run: Simulation): void {
  const { dice } = run;
  const root = dice.pick(roots);
  const branch = dice.pick(['main', 'topic', null]);
  run.worktrees.setBranch(root, branch);
  run.git.changed.set(root, dice.some(['src/a.ts', 'src/b.ts', 'docs/x.md'], 0, 3));
  run.git.branchNames.set(root, ['main', 'topic']);
  run.git.states.set(root, {
    operation: dice.pick([null, null, 'rebase', 'merge']),
    locked: dice.some(['index', 'head'] as const, 0, 1),
  });
  run.git.merges.set('main..topic', { conflicts: dice.some(['src/a.ts', 'src/b.ts'], 0, 2) });
  for (const port of [3000, 3001]) {
    if (dice.chance(0.3)) run.probes.used.add(port);
    else run.probes.used.delete(port);
  }
  run.journal.say(`${root} is on ${branch}; ports in use: ${[...run.probes.used].join(', ') || 'none'}`);
}

export const doings: readonly Doing[] = [
  { weight: 80, do: callSomething },
  { weight: 6, do: callAgain },
  { weight: 6, do: command },
  { weight: 16, do: delegate },
  { weight: 14, do: hook },
  { weight: 14, do: edit },
  { weight: 14, do: run => endUse(run, () => fateOf(run)) },
  { weight: 12, do: run => turnAround(run, fateOf(run)) },
  { weight: 3, do: turn },
  { weight: 24, do: pass },
  {
    weight: 2,
    do: run =>
      some(
        run,
        seat => seat.isUp,
        'is killed',
        seat => seat.crash(),
      ),
  },
  {
    weight: 2,
    do: run =>
      some(
        run,
        seat => seat.isUp && !seat.isStopped,
        'leaves',
        seat => void seat.leave(),
      ),
  },
  {
    weight: 6,
    do: run =>
      some(
        run,
        seat => !seat.isUp,
        'comes back',
        seat => comeBack(run, seat),
      ),
  },
  {
    weight: 2,
    do: run =>
      some(
        run,
        seat => seat.isUp && !seat.isStopped,
        'is stopped',
        seat => seat.stop(),
      ),
  },
  {
    weight: 4,
    do: run =>
      some(
        run,
        seat => seat.isStopped,
        'goes on',
        seat => seat.goOn(),
      ),
  },
  {
    weight: 2,
    do: run =>
      some(
        run,
        seat => seat.calls.length > 0,
        'cancels its calls',
        seat => seat.cancel(),
      ),
  },
  { weight: 1, do: run => (run.weather.isCut ? undefined : cut(run)) },
  { weight: 14, do: run => (run.weather.isCut ? cut(run) : undefined) },
  { weight: 2, do: hint },
  { weight: 2, do: setClock },
  { weight: 2, do: changeWorld },
];
