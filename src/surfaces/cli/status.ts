/** `signalbox status`: the whole project at a glance, for a person. Reads; changes nothing. */

import type { Composition } from '../../compose.ts';
import { toSignalboxError } from '../../core/errors.ts';
import { operatorHandle } from '../../core/handles.ts';
import { withoutSecrets } from '../../core/shown-address.ts';
import { errorExitCodes, exitCodes } from './exit-codes.ts';
import { folderProblem } from './folder-health.ts';
import { type Invocation, pageFor, printResult, withComposition } from './invocation.ts';
import { projectOf, storeExists } from './place.ts';
import { factsOf } from './status-facts.ts';
import { type Facts, type Problem, statusText } from './status-view.ts';

const nothing: Facts = { sessions: [], locks: [], waiting: [], intents: [], unread: 0, you: operatorHandle };

/** Prints the overview. A store that cannot be read still gives a person what is known, and the error's exit code. */
export function runStatus(invocation: Invocation): Promise<number> {
  return withComposition(invocation, async parts => {
    const tree = await parts.world.worktrees.describe(parts.directory);
    const project = await projectOf(parts);
    const around = {
      project,
      root: tree.root,
      branch: tree.branch,
      store: withoutSecrets(parts.storeUrl),
      problems: problemsAround(parts),
    };
    const page = pageFor(invocation, parts.world.clock.now());
    try {
      const found = storeExists(parts) ? await lookInside(parts, project) : { facts: nothing, project };
      const status = { ...around, project: found.project, ...found.facts };
      await printResult(invocation, status, () => statusText(status, page));
      return exitCodes.ok;
    } catch (error) {
      const failure = toSignalboxError(error);
      if (invocation.globals.json || failure.code === 'internal') throw failure;
      const problems = [{ message: failure.message, next: failure.next }, ...around.problems];
      await printResult(invocation, undefined, () => statusText({ ...around, ...nothing, problems }, page));
      return errorExitCodes[failure.code];
    }
  });
}

/** What the store holds, looked at here or by the hub that it is behind. */
async function lookInside(parts: Composition, project: string): Promise<{ facts: Facts; project: string }> {
  const { world, hub } = parts;
  if (hub) return (await import('../bridge/ask.ts')).statusAtHub({ world, hub });
  const mine = (await parts.shellSession()) ?? operatorHandle;
  const { store, processes } = world;
  return { facts: await store.read(project, tx => factsOf({ tx, processes }, mine)), project };
}

/** What is wrong outside the store, as far as that can be seen without touching anything. */
function problemsAround(parts: Composition): Problem[] {
  const runtime = folderProblem(parts.runtimeFolder);
  return [
    ...parts.unknownSettings.map(setting => ({
      message: `This version does not know the setting ${setting}.`,
      next: 'Correct its name, or update Signalbox; `signalbox config` lists all.',
    })),
    ...(runtime ? [{ message: `Messages may not be announced here: ${runtime.message}`, next: runtime.next }] : []),
  ];
}
