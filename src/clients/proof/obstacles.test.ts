import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { ClientId, Scope, SetupPlace } from '../setup/define-setup.ts';
import { dataIn } from './configured.ts';
import { obstaclesOf } from './obstacles.ts';

const program = { command: 'signalbox', args: [] };
const place: SetupPlace = {
  scope: 'project',
  platform: 'linux',
  home: '/home/ann',
  configHome: '/home/ann/.config',
  environment: {},
  root: '/code/shop',
  program,
  hookProgram: program,
};

function obstacles(
  id: ClientId,
  texts: Readonly<Record<string, string>>,
  { scopes = ['user'], environment = {} }: { scopes?: Scope[]; environment?: Record<string, string> } = {},
): string[] {
  return obstaclesOf(id, {
    place: { ...place, environment },
    scopes,
    data: (path, kind = 'json') => dataIn(texts[path] ?? '', kind),
    exists: path => path in texts,
    target: path => path.replace('/home/ann', '/data/ann'),
    sha256: text => createHash('sha256').update(text).digest('hex'),
  }).map(({ message, next }) => `${message} ${next}`);
}

const gemini = (settings: object) => ({
  '/home/ann/.gemini/settings.json': JSON.stringify(settings),
  '/home/ann/.gemini/trustedFolders.json': '{"/code":"TRUST_FOLDER"}',
});

describe('Claude Code', () => {
  it('is hindered by nothing where its files say nothing, or cannot be read', () => {
    expect(obstacles('claude-code', {})).toEqual([]);
    expect(obstacles('claude-code', { '/home/ann/.claude/settings.json': '{ "disableAllHooks"' })).toEqual([]);
  });

  it.each([
    '/home/ann/.claude/settings.json',
    '/code/shop/.claude/settings.local.json',
    '/etc/claude-code/managed-settings.json',
  ])('runs no hooks when they are turned off in %s', path => {
    expect(obstacles('claude-code', { [path]: '{"disableAllHooks":true}' })).toEqual([
      `Hooks are turned off in ${path} (disableAllHooks). Take that out of the file.`,
    ]);
  });

  it('is told what its managers do not allow, and a server that is turned off for the checkout', () => {
    expect(
      obstacles('claude-code', { '/etc/claude-code/managed-settings.json': '{"allowManagedHooksOnly":true}' }),
    ).toHaveLength(1);
    expect(obstacles('claude-code', { '/etc/claude-code/managed-mcp.json': '{}' })).toHaveLength(1);
    const servers = '{"projects":{"/code/shop":{"disabledMcpjsonServers":["signalbox"]}}}';
    expect(obstacles('claude-code', { '/home/ann/.claude.json': servers })[0]).toMatch(/turned off for this checkout/);
  });
});

describe('Codex', () => {
  const handler = { type: 'command', command: 'signalbox hook codex Stop', timeout: 10 };
  const hooks = JSON.stringify({ hooks: { Stop: [{ hooks: [handler] }] } });
  const meaning = {
    event_name: 'stop',
    hooks: [{ async: false, command: handler.command, timeout: 10, type: 'command' }],
  };
  const digest = createHash('sha256').update(JSON.stringify(meaning)).digest('hex');
  const trusted = (file: string, hash = digest) =>
    `[hooks.state."${file}:stop:0:0"]\ntrusted_hash = "sha256:${hash}"\n`;
  const files = (config: string) => ({ '/home/ann/.codex/hooks.json': hooks, '/home/ann/.codex/config.toml': config });

  it('passes over hooks that are not trusted, and those that have changed since', () => {
    expect(obstacles('codex', files(''))[0]).toMatch(/are not trusted.*\/hooks/);
    expect(obstacles('codex', files(trusted('/home/ann/.codex/hooks.json', 'aa')))[0]).toMatch(/have changed since/);
    expect(obstacles('codex', files(trusted('/home/ann/.codex/hooks.json')))).toEqual([]);
  });

  it('may know the file by where its path really leads', () => {
    expect(obstacles('codex', files(trusted('/data/ann/.codex/hooks.json')))).toEqual([]);
  });

  it('runs none where the feature is turned off', () => {
    expect(obstacles('codex', files('[features]\nhooks = false\n'))).toEqual([
      expect.stringMatching(/feature is turned off/),
    ]);
  });

  it('reads a repository only when the folder is trusted', () => {
    const trustedFolder = '[projects."/code/shop"]\ntrust_level = "trusted"\n';
    expect(obstacles('codex', files(''), { scopes: ['project'] })[0]).toMatch(/only when the folder is trusted/);
    expect(obstacles('codex', files(trustedFolder), { scopes: ['project'] })).toEqual([]);
  });
});

describe('Gemini CLI', () => {
  it('starts no server in a folder that it does not trust', () => {
    expect(obstacles('gemini-cli', {})[0]).toMatch(/does not trust this folder/);
    expect(obstacles('gemini-cli', gemini({}))).toEqual([]);
    expect(obstacles('gemini-cli', {}, { environment: { GEMINI_CLI_TRUST_WORKSPACE: 'true' } })).toEqual([]);
    const off = { '/home/ann/.gemini/settings.json': '{"security":{"folderTrust":{"enabled":false}}}' };
    expect(obstacles('gemini-cli', off)).toEqual([]);
  });

  it('goes by the longest path that it was told of', () => {
    const rules = (text: string) => ({ '/home/ann/.gemini/trustedFolders.json': text });
    expect(obstacles('gemini-cli', rules('{"/code":"TRUST_FOLDER","/code/shop":"DO_NOT_TRUST"}'))).toHaveLength(1);
    expect(obstacles('gemini-cli', rules('{"/code/other":"TRUST_PARENT"}'))).toEqual([]);
    expect(obstacles('gemini-cli', rules('{"/code/sho":"TRUST_FOLDER"}'))).toHaveLength(1);
  });

  it('is told what is turned off in its settings', () => {
    expect(obstacles('gemini-cli', gemini({ hooksConfig: { enabled: false } }))[0]).toMatch(/Hooks are turned off/);
    expect(obstacles('gemini-cli', gemini({ hooksConfig: { disabled: ['signalbox'] } }))[0]).toMatch(
      /Hooks are turned off/,
    );
    expect(obstacles('gemini-cli', gemini({ mcp: { allowed: ['other'] } }))[0]).toMatch(/The server is shut out/);
  });
});

describe('Copilot CLI', () => {
  it('reads a repository only when the folder is trusted, and its own files in any case', () => {
    expect(obstacles('copilot-cli', {})).toEqual([]);
    expect(obstacles('copilot-cli', {}, { scopes: ['project'] })[0]).toMatch(/only when the folder is trusted/);
    const trusted = { '/home/ann/.copilot/config.json': '{"trustedFolders":["/code/shop"]}' };
    expect(obstacles('copilot-cli', trusted, { scopes: ['project'] })).toEqual([]);
  });
});

it('nothing is known to hinder the others', () => {
  for (const id of ['opencode', 'cursor', 'vscode', 'windsurf', 'claude-desktop'] as const)
    expect(obstacles(id, {})).toEqual([]);
});
