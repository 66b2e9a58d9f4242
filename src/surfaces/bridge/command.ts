/** A command of somebody at a shell, run at the hub. */
import type { Channel } from '../../bridge/link.ts';
import { toSignalboxError } from '../../core/errors.ts';
import { Onlooker } from '../../tools/hub-caller.ts';
import { operations } from '../../tools/index.ts';
import { factsOf } from '../cli/status-facts.ts';
import { commandForm, formed, statusForm } from './forms.ts';
import type { Guest } from './guest.ts';
import { assertMayLook } from './permitted.ts';

/** What the overview of the project shows. */
export async function answerStatus(
  guest: Guest,
  said: Readonly<Record<string, unknown>>,
  channel: Channel,
): Promise<void> {
  const { clues } = formed(statusForm, said);
  const { store, processes } = guest.world;
  const project = await guest.place();
  assertMayLook(guest.permit, 'status', project);
  const mine = await guest.shell(clues);
  const facts = await store.read(project, tx => factsOf({ tx, processes }, mine ?? guest.principal.name));
  channel.say({ facts, project });
  channel.end();
}

/** Says how it goes, then the answer; what depends on that having been read is done when the machine says that it was. */
export async function answerCommand(
  guest: Guest,
  said: Readonly<Record<string, unknown>>,
  channel: Channel,
): Promise<void> {
  const { clues, tool, input } = formed(commandForm, said);
  const isLook = guest.principal.role === 'read';
  const caller = isLook
    ? new Onlooker(guest.world, await guest.place(), guest.hello.directory)
    : await guest.visitor(clues);
  const afterwards: (() => Promise<void>)[] = [];
  const stop = new AbortController();
  const wasRead = new Promise<boolean>(resolve => {
    channel.hear(heard => {
      const { read, stopped } = heard as { read?: unknown; stopped?: unknown };
      if (stopped === true) stop.abort();
      else resolve(read === true);
    });
    channel.signal.addEventListener('abort', () => resolve(false), { once: true });
    // It may have gone while it was looked whose shell it is.
    if (channel.signal.aborted) resolve(false);
  });
  try {
    const answer = await guest.call(operations, tool, input, {
      caller,
      signal: AbortSignal.any([channel.signal, stop.signal]),
      waitsEnd: guest.stopping,
      path: 'cli',
      progress: (message, done, total) => channel.say({ progress: [message, done, total] }),
      afterAnswer: action => afterwards.push(action),
    });
    channel.say({ answer });
    if (await wasRead) for (const action of afterwards) await action();
  } catch (error) {
    const { code, message, next } = toSignalboxError(error);
    channel.say({ error: { code, message, next } });
  } finally {
    channel.end();
    if (!(caller instanceof Onlooker)) await caller.leave();
  }
}
