/** One thing that a process without a session of its own has done at the hub: a command, a hook that no server answers. */

import { errorIn } from '../../bridge/errors.ts';
import { answerOn, type Channel, type Link } from '../../bridge/link.ts';
import { Near } from '../../bridge/near.ts';
import type { Ready } from '../../bridge/questions.ts';
import type { Written } from '../../clients/define-client.ts';
import type { Composition } from '../../compose.ts';
import { SignalboxError } from '../../core/errors.ts';
import type { GitHookFacts } from '../../core/git-hook-facts.ts';
import { limits } from '../../core/limits.ts';
import { type HubDoor, identitiesOf } from '../../hub-door.ts';
import type { CommandAnswer, Profile } from '../../profiles/define-profile.ts';
import type { ToolAnswer } from '../../tools/call-tool.ts';
import type { Facts } from '../cli/status-view.ts';
import type { GitHookAnswer } from '../git-hook/check.ts';
import type { GitTold } from '../git-hook/served.ts';
import type { DirectCall } from '../hook/store-desk.ts';
import { toldOf } from './foreign.ts';
import { gitAnswer } from './git-answer.ts';
import { Shuttle } from './shuttle.ts';

type Parts = Pick<Composition, 'world'> & { readonly hub: HubDoor };

interface Session {
  readonly link: Link;
  readonly near: Near;
  readonly ready: Ready;
}

/** Connects for `work` and leaves after it. Errors: those of connecting. */
async function atHub<T>({ world, hub }: Parts, mayStage: boolean, work: (session: Session) => Promise<T>): Promise<T> {
  const near = new Near(world, async () => false, mayStage);
  const { clock, ids, log } = world;
  const { link, ready } = await new Shuttle({ door: hub, near, clock, ids, log }).connectAny();
  try {
    return await work({ link, near, ready });
  } finally {
    link.close('done');
  }
}

export interface CommandRun {
  readonly tool: string;
  readonly input: unknown;
  readonly signal: AbortSignal;
  progress(message: string, done: number, total: number): void;
  /** Shows the answer; whether somebody has read it. */
  show(answer: ToolAnswer): Promise<boolean>;
}

/** Calls a tool as whoever is at the shell. Errors: those of the tool, and of connecting. */
export function callAtHub(parts: Parts, run: CommandRun): Promise<void> {
  return atHub(parts, run.tool === 'stage', async ({ link, near }) => {
    const { clues, identities } = parts.hub;
    const moment = { ...near.moment(), processes: identities() };
    const channel = link.open('call', { tool: run.tool, input: run.input, clues, moment });
    const stop = () => channel.say({ stopped: true });
    run.signal.addEventListener('abort', stop, { once: true });
    const answer = await answered(channel, run);
    const isRead = await run.show(answer);
    channel.say({ read: isRead });
    await ended(channel);
  });
}

export interface CompatRun {
  readonly profile: Profile;
  readonly words: readonly string[];
  /** Where it was typed. */
  readonly folder: string;
  input(): Promise<string>;
  /** Prints the answer; whether somebody has read it. */
  print(answer: CommandAnswer): Promise<boolean>;
}

/** Runs a command of an earlier system. Errors: those of the command, and of connecting. */
export function compatAtHub(parts: Parts & Pick<Composition, 'surroundings'>, run: CompatRun): Promise<void> {
  return atHub(parts, false, async ({ link, near }) => {
    const { clues, identities } = parts.hub;
    const { profile, words, folder } = run;
    const told = { ...(await toldOf({ profile, surroundings: parts.surroundings })), plays: null };
    const moment = { ...near.moment(), processes: identities() };
    const channel = link.open('compat', { told, words, folder, clues, moment });
    const printed = await new Promise<CommandAnswer>((resolve, reject) => {
      channel.hear(said => {
        const { wants, printed: answer } = said as { wants?: unknown; printed?: CommandAnswer };
        const refusal = errorIn(said);
        if (wants === 'input') void run.input().then(input => channel.say({ input }), reject);
        else if (answer) resolve(answer);
        else if (refusal) reject(refusal);
      });
      whenGone(channel, reject);
    });
    channel.say({ read: await run.print(printed) });
    await ended(channel);
  });
}

/** What the overview of the project shows, and which project that is. Errors: those of connecting. */
export function statusAtHub(parts: Parts): Promise<{ facts: Facts; project: string }> {
  return atHub(parts, false, async ({ link, near }) => {
    const { clues, identities } = parts.hub;
    const question = { clues, moment: { ...near.moment(), processes: identities() } };
    const said = await link.ask('status', question, limits.hookTotalMs, parts.world.clock);
    const refusal = errorIn(said?.value);
    if (refusal) throw refusal;
    if (said === undefined) throw late();
    return said.value as { facts: Facts; project: string };
  });
}

/** Who one is at the hub. Errors: those of connecting. */
export function whoAtHub(parts: Parts): Promise<Ready> {
  return atHub(parts, false, async ({ ready }) => ready);
}

function late(): SignalboxError {
  return new SignalboxError('unavailable', 'The hub did not answer in time.', 'Run `signalbox doctor`.');
}

function answered(channel: Channel, run: CommandRun): Promise<ToolAnswer> {
  return new Promise((resolve, reject) => {
    channel.hear(said => {
      const { progress, answer } = said as { progress?: [string, number, number]; answer?: ToolAnswer };
      const refusal = errorIn(said);
      if (progress) run.progress(...progress);
      else if (answer) resolve(answer);
      else if (refusal) reject(refusal);
    });
    whenGone(channel, reject);
  });
}

function whenGone({ signal }: Channel, reject: (error: SignalboxError) => void): void {
  const message = 'The hub went away before it answered.';
  const gone = () => reject(new SignalboxError('unavailable', message, 'Look whether it was done, and try again.'));
  signal.addEventListener('abort', gone, { once: true });
  if (signal.aborted) gone();
}

function ended({ signal }: Channel): Promise<void> {
  return new Promise(resolve => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

/** Answers a hook for which no server was there; `write` writes what it is answered. Null where there is nothing to say. Errors: those of connecting. */
export function hookAtHub<T>(
  parts: Parts,
  call: DirectCall,
  write: (written: Written) => Promise<T>,
): Promise<T | null> {
  return atHub(parts, false, async ({ link, near }) => {
    const { world } = parts;
    const { pid, tellsFailure, ...told } = call;
    const moment = { ...near.moment(), processes: identitiesOf(world.processes, [pid]) };
    const channel = link.open('direct-hook', { call: told, pid, moment });
    const said = await answerOn(channel, limits.hookTotalMs, world.clock);
    const refusal = errorIn(said?.value);
    if (refusal) throw refusal;
    if (said === undefined) throw late();
    const { written, isFailing } = said.value as { written: Written | null; isFailing: boolean | null };
    // Nobody there knows what the user was told before.
    if (isFailing === false) tellsFailure(false);
    const isTold = isFailing !== true || tellsFailure(true);
    const result = written && isTold ? await write(written) : null;
    channel.say({ shown: result !== null });
    await Promise.race([ended(channel), world.clock.sleep(limits.hookSocketMs)]);
    return result;
  });
}

/** Judges what git is about to do, where no server is there to ask. */
export function gitAtHub(parts: Parts, told: GitTold, facts: GitHookFacts): Promise<GitHookAnswer> {
  return atHub(parts, false, ({ link, near }) => {
    const moment = { ...near.moment(), processes: parts.hub.identities() };
    const { policy, clock } = parts.world;
    near.names(told.directory);
    return gitAnswer(link, { told, facts, moment }, policy.guard.onFailure, limits.gitHookMs / 2, clock);
  });
}
