/** Why a client that is set up does not run our hooks or our server all the same, judged by its own configuration. */
import { hookTrust } from '../codex-trust.ts';
import type { Json } from '../define-client.ts';
import { isObject, isOurHook } from '../setup/command.ts';
import type { ClientId, Scope, SetupPlace } from '../setup/define-setup.ts';
import { inHome, joined, movable } from '../setup/place.ts';

export interface Obstacle {
  readonly message: string;
  readonly next: string;
}

export interface Circumstances {
  readonly place: SetupPlace;
  /** Where the client is set up. */
  readonly scopes: readonly Scope[];
  /** What a file holds; an empty object where it is missing or cannot be read. */
  data(path: string, kind?: 'json' | 'toml'): object;
  exists(path: string): boolean;
  /** Where a path really leads. */
  target(path: string): string;
  /** SHA-256 of a text, in hexadecimal digits. */
  sha256(text: string): string;
}

/** What keeps the client's sessions in this checkout from being served; empty where nothing is known to. Never throws. */
export function obstaclesOf(id: ClientId, circumstances: Circumstances): Obstacle[] {
  return looks[id]?.(circumstances) ?? [];
}

const looks: Partial<Record<ClientId, (circumstances: Circumstances) => Obstacle[]>> = {
  'claude-code': claudeCode,
  codex,
  'gemini-cli': geminiCli,
  'copilot-cli': copilotCli,
};

function claudeCode({ place, data, exists }: Circumstances): Obstacle[] {
  const folder = movable(place, 'CLAUDE_CONFIG_DIR', inHome(place, '.claude'));
  const managed = managedFolders[place.platform] ?? '/etc/claude-code';
  const ruling = joined(place, managed, 'managed-settings.json');
  const own = [
    joined(place, folder, 'settings.json'),
    joined(place, place.root, '.claude/settings.json'),
    joined(place, place.root, '.claude/settings.local.json'),
  ];
  const off = [ruling, ...own].find(path => at(data(path), 'disableAllHooks') === true);
  const servers = joined(place, movable(place, 'CLAUDE_CONFIG_DIR', place.home), '.claude.json');
  const here = at(at(data(servers), 'projects'), place.root);
  const lists = ['disabledMcpServers', 'disabledMcpjsonServers'].map(name => at(here, name));
  return [
    ...(off
      ? [{ message: `Hooks are turned off in ${off} (disableAllHooks).`, next: 'Take that out of the file.' }]
      : []),
    ...(at(data(ruling), 'allowManagedHooksOnly') === true
      ? [{ message: `${ruling} allows only hooks that are managed.`, next: 'Ask who manages this machine.' }]
      : []),
    ...(exists(joined(place, managed, 'managed-mcp.json'))
      ? [
          {
            message: `Only the servers in ${joined(place, managed, 'managed-mcp.json')} are started.`,
            next: 'Ask who manages this machine.',
          },
        ]
      : []),
    ...(lists.some(list => Array.isArray(list) && list.includes('signalbox'))
      ? [{ message: 'The server is turned off for this checkout.', next: 'Turn it on: open /mcp in Claude Code.' }]
      : []),
  ];
}

const managedFolders: Readonly<Record<string, string>> = {
  darwin: '/Library/Application Support/ClaudeCode',
  win32: 'C:\\Program Files\\ClaudeCode',
};

function codex({ place, scopes, data, target, sha256 }: Circumstances): Obstacle[] {
  const folder = movable(place, 'CODEX_HOME', inHome(place, '.codex'));
  const config = data(joined(place, folder, 'config.toml'), 'toml');
  if (at(at(config, 'features'), 'hooks') === false) {
    const next = 'Take `hooks = false` out of its configuration, below [features].';
    return [{ message: 'Codex runs no hooks: that feature is turned off.', next }];
  }
  const files = scopes.map(scope =>
    scope === 'user' ? joined(place, folder, 'hooks.json') : joined(place, place.root, '.codex/hooks.json'),
  );
  const trusts = files.map(path => {
    const hooks = data(path);
    const ask = (file: string) => hookTrust({ file, hooks, config, isOurs: isOurHook, sha256 });
    const trust = ask(path);
    // It may name a file by what its path is a link to.
    return trust === 'untrusted' ? ask(target(path)) : trust;
  });
  const isTrusted = at(at(at(config, 'projects'), place.root), 'trust_level') === 'trusted';
  return [
    ...(trusts.includes('modified')
      ? [
          {
            message: 'Its hooks have changed since they were trusted, so Codex passes them over without a word.',
            next: trustThem,
          },
        ]
      : []),
    ...(trusts.includes('untrusted')
      ? [{ message: 'Its hooks are not trusted, so Codex passes them over without a word.', next: trustThem }]
      : []),
    ...(scopes.includes('project') && !isTrusted
      ? [
          {
            message: 'Codex reads the files of this repository only when the folder is trusted.',
            next: 'Start codex here and trust the folder.',
          },
        ]
      : []),
  ];
}

