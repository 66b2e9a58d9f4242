/** The check of one of git's hooks where no server answers: the store is opened, and the caller is whoever's shell git runs in. */
import { marksOfClients } from '../../clients/environment.ts';
import { type Composition, compose } from '../../compose.ts';
import { SignalboxError, toSignalboxError } from '../../core/errors.ts';
import type { GitHookFacts } from '../../core/git-hook-facts.ts';
import { operatorHandle } from '../../core/handles.ts';
import { answerGit, type Committing, type GitHookAnswer, type GitHookCall } from './check.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Errors: those of settings that cannot be read; policy is not known then. `facts` are awaited when the rest is ready. */
export async function checkGit(
  call: GitHookCall,
  facts: Promise<GitHookFacts>,
  environment: Environment,
  directory: string,
): Promise<GitHookAnswer> {
  const parts = await compose({ directory, logLevel: 'error' }, environment, directory, 'command');
  try {
    const { world, hub } = parts;
    if (hub) {
      const { gitAtHub } = await import('../bridge/ask.ts');
      const told = { ...call, directory, environment: stated(environment) };
      return await gitAtHub({ world, hub }, told, await facts).catch(error => {
        const { message, next } = toSignalboxError(error);
        return { failure: `${message} ${next}`, onFailure: world.policy.guard.onFailure };
      });
    }
    const find = () => committing(parts, environment, directory);
    return await answerGit(call, facts, parts.world.policy.guard, find);
  } finally {
    await parts.close();
  }
}

async function committing(parts: Composition, environment: Environment, directory: string): Promise<Committing> {
  try {
    return { caller: await parts.visitor(), isStranger: false };
  } catch (error) {
    if (!isUnknown(error)) throw error;
    const asOperator = { ...environment, SIGNALBOX_SESSION: operatorHandle };
    const others = await compose({ directory, logLevel: 'error' }, asOperator, directory, 'command');
    return { caller: await others.visitor(), isStranger: true };
  }
}

/** Whether it only says that the session of a client's shell is not here. */
function isUnknown(error: unknown): boolean {
  return error instanceof SignalboxError && (error.code === 'session_expired' || error.code === 'not_found');
}

/** By these a hub knows whose shell it is; nothing else leaves this machine. */
function stated(environment: Environment): Record<string, string> {
  const names = [...marksOfClients, 'SIGNALBOX_SESSION'];
  return Object.fromEntries(names.flatMap(name => (environment[name] ? [[name, environment[name] ?? '']] : [])));
}
