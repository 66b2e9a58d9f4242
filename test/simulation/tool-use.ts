/** Tools of simulated clients: asked about before they run, told of afterwards, as hooks do it, or forget to. */
import { type ToolInput, toolInput, turnEvent } from './hook-kits.ts';
import { roots } from './scene.ts';
import { type Answer, type Client, type Fate, plainFate, Seat } from './seat.ts';
import type { Simulation } from './simulation.ts';
import { SubAgentSeat } from './sub-agent.ts';

/** A tool that runs, as far as its client goes. */
export interface ToolUse {
  readonly client: Client;
  readonly input: ToolInput;
}

/** How many tools are remembered as running; of more the oldest are never told of. */
const usesKept = 40;

/** The name of the process that serves a client. */
export function processOf(client: Client): string {
  return client instanceof SubAgentSeat ? client.seat.name : client.name;
}

/** The checkout that a client works in. */
export function rootOf(client: Client): string {
  const seat = client instanceof SubAgentSeat ? client.seat : client;
  const directory = seat instanceof Seat ? seat.directory : roots[0];
  return roots.find(root => directory.startsWith(root)) ?? roots[0];
}

/** With so many places in line, more would only make a day longer to play. */
const enoughPlaces = 4;

/** A client is about to use a tool, and asks. */
export function useTool(run: Simulation, client: Client, fate: Fate): void {
  if (run.store.state.waiter.size > enoughPlaces && run.dice.chance(0.8)) return;
  run.call(client, { tool: 'guard_check', input: toolInput(run, rootOf(client)) }, fate);
}

/** What the client makes of an answer before a tool: it runs, is left, or is tried again. */
export function noteAnswer(run: Simulation, { seat, call, output, isSeen }: Answer): void {
  if (call.tool !== 'guard_check' || !seat.isUp) return;
  const { dice } = run;
  const input = call.input as ToolInput;
  const isRefused = isSeen && output?.refused === true;
  // Without an answer most clients go on; and now and then one does in spite of a refusal.
  const runs = isSeen && output ? !isRefused || dice.chance(0.06) : dice.chance(0.6);
  if (!runs) {
    if (isRefused && dice.chance(0.25)) run.again(seat, call);
    return;
  }
  run.uses.push({ client: seat, input });
  run.uses.splice(0, run.uses.length - usesKept);
  if (dice.chance(0.7)) {
    const { action, call: id } = input;
    run.call(seat, { tool: 'client_event', input: { kind: 'before-tool', action, call: id } }, plainFate);
  }
}

/** A tool ends. Some are never told of, some twice; some have failed. */
export function endUse(run: Simulation, fate: () => Fate): void {
  const { dice, uses } = run;
  const use = dice.pickFrom(uses.filter(({ client }) => client.isUp));
  if (!use) return;
  if (!dice.chance(0.1)) uses.splice(uses.indexOf(use), 1);
  if (dice.chance(0.06)) return;
  const { client, input } = use;
  const hasFailed = dice.chance(0.08);
  run.call(client, { tool: 'guard_done', input: { ...input, hasFailed } }, fate());
  const { action, call } = input;
  const event = { kind: 'after-tool', action, call, hasFailed };
  if (dice.chance(0.7)) run.call(client, { tool: 'client_event', input: event }, fate());
}

/** Somebody who has edited stops, or is told to go on. */
export function turnAround(run: Simulation, fate: Fate): void {
  const { dice } = run;
  const editors = new Set(
    [...run.store.state.lock.values()].filter(({ name }) => name.startsWith('file:')).map(lock => lock.holder),
  );
  const seats = run.seats.filter(seat => seat.isUp);
  const seat = dice.pickFrom(seats.filter(({ lastSession }) => editors.has(lastSession ?? ''))) ?? dice.pickFrom(seats);
  if (seat) run.call(seat, { tool: 'client_event', input: turnEvent(dice) }, fate);
}
