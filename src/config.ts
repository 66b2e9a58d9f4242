/** Every setting once: where it may come from, what it defaults to, what it means. `signalbox config` prints this table. */
import { hubSettings } from './config/hub.ts';
import type { Setting } from './config/setting.ts';
import { SignalboxError } from './core/errors.ts';
import { declaredGuard, guardKeys } from './core/guard-declaration.ts';
import { defaultGuard, defaultPolicy, type GuardPolicy, type Pool } from './core/policy.ts';
import { declaredPools } from './core/pool-declaration.ts';
import { languages } from './core/surroundings.ts';

export type Origin = 'flag' | 'environment' | 'project file' | 'user file' | 'default';

export type { Setting } from './config/setting.ts';

export const settings = [
  {
    key: 'store',
    flag: '--store',
    environment: 'SIGNALBOX_STORE',
    file: 'store',
    fallback: '',
    help: 'Where the state is kept: sqlite:PATH, postgres://…, redis://…, module:PATH, memory:, or https://… for a hub. Default: a SQLite file in the state folder.',
  },
  {
    key: 'tokenFile',
    flag: '--token-file',
    environment: 'SIGNALBOX_TOKEN_FILE',
    file: null,
    fallback: '',
    help: 'The file with the token for a hub, yours alone, where SIGNALBOX_TOKEN holds none. Default: token in the folder of your settings.',
  },
  {
    key: 'tokenCommand',
    flag: '--token-command',
    environment: 'SIGNALBOX_TOKEN_COMMAND',
    file: null,
    fallback: '',
    help: 'A command that prints the token for a hub, such as one that asks your keychain.',
  },
  {
    key: 'home',
    flag: '--home',
    environment: 'SIGNALBOX_HOME',
    file: null,
    fallback: '',
    help: "The state folder. Default: the platform's place for user state.",
  },
  {
    key: 'project',
    flag: '--project',
    environment: 'SIGNALBOX_PROJECT',
    file: 'project',
    fallback: '',
    help: 'The project id. Default: from the git remote, the repository, or the folder.',
  },
  {
    key: 'directory',
    flag: '--directory',
    environment: 'SIGNALBOX_DIRECTORY',
    file: null,
    fallback: '',
    help: 'The folder the session works in. Default: where the client started it.',
  },
  {
    key: 'handle',
    flag: '--handle',
    environment: 'SIGNALBOX_HANDLE',
    file: null,
    fallback: '',
    help: 'The name the session asks for. Default: two short words.',
    serverOnly: true,
  },
  {
    key: 'tools',
    flag: '--tools',
    environment: 'SIGNALBOX_TOOLS',
    file: 'tools',
    fallback: 'core',
    help: 'Which tools a client is offered: core, all, groups or names, separated by commas.',
    serverOnly: true,
  },
  {
    key: 'profile',
    flag: '--profile',
    environment: 'SIGNALBOX_PROFILE',
    file: null,
    fallback: 'none',
    help: 'Offer the tools of another system instead of our own.',
    choices: [
      'none',
      'claude-presence',
      'claude-peers',
      'session-coordinator',
      'claude-session-coordinator',
      'claude-duo',
    ],
    serverOnly: true,
  },
  {
    key: 'language',
    flag: '--language',
    environment: 'SIGNALBOX_LANGUAGE',
    file: null,
    fallback: 'en',
    help: 'The language of a profile that knows several: en or fr.',
    choices: languages,
    serverOnly: true,
  },
  {
    key: 'channel',
    flag: '--channel',
    environment: 'SIGNALBOX_CHANNEL',
    file: null,
    fallback: 'off',
    help: 'Push messages over the Claude Code channel (on), for a client started with that channel.',
    choices: ['on', 'off'],
    serverOnly: true,
  },
  {
    key: 'notificationFile',
    flag: '--notification-file',
    environment: 'SIGNALBOX_NOTIFICATION_FILE',
    file: null,
    fallback: '',
    help: 'A rules file of the checkout, outside version control, that says how many messages wait, for a client without hooks. Default: none.',
    serverOnly: true,
  },
  ...hubSettings,
  {
    key: 'hubWebhooksInternal',
    flag: '--webhooks-internal',
    environment: 'SIGNALBOX_HUB_WEBHOOKS_INTERNAL',
    file: null,
    fallback: 'off',
    help: 'Let webhooks go to internal addresses too (on), and without encryption to this machine. Commands read the variable.',
    choices: ['on', 'off'],
    hubOnly: true,
  },
  {
    key: 'hubProfiles',
    flag: '--profile',
    environment: 'SIGNALBOX_HUB_PROFILES',
    file: null,
    fallback: 'none',
    help: 'Serve the vocabularies of other systems as well, separated by commas: claude-duo.',
    hubOnly: true,
  },
  {
    key: 'logLevel',
    flag: '--log-level',
    environment: 'SIGNALBOX_LOG_LEVEL',
    file: 'logLevel',
    fallback: 'warn',
    help: 'What goes to standard error: debug, info, warn or error.',
    choices: ['debug', 'info', 'warn', 'error'],
  },
  {
    key: 'messagesKeptDays',
    flag: '--messages-kept-days',
    environment: 'SIGNALBOX_MESSAGES_KEPT_DAYS',
    file: 'messagesKeptDays',
    fallback: String(defaultPolicy.messagesKeptDays),
    help: 'How many days messages are kept after they were sent, 1 to 3650.',
    range: { from: 1, to: 3_650 },
  },
] as const satisfies readonly Setting[];