const trustThem = 'Start codex and choose "Trust all and continue", or open /hooks.';

function geminiCli(circumstances: Circumstances): Obstacle[] {
  const { place, data } = circumstances;
  const folder = joined(place, movable(place, 'GEMINI_CLI_HOME', place.home), '.gemini');
  const settings = joined(place, folder, 'settings.json');
  const hooks = at(data(settings), 'hooksConfig');
  const off = at(hooks, 'disabled');
  const servers = at(data(settings), 'mcp');
  const [allowed, excluded] = [at(servers, 'allowed'), at(servers, 'excluded')];
  const isExcluded =
    (Array.isArray(excluded) && excluded.includes('signalbox')) ||
    (Array.isArray(allowed) && !allowed.includes('signalbox'));
  return [
    ...(at(hooks, 'enabled') === false || (Array.isArray(off) && off.includes('signalbox'))
      ? [
          {
            message: `Hooks are turned off in ${settings} (hooksConfig).`,
            next: 'Turn them on: open /hooks in Gemini CLI.',
          },
        ]
      : []),
    ...(isExcluded
      ? [{ message: `The server is shut out in ${settings} (mcp).`, next: 'Allow `signalbox` there.' }]
      : []),
    ...(isGeminiTrusting(circumstances, folder)
      ? []
      : [
          {
            message: 'Gemini CLI does not trust this folder, and starts no server here.',
            next: 'Start gemini here and trust the folder.',
          },
        ]),
  ];
}

/** The longest of the paths that the folder is in decides. */
function isGeminiTrusting({ place, data }: Circumstances, folder: string): boolean {
  const security = at(data(joined(place, folder, 'settings.json')), 'security');
  if (at(at(security, 'folderTrust'), 'enabled') === false) return true;
  if (place.environment.GEMINI_CLI_TRUST_WORKSPACE === 'true') return true;
  const rules = Object.entries(data(joined(place, folder, 'trustedFolders.json')) as Json).flatMap(([path, level]) => {
    const covered = level === 'TRUST_PARENT' ? path.replace(/[\\/][^\\/]*$/, '') : path;
    return isBelow(place.root, covered) ? [{ length: path.length, level }] : [];
  });
  const [rule] = rules.sort((a, b) => b.length - a.length);
  return rule !== undefined && rule.level !== 'DO_NOT_TRUST';
}

function copilotCli({ place, scopes, data }: Circumstances): Obstacle[] {
  const folder = movable(place, 'COPILOT_HOME', inHome(place, '.copilot'));
  const own = ['config.json', 'settings.json'].map(name => joined(place, folder, name));
  const off = own.find(path => at(data(path), 'disableAllHooks') === true);
  const trusted = own.flatMap(path => at(data(path), 'trustedFolders') ?? []);
  const isTrusted = trusted.some(path => typeof path === 'string' && isBelow(place.root, path));
  return [
    ...(off
      ? [{ message: `Hooks are turned off in ${off} (disableAllHooks).`, next: 'Take that out of the file.' }]
      : []),
    ...(scopes.includes('project') && !isTrusted
      ? [
          {
            message: 'Copilot CLI reads the files of this repository only when the folder is trusted.',
            next: 'Start copilot here and trust the folder.',
          },
        ]
      : []),
  ];
}

function isBelow(path: string, folder: string): boolean {
  const above = folder.replace(/[\\/]+$/, '');
  return path === above || path.startsWith(`${above}/`) || path.startsWith(`${above}\\`);
}

function at(value: unknown, name: string): unknown {
  return isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
}
