/** The world of a request to a hub: its store as far as the principal may see it, and nothing of the machine that the hub runs on. */
import type { Principal } from '../core/account.ts';
import { mayUse } from '../core/authority.ts';
import { SignalboxError } from '../core/errors.ts';
import { limits } from '../core/limits.ts';
import type { GitFacts, Probes, Processes, ResolvedPath, Store, Worktree, Worktrees } from '../core/ports.ts';
import { isRealProject, placesProject } from '../core/project.ts';
import type { World } from './world.ts';

/** The world as a principal meets it in a project. */
export function hubWorld(world: World, principal: Principal | null, project: string): World {
  return {
    ...world,
    store: narrowed(world.store, principal),
    processes: withoutHost(world.processes),
    worktrees: worktreesOf(project),
    git: unseenGit,
    stage: { stage: async () => ({ staged: false, why: 'missing' }) },
    probes: unseenMachine,
    home: null,
    overrules: principal === null || principal.role === 'admin',
  };
}

/**
 * A store that has the projects of a principal only, and what is kept of places where a machine tells them. Null stands for a hub that asks
 * nobody who they are.
 */
export function narrowed(store: Store, principal: Principal | null, knowsPlaces = false): Store {
  const isReal = (project: string) => isRealProject(project) && (principal === null || mayUse(principal, project));
  const isFor = (project: string) => isReal(project) || (knowsPlaces && project === placesProject);
  const allowed = async <T>(project: string, work: () => Promise<T>): Promise<T> => {
    if (isFor(project)) return work();
    throw new SignalboxError('forbidden', `You may not use the project ${project}.`, 'Ask an admin of your hub.');
  };
  return {
    spansMachines: store.spansMachines,
    transact: (project, work, ahead) => allowed(project, () => store.transact(project, work, ahead)),
    read: (project, work, ahead) => allowed(project, () => store.read(project, work, ahead)),
    eventsAfter: (project, cursor, limit) => allowed(project, () => store.eventsAfter(project, cursor, limit)),
    projects: async () => (await store.projects()).filter(isReal),
    contents: project => allowed(project, () => store.contents(project)),
    load: (project, contents) => allowed(project, () => store.load(project, contents)),
    inspect: () => store.inspect(),
    close: async () => undefined,
  };
}

/** Clients over HTTP stand on no machine that is known: what belongs to a checkout is the same for all of them, at whatever hub they ask. */
function withoutHost(processes: Processes): Processes {
  return {
    self: () => ({ ...processes.self(), host: '' }),
    identify: pid => processes.identify(pid),
    liveness: process => processes.liveness(process),
  };
}

/** Paths of a checkout that nobody here can look into: relative ones, as they are spelled. */
function worktreesOf(project: string): Worktrees {
  const tree: Worktree = { project, root: '', anchor: '', branch: null, foldsCase: false };
  return {
    describe: async () => tree,
    branch: () => null,
    resolve: async path => resolved(path),
    placeOf: async path => ({ where: 'project', resolved: resolved(path), tree }),
  };
}

function resolved(path: string): ResolvedPath {
  const parts: string[] = [];
  for (const part of path.normalize('NFC').replaceAll('\\', '/').split('/')) {
    if (part === '..' && parts.length > 0) parts.pop();
    else if (part === '..') throw outside(path);
    else if (part !== '.' && part !== '') parts.push(part);
  }
  const isAbsolute = /^(?:[\\/]|[A-Za-z]:)/.test(path);
  if (isAbsolute || parts.some(part => part.toLowerCase() === '.git')) throw outside(path);
  return { path: parts.join('/'), foldsCase: false, ...(/[\\/]$/.test(path) ? { isFolder: true } : {}) };
}

function outside(path: string): SignalboxError {
  return new SignalboxError(
    'invalid_input',
    `${path.slice(0, limits.handleCharacters)} is no path within the repository.`,
    'Give paths from its root, such as src/app.ts.',
  );
}

const cannotTell = async () => undefined;

/** What only the client's machine could tell. */
const unseenGit: GitFacts = {
  changedFiles: cannotTell,
  changedTree: cannotTell,
  headMoves: cannotTell,
  commitsSince: cannotTell,
  ignored: cannotTell,
  stagedFiles: cannotTell,
  commitsSinceBase: cannotTell,
  stashes: cannotTell,
  state: () => undefined,
  dryMerge: cannotTell,
  blame: cannotTell,
  commit: cannotTell,
  branches: cannotTell,
  aliases: cannotTell,
};

const unseenMachine: Probes = { lineCount: cannotTell, isPortFree: async () => true };
