/** How a client is set up in one scope: by looking at its files, without changing any. */
import { type SignalboxError, toSignalboxError } from '../../core/errors.ts';
import type { SetupFiles } from '../../core/setup-files.ts';
import type { ClientSetup, SetupFile, SetupPlace } from '../setup/define-setup.ts';
import { Desk } from '../setup/desk.ts';
import { hasOurs, withOurs } from '../setup/edits/edit.ts';
import { clientSetups } from '../setup/index.ts';
import { plannedSetup } from '../setup/plan.ts';
import { type Configured, dataIn, hooksIn, pathsIn, serverIn } from './configured.ts';

export interface SetupState {
  /** `unreadable`: one of the files cannot be read, so nobody knows. `outdated`: it is not what setup would write now. */
  readonly kind: 'absent' | 'current' | 'outdated' | 'unreadable';
  /** What calls us. Of a repository only what setup itself writes: it may come from anybody, and this is run. */
  readonly configured: Configured;
  /** Why a file cannot be read. */
  readonly error?: SignalboxError;
  /** The files that setup would change. */
  readonly stale: readonly string[];
  /** Programs and scripts that are named and not there. */
  readonly missing: readonly string[];
  /** Those that are there, and are not of this program. */
  readonly foreign: readonly string[];
}

const nothing = { configured: { server: null, hooks: [] }, stale: [], missing: [], foreign: [] };

/** `place` says for which scope; set up to fail closed is as good as not. Never fails. */
export function setupState(client: ClientSetup, files: SetupFiles, place: SetupPlace): SetupState {
  const open = stateAt(client, files, place);
  if (open.kind !== 'outdated') return open;
  const closed = stateAt(client, files, { ...place, failsClosed: true });
  return closed.kind === 'current' || closed.stale.length < open.stale.length ? closed : open;
}

function stateAt(client: ClientSetup, files: SetupFiles, place: SetupPlace): SetupState {
  const desk = new Desk(files, place);
  try {
    const found = client.files(place).map(file => {
      const path = file.paths.find(candidate => desk.look(candidate).bytes !== null) ?? file.paths[0];
      const text = desk.text(path);
      return { file, path, text, isOurs: text !== null && hasOurs(text, file, path) };
    });
    if (!isSetUp(client, found, place)) return { kind: 'absent', ...nothing };
    const all = configuredIn(found, place);
    const configured = place.scope === 'project' ? asWritten(all, client, place) : all;
    const stale = plannedSetup(client, place, desk, new Map())
      .filter(({ before, after }) => before !== after)
      .map(({ path }) => path);
    const named = pathsOf(all);
    const missing = named.filter(path => !files.exists(path));
    const own = [place.program, place.hookProgram].flatMap(({ command, args }) => [command, ...args]);
    const foreign = named.filter(path => !missing.includes(path) && !own.includes(path));
    const kind = stale.length + missing.length > 0 ? 'outdated' : 'current';
    return { kind, configured, stale, missing, foreign };
  } catch (error) {
    return { kind: 'unreadable', ...nothing, error: toSignalboxError(error) };
  }
}

interface FoundFile {
  readonly file: SetupFile;
  readonly path: string;
  readonly text: string | null;
  readonly isOurs: boolean;
}

/** A file that other clients read, too, may be there for them. Where a client has no other files, all of them count together. */
function isSetUp(client: ClientSetup, found: readonly FoundFile[], place: SetupPlace): boolean {
  const others = clientSetups
    .filter(({ id }) => id !== client.id)
    .flatMap(other => other.files(place).flatMap(({ paths }) => paths));
  const own = found.filter(({ file }) => !file.paths.some(path => others.includes(path)));
  if (own.some(({ isOurs }) => isOurs)) return true;
  return own.length === 0 && found.length > 0 && found.every(({ isOurs }) => isOurs);
}

function configuredIn(found: readonly FoundFile[], { platform }: SetupPlace): Configured {
  const all = found.flatMap(({ file, text }) =>
    text === null || file.kind === 'own' ? [] : [dataIn(text, file.kind)],
  );
  const [server = null] = all.map(serverIn).filter(each => each !== null);
  return { server, hooks: all.flatMap(data => hooksIn(data, platform)) };
}

/** Those parts that are word for word what setup writes into an empty file. */
function asWritten({ server, hooks }: Configured, client: ClientSetup, place: SetupPlace): Configured {
  const written = client.files(place).map(file => {
    const [path] = file.paths;
    return { file, path, text: withOurs(null, file, path), isOurs: true };
  });
  const own = configuredIn(written, place);
  const known = new Set(own.hooks.map(hook => JSON.stringify(hook)));
  const isOwn = server !== null && server.words.join('\0') === own.server?.words.join('\0');
  return {
    server: isOwn ? { ...server, environment: {} } : null,
    hooks: hooks.filter(hook => known.has(JSON.stringify(hook))),
  };
}

function pathsOf({ server, hooks }: Configured): string[] {
  const calls = [...(server ? [server] : []), ...hooks.map(({ call }) => call)];
  return [...new Set(calls.flatMap(pathsIn))];
}

/** What the plugin that is installed in Claude Code brings, found in its own folder. Null where that cannot be read. */
export function pluginParts(files: SetupFiles, folder: string, platform: string): Configured | null {
  const data = (name: string) => {
    const { bytes } = files.look(`${folder}/${name}`);
    const text = bytes === null ? '' : new TextDecoder().decode(bytes);
    return dataIn(
      text.replace(/\$\{CLAUDE_PLUGIN_ROOT\}/g, () => JSON.stringify(folder).slice(1, -1)),
      'json',
    );
  };
  try {
    const server = serverIn(data('.claude-plugin/plugin.json')) ?? serverIn(data('.mcp.json'));
    return server && { server, hooks: hooksIn(data('hooks/hooks.json'), platform) };
  } catch {
    return null;
  }
}
