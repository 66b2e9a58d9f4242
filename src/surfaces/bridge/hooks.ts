/** Hooks of a machine, answered at the hub: those of a client whose server is connected, those without one, and git's own. */

import { answerOn, type Channel } from '../../bridge/link.ts';
import type { Composition } from '../../compose.ts';
import { noFacts } from '../../core/git-hook-facts.ts';
import { limits } from '../../core/limits.ts';
import { joinedSignal } from '../../tools/joined-signal.ts';
import type { GitHookAnswer } from '../git-hook/check.ts';
import { type GitTold, judgedHere } from '../git-hook/served.ts';
import { answerHook } from '../hook/answer.ts';
import { StoreDesk } from '../hook/store-desk.ts';
import { directHookForm, formed, gitFacts, gitTold, hookForm } from './forms.ts';
import type { Guest } from './guest.ts';
import { noteSession } from './permitted.ts';

export type HookHandler = Parameters<Composition['hearHooks']>[0];
type Said = Readonly<Record<string, unknown>>;

/**
 * A hook that the server of a session was asked: what it says and what it is told go to and fro. Resolves when it is answered; for one
 * that stands beside a resting session at once.
 */
export async function relayHook(
  handler: HookHandler | undefined,
  guest: Guest,
  said: Said,
  channel: Channel,
): Promise<void> {
  const { request } = formed(hookForm, said);
  if (!guest.permission.hasHooks || handler === undefined) {
    channel.say({ reply: guest.permission.hasHooks ? { pass: true } : {} });
    return channel.end();
  }
  await new Promise<void>(resolve => {
    channel.signal.addEventListener('abort', () => resolve(), { once: true });
    if (request.wait === true || channel.signal.aborted) resolve();
    handler(request, {
      reply: value => {
        channel.say({ reply: value });
        resolve();
      },
      next: hear => channel.hear(value => hear((value as Said).next)),
      signal: channel.signal,
      close: () => channel.end(),
    });
  });
}

/** A hook that no server answers. Whether it failed is said with the answer: only its machine knows what its user was told before. */
export async function answerDirectHook(guest: Guest, said: Said, channel: Channel): Promise<void> {
  const { call, pid } = formed(directHookForm, said);
  const { world, hello, lease, hookCall } = guest;
  let isFailing: boolean | null = null;
  const tellsFailure = (failing: boolean) => {
    isFailing = failing;
    return failing;
  };
  const desk = new StoreDesk(
    { world, directory: hello.directory, project: hello.project, hub: lease, call: hookCall },
    { pid, tellsFailure },
  );
  const life = joinedSignal(channel.signal, guest.stopping);
  const answer = guest.permission.hasHooks ? await answerHook(desk, call, life.signal).finally(life.end) : undefined;
  const { passage } = desk;
  if (passage) await noteSession(guest.permit, passage.what, passage.session, await guest.place());
  channel.say({ written: answer?.written ?? null, isFailing });
  if (answer) {
    const isShown = await answerOn(channel, limits.hookSocketMs, world.clock);
    if (isShown) await answer.shown();
    channel.say({});
  }
  channel.end();
}

/** One of git's hooks: what git is about to do has been found out on the machine. */
export async function answerGitHook(guest: Guest, said: Said, channel: Channel): Promise<void> {
  const told = formed(gitTold, said.told) as GitTold;
  const facts = formed(gitFacts, said.facts ?? {}) as object;
  const { world, hello, person, hookCall, far } = guest;
  const judge = judgedHere({ world, project: hello.project, person, call: hookCall });
  // Nobody can commit in the name of a token that has no sessions: there is none to be noted, and none to be held up.
  const answer = guest.permission.hasHooks ? await judge(told, { ...noFacts, ...facts }, far.guard) : unheld;
  channel.say({ answer });
  channel.end();
}

const unheld: GitHookAnswer = { refused: false, lines: [], warnings: [], trailer: null };