export type SettingKey = (typeof settings)[number]['key'];

export interface Value {
  readonly value: string;
  readonly origin: Origin;
  /** The variable of another system that it was made of; missing for all others. */
  readonly variable?: string;
}

export type Config = Readonly<Record<SettingKey, Value>>;

/** One place settings come from: the raw texts by key, file key or variable. */
export interface Sources {
  readonly flags: Readonly<Partial<Record<SettingKey, string>>>;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly projectFile: Readonly<Record<string, unknown>>;
  readonly userFile: Readonly<Record<string, unknown>>;
  /** What `~` means in a path. */
  readonly userFolder?: string;
}

/** A setting that users of another system have made in a variable of its own: it counts while its profile is spoken. */
interface Inherited {
  readonly profile: string;
  readonly variable: string;
  readonly key: SettingKey;
  /** What the setting becomes. */
  made(value: string, userFolder: string): string;
}

const inherited: readonly Inherited[] = [
  { profile: 'session-coordinator', variable: 'MCP_COORDINATOR_DB_PATH', key: 'store', made: besideDatabase },
];

/** A store of ours beside the database of another system, which is never touched: another name in the same folder. */
function besideDatabase(path: string, userFolder: string): string {
  if (path === ':memory:') return 'memory:';
  const whole = path.replace(/^~(?=$|[\\/])/, () => userFolder);
  return `sqlite:${whole.replace(/(?<=[^\\/])\.[^.\\/]*$/, '')}.signalbox.db`;
}

/**
 * Resolves all settings: flag before environment before variables of the profile's users before project file before user file before
 * default. Empty texts count as not given.
 */
export function resolveConfig(sources: Sources): Config {
  const spoken = settings.find(({ key }) => key === 'profile');
  const profile = spoken ? resolve(spoken, sources, null).value : null;
  return Object.fromEntries(settings.map(setting => [setting.key, resolve(setting, sources, profile)])) as Config;
}

function resolve(setting: Setting, sources: Sources, profile: string | null): Value {
  const { flags, environment, projectFile, userFile, userFolder = '~' } = sources;
  const old = inherited.find(each => each.profile === profile && each.key === setting.key);
  const made = old && environment[old.variable] && old.made(environment[old.variable] ?? '', userFolder);
  const candidates: [Origin, unknown, string?][] = [
    ['flag', flags[setting.key as SettingKey]],
    ['environment', environment[setting.environment]],
    ['environment', made, old?.variable],
    ['project file', setting.file && projectFile[setting.file]],
    ['user file', setting.file && userFile[setting.file]],
  ];
  const given = candidates.find(([, raw]) => raw !== undefined && raw !== null && raw !== '');
  const [origin, raw, variable] = given ?? ['default' as const, setting.fallback];
  return { value: checked(setting, raw, origin), origin, ...(variable ? { variable } : {}) };
}

function checked(setting: Setting, raw: unknown, origin: Origin): string {
  const name = origin === 'environment' ? setting.environment : origin === 'flag' ? setting.flag : `"${setting.file}"`;
  if (setting.range) return wholeNumber(setting.range, raw, `${name} in the ${origin}`);
  if (typeof raw !== 'string') {
    throw new SignalboxError('invalid_input', `${name} in the ${origin} is not a text.`, 'Write its value in quotes.');
  }
  if (setting.key === 'project' && raw.startsWith('@')) {
    throw new SignalboxError(
      'invalid_input',
      `${name} begins with @, which no project does.`,
      'Choose a name such as our-team.',
    );
  }
  if (setting.choices && !setting.choices.includes(raw)) {
    throw new SignalboxError(
      'invalid_input',
      `${name} is "${raw.slice(0, 40)}".`,
      `Use ${setting.choices.join(', ').replace(/, ([^,]*)$/, ' or $1')}.`,
    );
  }
  return raw;
}

