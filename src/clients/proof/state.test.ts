import { beforeEach, describe, expect, it } from 'vitest';
import { FakeSetupFiles } from '../../../test/support/fake-setup-files.ts';
import { type ClientSetup, clientIds, type SetupPlace } from '../setup/define-setup.ts';
import { clientSetups } from '../setup/index.ts';
import { Journal } from '../setup/journal.ts';
import { planSetup } from '../setup/setup.ts';
import { filledIn, hookFor, wordsIn } from './configured.ts';
import { proofOf } from './proofs.ts';
import { pluginParts, setupState } from './state.ts';

const own = { command: '/usr/bin/node', args: ['/opt/signalbox/dist/signalbox.mjs'] };
const ownHook = { command: '/usr/bin/node', args: ['/opt/signalbox/dist/hook.cjs'] };
const user: SetupPlace = {
  scope: 'user',
  platform: 'linux',
  home: '/home/ann',
  configHome: '/home/ann/.config',
  environment: {},
  root: '/code/shop',
  program: own,
  hookProgram: ownHook,
};
const project: SetupPlace = {
  ...user,
  scope: 'project',
  program: { command: 'signalbox', args: [] },
  hookProgram: { command: 'signalbox', args: ['hook'] },
};

let files: FakeSetupFiles;

beforeEach(() => {
  files = new FakeSetupFiles();
  for (const path of [own.command, ...own.args, ...ownHook.args]) files.put(path, '');
});

function clientOf(id: string): ClientSetup {
  const found = clientSetups.find(client => client.id === id);
  if (!found) throw new Error(`no client ${id}`);
  return found;
}
/** As Claude Code has it: `$` and a name in braces. */
const field = (name: string) => `\${${name}}`;
const look = (id: string, place = user) => setupState(clientOf(id), files, place);

function setUp(ids: readonly string[], place = user): void {
  const journal = new Journal(files, '/state/setup.json');
  planSetup(ids.map(clientOf), { files, journal, place }).apply();
}

describe('a client', () => {
  it.each(clientIds)('%s that was never set up is found to be so, and one that was to be current', id => {
    expect(look(id).kind).toBe('absent');
    setUp([id]);
    expect(look(id)).toMatchObject({ kind: 'current', stale: [], missing: [], foreign: [] });
  });

  it.each(clientIds.filter(id => id !== 'opencode' && id !== 'claude-desktop'))(
    '%s has hooks for what it is tried with, in both scopes',
    id => {
      const { opening, carrying, announcing, subject } = proofOf(id);
      for (const place of [user, project]) {
        setUp([id], place);
        const { hooks, server } = look(id, place).configured;
        const events = [opening, ...carrying.slice(0, 1), announcing].filter(event => typeof event === 'string');
        for (const event of events)
          expect([event, hookFor(hooks, event, subject(event))?.event]).toEqual([event, event]);
        if (id !== 'windsurf' || place === user) expect(server?.words.at(-1)).toBe('mcp');
      }
    },
  );

  it('is not set up by a file that another one shares with it', () => {
    setUp(['copilot-cli']);
    expect(look('vscode').kind).toBe('absent');
    setUp(['claude-code'], project);
    expect(look('copilot-cli', project).kind).toBe('absent');
    setUp(['copilot-cli'], project);
    expect(look('copilot-cli', project).kind).toBe('current');
  });

  it('whose files cannot be read is told with the file, and nothing is said of the rest', () => {
    files.put('/home/ann/.gemini/settings.json', '{ "mcpServers": ');
    expect(look('gemini-cli')).toMatchObject({
      kind: 'unreadable',
      error: { message: expect.stringContaining('/home/ann/.gemini/settings.json is not valid JSON (line 1)') },
    });
  });

  it('that calls a program which is gone, or another one, is out of date', () => {
    setUp(['codex'], { ...user, program: { ...own, args: ['/old/signalbox.mjs'] } });
    expect(look('codex')).toMatchObject({ kind: 'outdated', missing: ['/old/signalbox.mjs'], foreign: [] });
    files.put('/old/signalbox.mjs', '');
    expect(look('codex')).toMatchObject({ kind: 'outdated', missing: [], foreign: ['/old/signalbox.mjs'] });
  });

  it('that lost one of its hooks is out of date, with the file that lacks it', () => {
    setUp(['codex']);
    const path = '/home/ann/.codex/hooks.json';
    const { hooks } = JSON.parse(files.texts.get(path) ?? '');
    delete hooks.Stop;
    files.put(path, JSON.stringify({ hooks }));
    expect(look('codex')).toMatchObject({ kind: 'outdated', stale: [path], missing: [] });
  });

  it('of a repository calls for its proof nothing but what setup writes, since the repository may come from anybody', () => {
    setUp(['claude-code'], project);
    const servers = '/code/shop/.mcp.json';
    const settings = '/code/shop/.claude/settings.json';
    const content = JSON.parse(files.texts.get(settings) ?? '');
    content.hooks.UserPromptSubmit[0].hooks[0].command =
      'touch /x; signalbox hook claude-code UserPromptSubmit || true';
    files.put(settings, JSON.stringify(content));
    const entry = { command: 'signalbox', args: ['mcp'], env: { NODE_OPTIONS: '--require ./x.js' } };
    files.put(servers, JSON.stringify({ mcpServers: { signalbox: entry } }));
    const { server, hooks } = look('claude-code', project).configured;
    expect(server).toMatchObject({ words: ['signalbox', 'mcp'], environment: {} });
    expect(hookFor(hooks, 'UserPromptSubmit', '')).toBeUndefined();
    expect(hookFor(hooks, 'PostToolUse', 'Bash')).toBeDefined();
    const shell = { command: 'sh', args: ['-c', 'touch /x', 'signalbox', 'mcp'] };
    files.put(servers, JSON.stringify({ mcpServers: { signalbox: shell } }));
    expect(look('claude-code', project)).toMatchObject({ kind: 'outdated', configured: { server: null } });
  });

  it('is looked at without writing anything', () => {
    setUp(clientIds);
    const before = [files.writes, files.state()];
    for (const id of clientIds) for (const place of [user, project]) look(id, place);
    expect([files.writes, files.state()]).toEqual(before);
  });
});

