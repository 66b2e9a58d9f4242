/** Puts the program together: settings become ports. The only file that knows every layer. */
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { callersOf, type ServerFacts, standingElsewhere } from './clients/agents.ts';
import { type ClientEnvironment, clientEnvironment } from './clients/environment.ts';
import { type Waking, wakingByCommand } from './clients/waking.ts';
import {
  type Config,
  type DeclaredPool,
  parseSettingsFile,
  type ResolvedGuard,
  resolveConfig,
  resolveGuard,
  resolvePools,
  type SettingKey,
  type SettingsFile,
} from './config.ts';
import type { Digests } from './core/account.ts';
import { SignalboxError } from './core/errors.ts';
import { operatorHandle } from './core/handles.ts';
import { isHubAddress } from './core/hub-address.ts';
import type { IdentityProvider } from './core/identity-provider.ts';
import { limits } from './core/limits.ts';
import type { OldStore } from './core/old-store.ts';
import { defaultGuard, type GuardPolicy } from './core/policy.ts';
import { PolicyWatch } from './core/policy-watch.ts';
import type { Contents, Log } from './core/ports.ts';
import { callingSession } from './core/presence.ts';
import type { ProviderPolicy } from './core/provider-policy.ts';
import { withoutSecrets } from './core/shown-address.ts';
import type { Language, Surroundings } from './core/surroundings.ts';
import type { WebhookParts } from './core/webhook-port.ts';
import { createEngine } from './engines/index.ts';
import { absoluteModuleUrl, isModuleUrl } from './engines/module-url.ts';
import { type HubDoor, hubOf, openDoor } from './hub-door.ts';
import { ancestorsOf } from './system/ancestors.ts';
import { clientPid, wordsOf } from './system/client-process.ts';
import { systemClock } from './system/clock.ts';
import { systemDigests } from './system/digests.ts';
import { createFailureMark } from './system/failure-mark.ts';
import { configFolder, runtimeFolder, stateFolder } from './system/folders.ts';
import { createGitFacts } from './system/git-facts.ts';
import { createGitStage } from './system/git-stage.ts';
import { type HookHandler, openHookSocket } from './system/hook-socket.ts';
import { systemIds } from './system/ids.ts';
import { createLog, type LogLevel } from './system/log.ts';
import { createNotificationFile } from './system/notification-file.ts';
import { createProbes } from './system/probes.ts';
import { createProcesses } from './system/processes.ts';
import { createPrograms } from './system/programs.ts';
import { type FoundFile, findProjectFile, findUserFile } from './system/settings-files.ts';
import { createSetupFiles } from './system/setup-files.ts';
import { createSocketWakeups } from './system/socket-wakeups.ts';
import { createSurroundings } from './system/surroundings.ts';
import { userHome } from './system/user-home.ts';
import type { Accept } from './system/web-socket.ts';
import { createWorktrees } from './system/worktrees.ts';
import type { Agent } from './tools/agent.ts';
import type { Callers } from './tools/callers.ts';
import type { Stand } from './tools/cast.ts';
import type { NotificationFile } from './tools/notification-block.ts';
import { settledProject } from './tools/place.ts';
import { Visitor } from './tools/visitor.ts';
import type { World } from './tools/world.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** What the surfaces get: the ports, the settings they came from, and ways to make a caller. */
export interface Composition {
  readonly config: Config;
  readonly pools: readonly DeclaredPool[];
  readonly guard: ResolvedGuard;
  readonly files: readonly string[];
  readonly unknownSettings: readonly string[];
  readonly world: World;
  readonly storeUrl: string;
  /** What a profile may know of this process. */
  readonly surroundings: Surroundings;
  /** Hashes of secrets. */
  readonly digests: Digests;
  /** The provider whose tokens a hub takes. Nothing is asked of it yet. */
  identityProvider(policy: ProviderPolicy, log: Log): Promise<IdentityProvider>;
  /** What webhooks are signed and posted with, loaded when first asked for. */
  webhookParts(): Promise<WebhookParts>;
  /** Examines contents as a store does that takes them, and keeps nothing. Errors: `invalid_input`. */
  assertLoadable(contents: Contents): Promise<void>;
  /** Reads what another system has stored at a path, and changes nothing there. */
  withOldStore<T>(path: string, work: (store: OldStore) => Promise<T>): Promise<T>;
  readonly stateFolder: string;
  readonly runtimeFolder: string;
  readonly directory: string;
  /** The sessions that this server process has for its client. */
  callers(client: { name: string; version: string } | undefined): Callers;
  /** A session of this server process that stands elsewhere than where its client works. */
  standing(client: { name: string; version: string } | undefined, stand: Stand): Agent;
  /** Hears the hooks of the client of this server process; the result stops that. */
  hearHooks(handle: HookHandler): Promise<() => void>;
  /** Where a client without hooks is told that messages wait; null unless somebody asked for it. */
  readonly notificationFile: NotificationFile | null;
  /** Whether a failure is to be told to the client's user now, who has not heard of it from any of our processes. */
  tellsFailure(isFailing: boolean): boolean;
  /** What a resting session of the client is woken with. */
  readonly waking: Waking;
  /** Takes the connections of machines, for a hub. */
  acceptor(): Promise<Accept>;
  /** The hub that the store is behind; null where it is reached from here. Then every unit of work fails, and what a hub can do is asked there. */
  readonly hub: HubDoor | null;
  /** Id of the session whose shell a command was typed in; null for a person's own shell. Errors: `not_found` for one named on purpose. */
  shellSession(): Promise<string | null>;
  /** Whoever runs a command here: the session whose shell it is, else the operator. */
  visitor(): Promise<Visitor>;
  close(): Promise<void>;
}

