/** Puts the program together: settings become ports. The only file that knows every layer. */
import { homedir, userInfo } from 'node:os';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { type ClientEnvironment, clientEnvironment } from './clients/environment.ts';
import {
  type Config,
  type DeclaredPool,
  parseSettingsFile,
  resolveConfig,
  resolvePools,
  type SettingKey,
  type SettingsFile,
} from './config.ts';
import { SignalboxError } from './core/errors.ts';
import { operatorHandle } from './core/handles.ts';
import { limits } from './core/limits.ts';
import type { Log } from './core/ports.ts';
import { callingSession } from './core/presence.ts';
import { createEngine } from './engines/index.ts';
import { absoluteModuleUrl, isModuleUrl } from './engines/module-url.ts';
import { systemClock } from './system/clock.ts';
import { configFolder, runtimeFolder, stateFolder } from './system/folders.ts';
import { createGitFacts } from './system/git-facts.ts';
import { systemIds } from './system/ids.ts';
import { createLog, type LogLevel } from './system/log.ts';
import { createProbes } from './system/probes.ts';
import { createProcesses, type SystemProcesses } from './system/processes.ts';
import { type FoundFile, findProjectFile, findUserFile } from './system/settings-files.ts';
import { createSocketWakeups } from './system/socket-wakeups.ts';
import { createWorktrees } from './system/worktrees.ts';
import { Agent } from './tools/agent.ts';
import { settledProject } from './tools/place.ts';
import { Visitor } from './tools/visitor.ts';
import type { World } from './tools/world.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** What the surfaces get: the ports, the settings they came from, and ways to make a caller. */
export interface Composition {
  readonly config: Config;
  readonly pools: readonly DeclaredPool[];
  readonly files: readonly string[];
  readonly unknownSettings: readonly string[];
  readonly world: World;
  readonly storeUrl: string;
  readonly stateFolder: string;
  readonly runtimeFolder: string;
  readonly directory: string;
  /** A session that this process serves. */
  agent(client: { name: string; version: string } | undefined): Agent;
  /** Id of the session whose shell a command was typed in; null for a person's own shell. Errors: `not_found` for one named on purpose. */
  shellSession(): Promise<string | null>;
  /** Whoever runs a command here: the session whose shell it is, else the operator. */
  visitor(): Promise<Visitor>;
  close(): Promise<void>;
}

/** Reads the settings and creates the ports. Touches no store and no socket yet. Errors: `invalid_input` for a wrong setting. */
export async function compose(
  flags: Readonly<Partial<Record<SettingKey, string>>>,
  environment: Environment,
  workingDirectory: string,
  serves: 'session' | 'command',
): Promise<Composition> {
  const client = clientEnvironment(environment);
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
  });
  const files = [found.project, found.user].filter(file => file !== undefined);
  const pools = resolvePools([
    ...(found.project ? [poolSource('project file', found.project)] : []),
    ...(found.user ? [poolSource('user file', found.user)] : []),
  ]);
  const log = createLog({ level: config.logLevel.value as LogLevel });
  const runtime = runtimeFolder(home, process.platform, process.getuid?.(), state);
  const sockets = createSocketWakeups({ directory: runtime, log, clock: systemClock });
  const file = { 'project file': found.project?.path, 'user file': found.user?.path }[config.store.origin as string];
  if (config.store.origin === 'project file') assertNoCode(config.store.value, file);
  const storeUrl = absoluteStore(config.store.value, file ? dirname(file) : workingDirectory, state);
  const processes = createProcesses();
  const { store, wakeups } = await createEngine(storeUrl, {
    clock: systemClock,
    ids: systemIds,
    boot: processes.self().boot,
    wakeups: sockets,
    log,
    isOwnAddress: config.store.origin !== 'project file',
    patienceMs: serves === 'session' ? limits.serverPatienceMs : limits.commandPatienceMs,
  });
  const world: World = {
    store,
    clock: systemClock,
    ids: systemIds,
    wakeups,
    processes,
    worktrees: createWorktrees(),
    git: createGitFacts(),
    probes: createProbes(),
    policy: { pools: pools.map(({ pool }) => pool), messagesKeptDays: Number(config.messagesKeptDays.value) },
    log,
  };
  const unknownSettings = files.flatMap(({ path, file }) => file.unknown.map(key => `${key} in ${path}`));
  warnOfUnknown(log, unknownSettings);
  const project = config.project.value || null;
  const shellSession = () => sessionOfShell(world, directory, project, client);
  return {
    config,
    pools,
    files: files.map(file => file.path),
    unknownSettings,
    world,
    storeUrl,
    stateFolder: state,
    runtimeFolder: runtime,
    directory,
    agent: told => createAgent(world, processes, config, client, directory, told),
    shellSession,
    visitor: async () => new Visitor(world, directory, project, (await shellSession()) ?? asOperator(client)),
    close: async () => {
      await store.close();
      await wakeups.close();
      await sockets.close();
    },
  };
}

function createAgent(
  world: World,
  processes: SystemProcesses,
  config: Config,
  client: ClientEnvironment,
  directory: string,
  told: { name: string; version: string } | undefined,
): Agent {
  const self = processes.self();
  return new Agent(world, {
    handle: config.handle.value || null,
    client: told?.name.slice(0, 60) ?? null,
    clientVersion: told?.version.slice(0, 40) ?? null,
    clientSession: client.conversation,
    process: self,
    parent: processes.parent() ?? null,
    host: self.host,
    reach: config.channel.value === 'on' ? 'channel' : 'calls',
    directory,
    project: config.project.value || null,
  });
}

/** The session in whose shell this command runs, judged by what the client put into the environment. */
async function sessionOfShell(
  world: World,
  directory: string,
  project: string | null,
  client: ClientEnvironment,
): Promise<string | null> {
  const hasClues = client.session !== null || client.conversation !== null || client.pid !== null;
  if (!hasClues || client.session === operatorHandle) return null;
  const { processes } = world;
  const parent = client.pid === null ? null : (processes.identify(client.pid) ?? null);
  const id = project ?? (await settledProject(world, await world.worktrees.describe(directory), false));
  const clues = { session: client.session, conversation: client.conversation, parent };
  const session = await world.store.read(id, tx => callingSession({ tx, processes }, clues));
  return session?.id ?? null;
}

/**
 * Null, which makes the operator; but not for a command in the shell of an AI client: the operator is a person, who may overrule
 * sessions, and no session becomes that by being early or late.
 */
function asOperator(client: ClientEnvironment): null {
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

function poolSource(origin: 'project file' | 'user file', { path, file }: { path: string; file: SettingsFile }) {
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

/** The home folder; a relative `HOME` would put the state into whatever folder the client was started in. */
function userHome(): string {
  const home = homedir();
  return isAbsolute(home) ? home : userInfo().homedir;
}
