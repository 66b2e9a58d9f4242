/** The check of one of git's hooks where no server answers: the store is opened, and the caller is whoever's shell git runs in. */
import { marksOfClients } from '../../clients/environment.ts';
import { compose } from '../../compose.ts';
import { toSignalboxError } from '../../core/errors.ts';
import type { GitHookFacts } from '../../core/git-hook-facts.ts';
import type { GitHookAnswer, GitHookCall } from './check.ts';
import { judgedHere } from './served.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Errors: those of settings that cannot be read; policy is not known then. `facts` are awaited when the rest is ready. */
export async function checkGit(
  call: GitHookCall,
  facts: Promise<GitHookFacts>,
  environment: Environment,
  directory: string,
): Promise<GitHookAnswer> {
  const { world, config, hub, close } = await compose(
    { directory, logLevel: 'error' },
    environment,
    directory,
    'command',
  );
  const told = { ...call, directory, environment: stated(environment) };
  const { guard } = world.policy;
  try {
    if (!hub) return await judgedHere({ world, project: config.project.value || null })(told, facts, guard);
    const { gitAtHub } = await import('../bridge/ask.ts');
    return await gitAtHub({ world, hub }, told, await facts).catch(error => {
      const { message, next } = toSignalboxError(error);
      return { failure: `${message} ${next}`, onFailure: guard.onFailure };
    });
  } finally {
    await close();
  }
}

/** By these it is known whose shell it is; nothing else leaves this machine. */
function stated(environment: Environment): Record<string, string> {
  const names = [...marksOfClients, 'SIGNALBOX_SESSION'];
  return Object.fromEntries(names.flatMap(name => (environment[name] ? [[name, environment[name] ?? '']] : [])));
}
