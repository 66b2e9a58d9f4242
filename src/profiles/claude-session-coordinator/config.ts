/** The configuration files of the old program, as far as they still say something. */
import { SignalboxError } from '../../core/errors.ts';
import { withoutSecrets } from '../../core/shown-address.ts';
import type { Surroundings } from '../../core/surroundings.ts';
import type { TellsOfProcess } from '../define-profile.ts';

export interface Config {
  /** The file that says it; null for the defaults. */
  readonly path: string | null;
  /** What the machine is to be called; null for its own name. */
  readonly machine: string | null;
  readonly detection: string;
  readonly adapter: string;
  /** The address of a Redis server, also where a variable names it; empty for none. */
  readonly redis: string;
}

/**
 * The first of its files that there is, without anything of the others. Errors: `invalid_input` for one that is no JSON object, and for
 * a setting of another kind than it has.
 */
export function configOf(about: Surroundings): Config {
  const named = about.variable(pathVariable);
  const places = [...(named ? [named] : []), ownFile, '~/.config/claude-session-coordinator/config.json'];
  for (const path of places) {
    const text = about.file(path);
    if (text !== null) return { ...read(path, text, about), path };
  }
  return { ...read('', '{}', about), path: null };
}

const pathVariable = 'CLAUDE_SESSION_COORDINATOR_CONFIG';
const ownFile = '.claude/session-coordinator-config.json';

/** What the files say, in a file of the same form without passwords; one that is no object where they cannot be used. */
export function tells(about: Surroundings): TellsOfProcess {
  const config = configIn(about);
  if (config === null) {
    const path = about.variable(pathVariable) || ownFile;
    return { variables: { [pathVariable]: path }, files: { [path]: 'null' } };
  }
  const { path, machine, detection, adapter, redis } = config;
  const address = withoutSecrets(redis);
  if (path === null) return { variables: { REDIS_URL: address } };
  const session = { machine_id: machine ?? 'auto', project_detection: detection };
  const file = JSON.stringify({ session, storage: { adapter, config: { url: address } } });
  return { variables: { [pathVariable]: path }, files: { [path]: file } };
}

function configIn(about: Surroundings): Config | null {
  try {
    return configOf(about);
  } catch {
    return null;
  }
}

function read(path: string, text: string, about: Surroundings): Omit<Config, 'path'> {
  const file = objectIn(parsed(text));
  if (!file) throw new SignalboxError('invalid_input', `${path} is not a JSON object.`, 'Mend or remove the file.');
  const part = (of: Group, key: string): Group => {
    const group = objectIn(of[key] ?? {});
    if (!group) throw unfit(path, key, 'an object');
    return group;
  };
  const setting = (group: Group, key: string, otherwise: string): string => {
    const value = group[key] ?? '';
    if (typeof value !== 'string') throw unfit(path, key, 'text');
    return value === '' ? otherwise : value;
  };
  const [session, storage] = [part(file, 'session'), part(file, 'storage')];
  const machine = setting(session, 'machine_id', 'auto');
  return {
    machine: machine === 'auto' ? null : machine,
    detection: setting(session, 'project_detection', 'git'),
    adapter: setting(storage, 'adapter', 'local'),
    redis: setting(part(storage, 'config'), 'url', about.variable('REDIS_URL')),
  };
}

type Group = Readonly<Record<string, unknown>>;

function unfit(path: string, key: string, kind: string): SignalboxError {
  return new SignalboxError('invalid_input', `In ${path} the setting "${key}" is not ${kind}.`, 'Mend the file.');
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function objectIn(value: unknown): Group | null {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isObject ? (value as Record<string, unknown>) : null;
}