describe('what stands in a configuration', () => {
  it('is read with the words that a shell would make of a line', () => {
    expect(wordsIn(`'/a b/node' /x/hook.cjs codex Stop 2>/dev/null || true`)).toContain('/a b/node');
    expect(wordsIn(`'/it'\\''s/node' x`)[0]).toBe(`/it's/node`);
  });

  it('fills in the input of a tool as the client does: what is missing is an empty text', () => {
    const input = { client: 'claude-code', prompt: field('prompt'), agent_id: field('agent_id') };
    expect(filledIn(input, { prompt: 'Go on.' })).toEqual({ client: 'claude-code', prompt: 'Go on.', agent_id: '' });
  });

  it('chooses the hook whose matcher lets the event through', () => {
    setUp(['claude-code']);
    const { hooks } = look('claude-code').configured;
    expect(hookFor(hooks, 'SessionStart', 'startup')?.call.form).toBe('words');
    expect(hookFor(hooks, 'SessionStart', 'clear')?.call.form).toBe('tool');
    expect(hookFor(hooks, 'SessionStart', 'other')).toBeUndefined();
  });

  it('of the plugin is found in its own folder', () => {
    const args = [`${field('CLAUDE_PLUGIN_ROOT')}/bin/signalbox.mjs`, 'mcp'];
    const servers = { mcpServers: { signalbox: { command: 'node', args } } };
    files.put('/p/.claude-plugin/plugin.json', JSON.stringify(servers));
    const hook = { type: 'mcp_tool', server: 'plugin:signalbox:signalbox', tool: 'client_event', input: {} };
    files.put('/p/hooks/hooks.json', JSON.stringify({ hooks: { Stop: [{ hooks: [hook] }] } }));
    expect(pluginParts(files, '/p', 'linux')).toMatchObject({
      server: { words: ['node', '/p/bin/signalbox.mjs', 'mcp'] },
      hooks: [{ event: 'Stop', call: { form: 'tool' } }],
    });
    expect(pluginParts(files, '/nowhere', 'linux')).toBeNull();
  });
});
