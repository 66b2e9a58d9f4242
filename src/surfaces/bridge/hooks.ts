/** Hooks of a machine, answered at the hub: those of a client whose server is connected, those without one, and git's own. */
import type { Channel } from '../../bridge/link.ts';
import type { Composition } from '../../compose.ts';
import { noFacts } from '../../core/git-hook-facts.ts';
import type { GitHookAnswer } from '../git-hook/check.ts';
import { type GitTold, judgedHere } from '../git-hook/served.ts';
import { answerHook } from '../hook/answer.ts';
import { StoreDesk } from '../hook/store-desk.ts';
import { directHookForm, formed, gitFacts, gitTold, hookForm } from './forms.ts';
import type { Guest } from './guest.ts';

export type HookHandler = Parameters<Composition['hearHooks']>[0];
type Said = Readonly<Record<string, unknown>>;

/** A hook that the server of a session was asked: what it says and what it is told go to and fro. */
export function relayHook(handler: HookHandler | undefined, guest: Guest, said: Said, channel: Channel): void {
  // A token that only reads has no sessions, so no hook has anything to say.
  if (guest.principal.role === 'read') channel.say({ reply: {} });
  else if (handler === undefined) channel.say({ reply: { pass: true } });
  else {
    const { request } = formed(hookForm, said);
    handler(request, {
      reply: value => channel.say({ reply: value }),
      next: hear => channel.hear(value => hear((value as Said).next)),
      signal: channel.signal,
      close: () => channel.end(),
    });
    return;
  }
  channel.end();
}

/** A hook that no server answers. */
export async function answerDirectHook(guest: Guest, said: Said, channel: Channel): Promise<void> {
  const { call, pid } = formed(directHookForm, said);
  const { world, hello, lease } = guest;
  const desk = new StoreDesk(
    { world, directory: hello.directory, project: hello.project, hub: lease },
    { pid, tellsFailure: () => true },
  );
  const isMute = guest.principal.role === 'read';
  const answer = isMute ? undefined : await answerHook(desk, call, AbortSignal.any([channel.signal, guest.stopping]));
  channel.say({ written: answer?.written ?? null });
  if (answer) {
    await new Promise<void>(resolve => {
      channel.hear(() => resolve());
      channel.signal.addEventListener('abort', () => resolve(), { once: true });
    });
    if (!channel.signal.aborted) await answer.shown();
    channel.say({});
  }
  channel.end();
}

/** One of git's hooks: what git is about to do has been found out on the machine. */
export async function answerGitHook(guest: Guest, said: Said, channel: Channel): Promise<void> {
  // Nobody can commit in the name of a token that only reads: there is no session to be noted, and none to be held up.
  if (guest.principal.role === 'read') {
    channel.say({ answer: { refused: false, lines: [], warnings: [], trailer: null } satisfies GitHookAnswer });
    return channel.end();
  }
  const judge = judgedHere(guest.world, guest.hello.project, (within, directory) => guest.person(within, directory));
  const told = formed(gitTold, said.told) as GitTold;
  const facts = formed(gitFacts, said.facts ?? {}) as object;
  const answer = await judge(told, { ...noFacts, ...facts }, guest.far.guard);
  channel.say({ answer });
  channel.end();
}
