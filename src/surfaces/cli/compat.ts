/** `signalbox compat`: a command of an earlier system, answered by its profile. No session stands behind it: it joins nothing. */

import { resolve } from 'node:path';
import type { Composition } from '../../compose.ts';
import { SignalboxError, toSignalboxError } from '../../core/errors.ts';
import { limits } from '../../core/limits.ts';
import { withoutSecrets } from '../../core/shown-address.ts';
import { cleanText } from '../../core/text.ts';
import type { HubDoor } from '../../hub-door.ts';
import type { CommandAnswer, Profile, ProfileCommands } from '../../profiles/define-profile.ts';
import { profileNamed } from '../../profiles/index.ts';
import type { Agent } from '../../tools/agent.ts';
import { Cast } from '../../tools/cast.ts';
import { ForeignDesk } from '../../tools/foreign-desk.ts';
import type { CompatRequest } from './compat-command.ts';
import { type Invocation, withComposition } from './invocation.ts';
import { storeFile } from './place.ts';
import type { Terminal } from './terminal.ts';

/** Runs the command, prints what it answers, and returns its exit code: a profile's own, also for failures. */
export async function runCompat({ profile, words }: CompatRequest, invocation: Invocation): Promise<number> {
  const spoken = await profileNamed(profile);
  const commands = spoken?.commands;
  if (!commands) throw new SignalboxError('not_found', `${profile} has no commands.`, 'Its tools are there.');
  try {
    return await withComposition(invocation, ({ hub, ...parts }) =>
      hub && !commands.isLocal
        ? answerAtHub(spoken, words, { ...parts, hub }, invocation)
        : answer(commands, profile, words, parts, invocation),
    );
  } catch (error) {
    const { message, next } = toSignalboxError(error);
    return (await print(commands.failed(message, next, words), invocation.terminal)).exitCode;
  }
}

/** Where the store is behind a hub it is run there. */
async function answerAtHub(
  profile: Profile,
  words: readonly string[],
  parts: Omit<Composition, 'hub'> & { readonly hub: HubDoor },
  { terminal, workingDirectory }: Invocation,
): Promise<number> {
  const { compatAtHub } = await import('../bridge/ask.ts');
  let code = 0;
  await compatAtHub(parts, {
    ...{ profile, words, folder: workingDirectory(), input: inputText },
    print: async printed => {
      const { isRead, exitCode } = await print(printed, terminal);
      code = exitCode;
      return isRead;
    },
  });
  return code;
}

async function answer(
  commands: ProfileCommands,
  profile: string,
  words: readonly string[],
  parts: Omit<Composition, 'hub'>,
  { terminal, workingDirectory }: Invocation,
): Promise<number> {
  const { desk, afterwards, leave } = deskOf(parts, profile);
  const place = {
    folder: (typed: string) => resolve(workingDirectory(), typed),
    store: storeFile(parts) ?? withoutSecrets(parts.storeUrl),
    input: inputText,
    branch: async (folder: string) => {
      const { worktrees } = parts.world;
      const tree = await worktrees.describe(folder).catch(() => undefined);
      return tree ? worktrees.branch(tree.root) : null;
    },
    typist: () => parts.visitor(),
  };
  try {
    const { isRead, exitCode } = await print(await commands.run(desk, words, place), terminal);
    if (isRead) for (const action of afterwards) await action();
    return exitCode;
  } finally {
    await leave();
  }
}

/** The desk of a command, what is to be done once its answer was read, and its leaving. */
export function deskOf(parts: Omit<Composition, 'hub'>, profile: string) {
  const afterwards: (() => Promise<void>)[] = [];
  const cast = castOf(parts, profile);
  const desk = new ForeignDesk(
    { ...parts, issuer: profile, cast },
    {
      path: 'cli',
      signal: new AbortController().signal,
      progress() {},
      afterAnswer: action => afterwards.push(action),
    },
  );
  return { desk, afterwards, leave: () => cast.leave('its command is done') };
}

/** Plays nobody: where a command acts under a name, it does so as the session that has it. */
function castOf({ world, directory, config, standing }: Omit<Composition, 'hub'>, profile: string): Cast {
  let main: Agent | undefined;
  const own = () => {
    main ??= standing(undefined, { directory, project: config.project.value || null });
    return main;
  };
  return new Cast(world, profile, own, stand => standing(undefined, stand));
}

/** What peers wrote is made harmless on the way out. Resolves to whether somebody read it. */
async function print({ stdout, stderr, exitCode }: CommandAnswer, terminal: Terminal) {
  const isRead = await terminal.print(cleanText(stdout).text);
  await terminal.complain(cleanText(stderr).text);
  return { isRead, exitCode };
}

/** Standard input to its end, as far as a hook reads it; nothing where a person would have to type it. */
async function inputText(): Promise<string> {
  if (process.stdin.isTTY) return '';
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of process.stdin) {
    bytes += (piece as Buffer).length;
    if (bytes <= limits.hookReadBytes) pieces.push(piece as Buffer);
  }
  return bytes > limits.hookReadBytes ? '' : Buffer.concat(pieces).toString('utf8');
}
