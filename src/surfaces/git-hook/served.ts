/** Answers git's hooks in a server process: it has loaded everything, and its store is open. */
import { clientEnvironment } from '../../clients/environment.ts';
import { asOperator, type Composition, guardPolicyAt, sessionOfShell } from '../../compose.ts';
import { SignalboxError } from '../../core/errors.ts';
import { type GitHookFacts, noFacts } from '../../core/git-hook-facts.ts';
import type { GuardPolicy } from '../../core/policy.ts';
import { type CallTool, callTool } from '../../tools/call-tool.ts';
import { Visitor } from '../../tools/visitor.ts';
import type { World } from '../../tools/world.ts';
import { answerGit, type Committing, type GitHookAnswer, type GitHookCall } from './check.ts';

type Handler = Parameters<Composition['hearHooks']>[0];
type Connection = Parameters<Handler>[1];

/** Judges what git is about to do. Never fails. */
export type GitJudge = (
  told: GitTold,
  facts: GitHookFacts | Promise<GitHookFacts>,
  guard: GuardPolicy,
) => Promise<GitHookAnswer>;

interface Parts extends Pick<Composition, 'world' | 'config' | 'directory'> {
  /** Who judges instead, where the rules run elsewhere. */
  readonly judgeGit?: GitJudge;
}

/** What a hook says of itself before it says anything else. */
export interface GitTold extends GitHookCall {
  readonly directory: string;
  readonly environment: Readonly<Record<string, string>>;
}

/** The handler of the socket, for git's hooks as well. A hook of another checkout, or with another store, is not answered here. */
export function withGitHooks(parts: Parts, otherwise: Handler): Handler {
  return (request, connection) => {
    const told = request.gitHook as GitTold | undefined;
    if (told === undefined) return otherwise(request, connection);
    return void serve(parts, told, connection).catch(() => connection.close());
  };
}

async function serve(parts: Parts, told: GitTold, connection: Connection): Promise<void> {
  if (!(await isOurs(parts, told))) return connection.close();
  connection.reply({ ready: true });
  const facts = await new Promise<GitHookFacts>(done => {
    connection.next(value => done({ ...noFacts, ...(value as object) }));
    connection.signal.addEventListener('abort', () => done(noFacts), { once: true });
  });
  if (connection.signal.aborted) return;
  const guard = guardPolicyAt(told.directory, told.environment);
  const { world, config, judgeGit = judgedHere({ world, project: config.project.value || null }) } = parts;
  connection.reply(await judgeGit(told, facts, guard));
}

interface JudgeParts {
  readonly world: World;
  readonly project: string | null;
  /** Whoever is at a shell that is no session's; the operator where nothing is said. */
  person?(world: World, directory: string): Promise<Visitor>;
  readonly call?: CallTool;
}

/** Judges by the store of this process. */
export function judgedHere({ world, project, person, call = callTool }: JudgeParts): GitJudge {
  return (told, facts, guard) => {
    const policed = { ...world, policy: { ...world.policy, guard } };
    const anybody = person ?? (async (within, directory) => new Visitor(within, directory, project, null));
    return answerGit(told, Promise.resolve(facts), guard, () => committing(policed, project, told, anybody), call);
  };
}

/** The same settings as the hook would find itself: what was named in another shell may be another store. */
async function isOurs({ world, config, directory }: Parts, told: GitTold): Promise<boolean> {
  const named = { store: told.environment.SIGNALBOX_STORE ?? '', project: told.environment.SIGNALBOX_PROJECT ?? '' };
  for (const key of ['store', 'project'] as const) {
    const { value, origin } = config[key];
    if (origin === 'flag' || (origin === 'environment' ? value : '') !== named[key]) return false;
  }
  const [own, theirs] = await Promise.all([
    world.worktrees.describe(directory),
    world.worktrees.describe(told.directory),
  ]);
  return own.root === theirs.root;
}

async function committing(
  world: World,
  project: string | null,
  { directory, environment, ancestors }: GitTold,
  person: (world: World, directory: string) => Promise<Visitor>,
): Promise<Committing> {
  const client = clientEnvironment(environment, 'command');
  try {
    const session = await sessionOfShell(world, directory, project, client, () => ancestors);
    if (session !== null) return { caller: new Visitor(world, directory, project, session), isStranger: false };
    asOperator(client);
    return { caller: await person(world, directory), isStranger: false };
  } catch (error) {
    const isUnknown =
      error instanceof SignalboxError && (error.code === 'session_expired' || error.code === 'not_found');
    if (!isUnknown) throw error;
    return { caller: await person(world, directory), isStranger: true };
  }
}