function wholeNumber({ from, to }: { from: number; to: number }, raw: unknown, name: string): string {
  const text = typeof raw === 'string' || typeof raw === 'number' ? String(raw).trim() : '';
  if (/^\d{1,9}$/.test(text) && Number(text) >= from && Number(text) <= to) return String(Number(text));
  throw new SignalboxError(
    'invalid_input',
    `${name} is ${JSON.stringify(raw)?.slice(0, 40)}.`,
    `Write a whole number from ${from} to ${to}.`,
  );
}

/** A pool with the file that declares it. */
export interface DeclaredPool {
  readonly pool: Pool;
  readonly origin: Origin;
}

/** What a settings file holds, and how errors and overviews name it. */
interface FileSource {
  readonly origin: Origin;
  readonly path: string;
  readonly values: Readonly<Record<string, unknown>>;
}

/**
 * The pools of all files, first files first: a pool that an earlier one declares is taken whole from there, because values of
 * two files would be a pool that nobody wrote down. Errors: `invalid_input` for a wrong declaration in any of them.
 */
export function resolvePools(files: readonly FileSource[]): DeclaredPool[] {
  const found = new Map<string, DeclaredPool>();
  for (const { origin, path, values } of files) {
    if (values.pools === undefined || values.pools === null) continue;
    for (const pool of declaredPools(values.pools, path)) {
      const key = pool.name.toLowerCase();
      if (!found.has(key)) found.set(key, { pool, origin });
    }
  }
  return [...found.values()];
}

/** How locks are held up, with where each part of that comes from. */
export interface ResolvedGuard {
  readonly policy: GuardPolicy;
  readonly origins: Readonly<Record<keyof GuardPolicy, Origin>>;
}

/**
 * The guard's policy out of all files, first files first, key by key; `paths` is taken whole from the first that has it, because
 * the order of its globs decides. No variable and no flag sets it: a session could give itself either. Errors: `invalid_input`
 * for a wrong declaration in any of the files.
 */
export function resolveGuard(files: readonly FileSource[]): ResolvedGuard {
  const declared = files
    .filter(({ values }) => values.guard !== undefined && values.guard !== null)
    .map(({ origin, path, values }) => ({ origin, guard: declaredGuard(values.guard, path) }));
  const policy: Partial<Record<keyof GuardPolicy, unknown>> = {};
  const origins: Partial<Record<keyof GuardPolicy, Origin>> = {};
  for (const key of guardKeys) {
    const first = declared.find(({ guard }) => guard[key] !== undefined);
    policy[key] = first?.guard[key] ?? defaultGuard[key];
    origins[key] = first?.origin ?? 'default';
  }
  return { policy: policy as GuardPolicy, origins: origins as ResolvedGuard['origins'] };
}

export interface SettingsFile {
  readonly values: Readonly<Record<string, unknown>>;
  /** Keys this version does not know; said aloud, because a typo must not be silence, but no error: a newer one may know them. */
  readonly unknown: readonly string[];
}

/** Where it goes wrong, without the text that stands there: a link may have led to a file that is nobody's business. */
function placeIn(message: string): string {
  const [, place] = /(?:at )?(line \d+ column \d+|position \d+)/.exec(message) ?? [];
  return place ? ` at ${place}` : '';
}

/** Reads a settings file's text. `invalid_input` names the file and what is wrong. */
export function parseSettingsFile(text: string, name: string): SettingsFile {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    throw new SignalboxError(
      'invalid_input',
      `${name} is not valid JSON${placeIn((error as Error).message)}.`,
      'Mend or remove the file.',
    );
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    throw new SignalboxError(
      'invalid_input',
      `${name} does not hold an object.`,
      'Write settings as { "tools": "all" }.',
    );
  }
  const known = [
    '$schema',
    'pools',
    'guard',
    ...settings.flatMap(setting => (setting.file ? [setting.file as string] : [])),
  ];
  const unknown = Object.keys(parsed).filter(key => !known.includes(key));
  return { values: parsed as Record<string, unknown>, unknown };
}