/** What the program's parts are put together for: one session over standard input and output, one command, or a hub. */
export type Purpose = 'session' | 'command' | 'hub';

/** Reads the settings and creates the ports. Touches no store and no socket yet. Errors: `invalid_input` for a wrong setting. */
export async function compose(
  flags: Readonly<Partial<Record<SettingKey, string>>>,
  environment: Environment,
  workingDirectory: string,
  purpose: Purpose,
): Promise<Composition> {
  // Somebody typed what starts a hub, as a command.
  const serves = purpose === 'session' ? 'session' : 'command';
  const client = clientEnvironment(environment, serves);
  // A client says where its session works; a command is typed where its shell stands.
  const told = serves === 'session' ? client.directory : null;
  const startFolder = flags.directory || environment.SIGNALBOX_DIRECTORY || told || workingDirectory;
  const directory = resolve(workingDirectory, startFolder);
  const home = flags.home ? { ...environment, SIGNALBOX_HOME: resolve(workingDirectory, flags.home) } : environment;
  const state = stateFolder(home, process.platform, userHome());
  const found = {
    project: read(findProjectFile(directory)),
    user: read(findUserFile(configFolder(home, process.platform, userHome()))),
  };
  const config = resolveConfig({
    flags,
    environment,
    projectFile: found.project?.file.values ?? {},
    userFile: found.user?.file.values ?? {},
    userFolder: userHome(),
  });
  const files = [found.project, found.user].filter(file => file !== undefined);
  const sources = [
    ...(found.project ? [fileSource('project file', found.project)] : []),
    ...(found.user ? [fileSource('user file', found.user)] : []),
  ];
  const pools = resolvePools(sources);
  const guard = resolveGuard(sources);
  const log = createLog({ level: config.logLevel.value as LogLevel });
  const runtime = runtimeFolder(home, process.platform, process.getuid?.(), state);
  const sockets = createSocketWakeups({ directory: runtime, log, clock: systemClock });
  const file = { 'project file': found.project?.path, 'user file': found.user?.path }[config.store.origin as string];
  if (config.store.origin === 'project file') assertNoCode(config.store.value, file);
  const storeUrl = absoluteStore(config.store.value, file ? dirname(file) : workingDirectory, state);
  // A client may have started us through a shell or `npx`: its own process is the one whose life counts.
  const clientProcess = clientPid(process.ppid);
  const processes = createProcesses({ parentPid: () => clientProcess });
  const isOwnAddress = config.store.origin !== 'project file';
  const hub = isHubAddress(storeUrl)
    ? hubOf(storeUrl, {
        value: environment.SIGNALBOX_TOKEN ?? '',
        command: config.tokenCommand.value,
        file: resolve(
          workingDirectory,
          config.tokenFile.value || join(configFolder(home, process.platform, userHome()), 'token'),
        ),
        isOwnChoice: isOwnAddress,
        environment,
      })
    : null;
  const { store, wakeups } =
    hub?.engine ??
    (await createEngine(storeUrl, {
      clock: systemClock,
      ids: systemIds,
      boot: processes.self().boot,
      wakeups: sockets,
      log,
      isOwnAddress,
      patienceMs: purpose === 'command' ? limits.commandPatienceMs : limits.serverPatienceMs,
    }));
  const guardPolicy = new PolicyWatch(guard.policy, () => guardPolicyIn(directory, home), systemClock, log);
  const world: World = {
    store,
    clock: systemClock,
    ids: systemIds,
    wakeups,
    processes,
    worktrees: createWorktrees(),
    git: createGitFacts(),
    stage: createGitStage(),
    probes: createProbes(),
    policy: {
      pools: pools.map(({ pool }) => pool),
      get guard() {
        return guardPolicy.current;
      },
      messagesKeptDays: Number(config.messagesKeptDays.value),
    },
    guardPolicy,
    home: userHome(),
    log,
  };
  const unknownSettings = files.flatMap(({ path, file }) => file.unknown.map(key => `${key} in ${path}`));
  warnOfUnknown(log, unknownSettings);
  const project = config.project.value || null;
  const serverFacts = (): ServerFacts => ({
    self: processes.self(),
    parent: processes.parent() ?? null,
    directory,
    project,
    handle: config.handle.value || null,
    conversation: client.conversation,
    reach: config.channel.value === 'on' ? 'channel' : 'calls',
    hub: null,
  });
  const shellSession = () => sessionOfShell(world, directory, project, client);
  return {
    config,
    pools,
    guard,
    files: files.map(file => file.path),
    unknownSettings,
    world,
    storeUrl,
    digests: systemDigests,
    identityProvider: async (policy, own) =>
      (await import('./system/identity-provider.ts')).createIdentityProvider(policy, { clock: systemClock, log: own }),
    webhookParts: async () =>
      (await import('./system/webhook-parts.ts')).webhookParts(config.hubWebhooksInternal.value === 'on'),
    assertLoadable: async contents => void (await import('./engines/contents.ts')).loadCommit(contents),
    withOldStore: async (path, work) => (await import('./engines/sqlite/old-database.ts')).withOldStore(path, work),
    surroundings: createSurroundings({
      environment,
      clientPid: clientProcess,
      folder: directory,
      language: config.language.value as Language,
      store: { scheme: storeUrl.split(':')[0] ?? '', shown: withoutSecrets(storeUrl) },
    }),
    stateFolder: state,
    runtimeFolder: runtime,
    directory,
    callers: told => callersOf(world, serverFacts(), told),
    standing: (told, stand) => standingElsewhere(world, serverFacts(), told, stand),
    hearHooks: handle => openHookSocket({ folder: runtime, clientPid: clientProcess, pid: process.pid, log, handle }),
    tellsFailure: createFailureMark(runtime, clientProcess),
    waking: wakingByCommand(createPrograms(), () => wordsOf(clientProcess)),
    notificationFile: config.notificationFile.value
      ? createNotificationFile({
          path: config.notificationFile.value,
          directory,
          worktrees: world.worktrees,
          processes,
          files: createSetupFiles({ environment }),
          log,
        })
      : null,
    hub: hub && openDoor(hub.door, world, processes, client, serverFacts(), { serves, tools: config.tools.value }),
    acceptor: async () => (await import('./system/web-socket.ts')).createAcceptor(),
    shellSession,
    visitor: async () => new Visitor(world, directory, project, (await shellSession()) ?? asOperator(client)),
    close: async () => {
      await store.close();
      await wakeups.close();
      await sockets.close();
    },
  };
}

