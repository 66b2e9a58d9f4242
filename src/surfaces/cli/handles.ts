/** What the shell completes where a session is asked for. Has to be quick and silent: it runs at every press of the tab key. */
import type { Composition } from '../../compose.ts';
import { lookAround } from '../../core/presence.ts';
import { exitCodes } from './exit-codes.ts';
import { composed, type Invocation } from './invocation.ts';
import { projectOf, storeExists } from './place.ts';

/**
 * Prints the handle of every living session, one a line, and nothing else. Only handles that mean nothing to a shell are
 * printed, whatever is in the store. Changes nothing; whatever fails prints nothing.
 */
export async function printHandles(invocation: Invocation): Promise<number> {
  try {
    const parts = await composed(invocation);
    const here = await sessionsHere(parts);
    await parts.close();
    const handles = here.map(session => session.handle).filter(handle => /^[a-z0-9][a-z0-9._-]*$/.test(handle));
    await invocation.terminal.print(handles.map(handle => `${handle}\n`).join(''));
  } catch {
    // A message in the middle of a command line that is being typed helps nobody.
  }
  return exitCodes.ok;
}

async function sessionsHere(parts: Composition): Promise<readonly { readonly handle: string }[]> {
  const { world, hub } = parts;
  if (hub) return (await (await import('../bridge/ask.ts')).statusAtHub({ world, hub })).facts.sessions;
  const { store, processes } = world;
  const project = await projectOf(parts);
  return storeExists(parts) ? (await store.read(project, tx => lookAround({ tx, processes }))).live : [];
}
