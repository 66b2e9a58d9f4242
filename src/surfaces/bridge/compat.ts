/** A command of an earlier system, run at the hub: what it reads and where it was typed comes from the machine. */
import { posix, win32 } from 'node:path';
import type { Channel } from '../../bridge/link.ts';
import { SignalboxError } from '../../core/errors.ts';
import { limits } from '../../core/limits.ts';
import type { CommandAnswer, CommandPlace } from '../../profiles/define-profile.ts';
import { profileNamed } from '../../profiles/index.ts';
import type { Agent } from '../../tools/agent.ts';
import { Cast } from '../../tools/cast.ts';
import { ForeignDesk } from '../../tools/foreign-desk.ts';
import { surroundingsOf } from './foreign.ts';
import { type CompatForm, compatForm, formed } from './forms.ts';
import type { Guest } from './guest.ts';
import { assertMaySpeak } from './permitted.ts';

/** Says what it prints; what depends on that having been read is done when the machine says that it was. */
export async function answerCompat(
  guest: Guest,
  said: Readonly<Record<string, unknown>>,
  channel: Channel,
): Promise<void> {
  const form = formed(compatForm, said);
  const { told, words } = form;
  const profile = await profileNamed(told.profile);
  const commands = profile?.commands;
  if (!profile || !commands)
    throw new SignalboxError(
      'not_found',
      `The hub knows no commands of ${told.profile}.`,
      'Update both to one version.',
    );
  assertMaySpeak(guest.principal, profile.name);
  const machine = new Typist(channel);
  const { desk, main, afterwards, leave } = deskOf(guest, form, channel);
  try {
    const wish = { what: `${profile.name} ${words[0] ?? ''}`.trim(), input: { words }, tools: [] };
    const work = () => commands.run(desk, words, placeOf(guest, form, machine));
    const refusedBy = ({ exitCode }: CommandAnswer) => (exitCode === 0 ? null : 'invalid_input');
    channel.say({ printed: await guest.permission.perform(wish, main, work, refusedBy) });
    if (await machine.hasRead()) for (const action of afterwards) await action();
  } finally {
    await leave();
  }
  channel.end();
}

/** What the machine says while its command runs. */
class Typist {
  readonly #channel: Channel;
  #input: Promise<string> | undefined;
  #typed: (text: string) => void = () => undefined;
  #answered: (isRead: boolean) => void = () => undefined;
  readonly #isRead = new Promise<boolean>(resolve => {
    this.#answered = resolve;
  });

  constructor(channel: Channel) {
    this.#channel = channel;
    channel.hear(said => {
      const { input, read } = said as { input?: unknown; read?: unknown };
      if (typeof input === 'string') this.#typed(input.slice(0, limits.hookReadBytes));
      if (read !== undefined) this.#answered(read === true);
    });
    const gone = () => {
      this.#typed('');
      this.#answered(false);
    };
    channel.signal.addEventListener('abort', gone, { once: true });
    // It may have gone while its profile was loaded.
    if (channel.signal.aborted) gone();
  }

  /** Standard input: only a command that wants it makes its machine read. */
  input(): Promise<string> {
    this.#input ??= new Promise(resolve => {
      this.#typed = resolve;
      if (!this.#channel.say({ wants: 'input' })) resolve('');
    });
    return this.#input;
  }

  hasRead(): Promise<boolean> {
    return this.#isRead;
  }
}

/** The desk of a command: it plays nobody, and acts under a name as the session that has it. */
function deskOf(guest: Guest, { told }: CompatForm, channel: Channel) {
  const { hello, principal, standing } = guest;
  const world = { ...guest.world, overrules: principal.role === 'admin' };
  const { directory, project } = hello;
  const afterwards: (() => Promise<void>)[] = [];
  let made: Agent | undefined;
  const own = () => {
    made ??= standing(undefined, { directory, project });
    return made;
  };
  const cast = new Cast(world, told.profile, own, stand => standing(undefined, stand));
  const surroundings = surroundingsOf(told, directory);
  const desk = new ForeignDesk(
    { issuer: told.profile, world, cast, directory, surroundings },
    {
      path: 'cli',
      signal: channel.signal,
      waitsEnd: guest.stopping,
      progress() {},
      afterAnswer: action => afterwards.push(action),
    },
  );
  return { desk, main: own(), afterwards, leave: () => cast.leave('its command is done') };
}

function placeOf(guest: Guest, { told, folder, clues }: CompatForm, machine: Typist): CommandPlace {
  const { worktrees } = guest.world;
  const { resolve } = /^(?:[A-Za-z]:|\\\\)/.test(folder) ? win32 : posix;
  return {
    folder: typed => resolve(folder, typed),
    store: told.store.shown,
    input: () => machine.input(),
    branch: async at => {
      const tree = await worktrees.describe(at).catch(() => undefined);
      return tree ? worktrees.branch(tree.root) : null;
    },
    typist: () => guest.visitor(clues),
  };
}