/** The guard's policy for a folder, where nothing else could be put together; the default where its files cannot be read. */
export function guardPolicyAt(directory: string, environment: Environment): GuardPolicy {
  try {
    return guardPolicyIn(directory, environment);
  } catch {
    return defaultGuard;
  }
}

function guardPolicyIn(directory: string, environment: Environment): GuardPolicy {
  const project = read(findProjectFile(directory));
  const user = read(findUserFile(configFolder(environment, process.platform, userHome())));
  return resolveGuard([
    ...(project ? [fileSource('project file', project)] : []),
    ...(user ? [fileSource('user file', user)] : []),
  ]).policy;
}

/** The session in whose shell a command runs, judged by what the client put into the environment; `above` tells the processes above it. */
export async function sessionOfShell(
  world: World,
  directory: string,
  project: string | null,
  client: ClientEnvironment,
  above: () => readonly number[] = () => ancestorsOf(process.ppid, limits.ancestorsExamined),
): Promise<string | null> {
  const hasClues = client.session !== null || client.conversation !== null || client.pid !== null;
  if ((!hasClues && !client.isMarked) || client.session === operatorHandle) return null;
  const { processes } = world;
  // In a client that tells its shells nothing of their session, the processes above know it.
  const ancestors = client.isMarked ? above().flatMap(pid => processes.identify(pid) ?? []) : [];
  const parent = client.pid === null ? null : (processes.identify(client.pid) ?? null);
  const id = project ?? (await settledProject(world, await world.worktrees.describe(directory), false));
  const { principal } = world;
  const clues = {
    ...{ session: client.session, conversation: client.conversation, parent, ancestors },
    ...(principal === undefined ? {} : { principal }),
  };
  const session = await world.store.read(id, tx => callingSession({ tx, processes }, clues));
  return session?.id ?? null;
}

