/** Settles which project a working tree belongs to, so that a change of its remote does not part sessions that are at work. */
import { SignalboxError } from '../core/errors.ts';
import type { Worktree } from '../core/ports.ts';
import { isInhabited, placeId, placesProject } from '../core/project.ts';
import type { World } from './world.ts';

/**
 * The project of a working tree: the one its sessions are in while any of them lives, else what git says now. With `remember`
 * the answer is kept for those who come later. Costs one look into the store where nothing has changed.
 */
export async function settledProject(world: World, tree: Worktree, remember: boolean): Promise<string> {
  const { store, processes } = world;
  const { host } = processes.self();
  // Behind a hub a machine says itself what it is called: what it says of its folders counts for its principal alone.
  const id = placeId(world.principal === undefined ? host : `${world.principal}/${host}`, tree.anchor);
  const known = await store.read(placesProject, tx => tx.get('place', id));
  if (known?.project === tree.project) return tree.project;
  const stays = known && store.read(known.project, tx => isInhabited({ tx, processes }, host, tree.anchor));
  if (known && (await stays?.catch(mayNotLook))) return known.project;
  if (remember) await store.transact(placesProject, async tx => tx.put('place', { id, project: tree.project }));
  return tree.project;
}

/** Where a token is not for the project of before, nobody who has it can be at work there. */
function mayNotLook(error: unknown): false {
  if (error instanceof SignalboxError && error.code === 'forbidden') return false;
  throw error;
}

/** The world of a session that stands in no checkout: nobody takes what lies in its folder for work on the project. */
export function withoutCheckout(world: World): World {
  const { worktrees } = world;
  const nowhere: Worktree = { project: '', root: '', anchor: '', branch: null, foldsCase: false };
  return {
    ...world,
    worktrees: {
      describe: async () => nowhere,
      branch: () => null,
      resolve: (...asked) => worktrees.resolve(...asked),
      placeOf: (...asked) => worktrees.placeOf(...asked),
    },
  };
}
