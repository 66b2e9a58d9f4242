/** Answers git's hooks in a server process: it has loaded everything, and its store is open. */
import { clientEnvironment } from '../../clients/environment.ts';
import { asOperator, type Composition, guardPolicyAt, sessionOfShell } from '../../compose.ts';
import { SignalboxError } from '../../core/errors.ts';
import { type GitHookFacts, noFacts } from '../../core/git-hook-facts.ts';
import { Visitor } from '../../tools/visitor.ts';
import { answerGit, type Committing, type GitHookCall } from './check.ts';

type Handler = Parameters<Composition['hearHooks']>[0];
type Connection = Parameters<Handler>[1];
type Parts = Pick<Composition, 'world' | 'config' | 'directory'>;

/** What a hook says of itself before it says anything else. */
interface Told extends GitHookCall {
  readonly directory: string;
  readonly environment: Readonly<Record<string, string>>;
}

/** The handler of the socket, for git's hooks as well. A hook of another checkout, or with another store, is not answered here. */
export function withGitHooks(parts: Parts, otherwise: Handler): Handler {
  return (request, connection) => {
    const told = request.gitHook as Told | undefined;
    if (told === undefined) return otherwise(request, connection);
    return void serve(parts, told, connection).catch(() => connection.close());
  };
}

async function serve(parts: Parts, told: Told, connection: Connection): Promise<void> {
  if (!(await isOurs(parts, told))) return connection.close();
  connection.reply({ ready: true });
  const facts = await new Promise<GitHookFacts>(done => {
    connection.next(value => done({ ...noFacts, ...(value as object) }));
    connection.signal.addEventListener('abort', () => done(noFacts), { once: true });
  });
  if (connection.signal.aborted) return;
  const guard = guardPolicyAt(told.directory, told.environment);
  const answer = await answerGit(told, Promise.resolve(facts), guard, () => committing(parts, told, guard));
  connection.reply(answer);
}

/** The same settings as the hook would find itself: what was named in another shell may be another store. */
async function isOurs({ world, config, directory }: Parts, told: Told): Promise<boolean> {
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
  { world, config }: Parts,
  { directory, environment, ancestors }: Told,
  guard: Composition['world']['policy']['guard'],
): Promise<Committing> {
  const policed = { ...world, policy: { ...world.policy, guard } };
  const project = config.project.value || null;
  const client = clientEnvironment(environment, 'command');
  try {
    const session = await sessionOfShell(policed, directory, project, client, () => ancestors);
    return { caller: new Visitor(policed, directory, project, session ?? asOperator(client)), isStranger: false };
  } catch (error) {
    const isUnknown =
      error instanceof SignalboxError && (error.code === 'session_expired' || error.code === 'not_found');
    if (!isUnknown) throw error;
    return { caller: new Visitor(policed, directory, project, null), isStranger: true };
  }
}