/**
 * Null, which makes the operator; but not for a command in the shell of an AI client: the operator is a person, who may overrule
 * sessions, and no session becomes that by being early or late.
 */
export function asOperator(client: ClientEnvironment): null {
  if (client.session === operatorHandle || (client.conversation === null && client.pid === null)) return null;
  throw new SignalboxError(
    'session_expired',
    'This is the shell of an AI client whose session has not joined yet, or has left.',
    'Call a Signalbox tool in that session first; a person acts as the operator with SIGNALBOX_SESSION=operator.',
  );
}

function read(found: FoundFile | undefined): { path: string; file: SettingsFile } | undefined {
  return found && { path: found.path, file: parseSettingsFile(found.text, found.path) };
}

function fileSource(origin: 'project file' | 'user file', { path, file }: { path: string; file: SettingsFile }) {
  return { origin, path, values: file.values };
}

function warnOfUnknown(log: Log, unknown: readonly string[]): void {
  if (unknown.length > 0)
    log.warn('settings that this version does not know were left aside', { settings: unknown.join(', ') });
}

/** Who opens a repository that somebody else has filled must not run its code by that. */
function assertNoCode(store: string, file: string | undefined): void {
  if (!isModuleUrl(store)) return;
  throw new SignalboxError(
    'forbidden',
    `The project file ${file} names a store module; a module is code, and a repository must not decide which code runs here.`,
    'Remove it from there. If you trust that engine, name it with --store, with SIGNALBOX_STORE or in your user file.',
  );
}

/** The store's address with an absolute path, so that the folder a client starts us in does not change which store it is. */
function absoluteStore(value: string, base: string, state: string): string {
  if (value === '') return `sqlite:${join(state, 'signalbox.db')}`;
  if (isModuleUrl(value)) return absoluteModuleUrl(value, base);
  if (!value.startsWith('sqlite:')) return value;
  const path = value.slice('sqlite:'.length);
  return path === '' || isAbsolute(path) ? value : `sqlite:${resolve(base, path)}`;
}
