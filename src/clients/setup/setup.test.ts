import { beforeEach, describe, expect, it } from 'vitest';
import { FakeSetupFiles } from '../../../test/support/fake-setup-files.ts';
import type { ClientId, Scope, SetupPlace } from './define-setup.ts';
import { clientSetups } from './index.ts';
import { Journal } from './journal.ts';
import { clientsSetUp, isInstalled, type Plan, planRemoval, planSetup, providedBy, type Workshop } from './setup.ts';

const journalPath = '/home/ann/.local/state/signalbox/setup.json';
let files: FakeSetupFiles;

beforeEach(() => {
  files = new FakeSetupFiles();
  files.makeFolders(['/home', '/home/ann', '/r']);
});

function workshop(scope: Scope = 'user', entry = '/opt/1/signalbox.mjs'): Workshop {
  const node = '/usr/bin/node';
  const programs =
    scope === 'user'
      ? {
          program: { command: node, args: [entry] },
          hookProgram: { command: node, args: [entry.replace('signalbox.mjs', 'hook.cjs')] },
        }
      : { program: { command: 'signalbox', args: [] }, hookProgram: { command: 'signalbox', args: ['hook'] } };
  const place: SetupPlace = {
    scope,
    platform: 'linux',
    home: '/home/ann',
    configHome: '/home/ann/.config',
    environment: {},
    root: '/r',
    ...programs,
  };
  return { files, journal: new Journal(files, journalPath), place };
}

const named = (ids: readonly ClientId[]) => clientSetups.filter(({ id }) => ids.includes(id));
const done = (plan: Plan) => plan.apply().map(({ client, error }) => [client.id, error?.code ?? 'done']);
const setup = (ids: readonly ClientId[], at = workshop()) => done(planSetup(named(ids), at));
const remove = (ids: readonly ClientId[], at = workshop()) => done(planRemoval(named(ids), at));
const every = clientSetups.map(({ id }) => id);

describe('setting clients up', () => {
  it.each(['user', 'project'] as const)('and taking all of it back leaves everything as it was, for the %s', scope => {
    files.put('/home/ann/.claude.json', '{"a":1}');
    files.put('/r/.mcp.json', '{\n}\n');
    const before = files.state();
    setup(every, workshop(scope));
    expect(files.state()).not.toEqual(before);
    remove(every, workshop(scope));
    expect(files.state()).toEqual(before);
  });

  it.each([every, every.toReversed()])(
    'one by one and taking it back one by one leaves everything as it was',
    (...order) => {
      files.put('/r/.github/x', '');
      const before = files.state();
      for (const id of order) setup([id], workshop('project'));
      for (const id of every) remove([id], workshop('project'));
      expect(files.state()).toEqual(before);
    },
  );

  it('writes nothing the second time', () => {
    setup(every);
    const { writes } = files;
    const again = planSetup(named(every), workshop());
    expect(again.clients.flatMap(plan => plan.files).filter(({ before, after }) => before !== after)).toEqual([]);
    again.apply();
    expect(files.writes).toBe(writes);
  });

  it('plans without touching anything', () => {
    const before = files.state();
    planSetup(named(every), workshop());
    expect([files.state(), files.writes]).toEqual([before, 0]);
  });

  it('brings the path of an older installation up to date, and still takes everything back', () => {
    files.put('/home/ann/.codex/config.toml', 'a = 1');
    const before = files.state();
    setup(['codex', 'claude-code']);
    setup(['codex', 'claude-code'], workshop('user', '/opt/2/signalbox.mjs'));
    expect(JSON.stringify(files.state())).not.toContain('/opt/1/');
    remove(['codex', 'claude-code'], workshop('user', '/opt/3/signalbox.mjs'));
    expect(files.state()).toEqual(before);
  });

  it('writes through a link, and leaves the link where it is', () => {
    files.put('/dotfiles/claude.json', '{}', 0o640);
    files.links.set('/home/ann/.claude.json', '/dotfiles/claude.json');
    setup(['claude-code']);
    expect(files.texts.get('/dotfiles/claude.json')).toContain('signalbox');
    expect([files.texts.has('/home/ann/.claude.json'), files.modes.get('/dotfiles/claude.json')]).toEqual([
      false,
      0o640,
    ]);
  });

  it('knows a client by its program or its folder', () => {
    files.programs.add('codex');
    files.put('/home/ann/.cursor/x', '');
    expect(clientSetups.filter(client => isInstalled(client, workshop())).map(({ id }) => id)).toEqual([
      'codex',
      'cursor',
    ]);
  });
});

describe('a plugin that brings everything along', () => {
  it.each([
    ['{"enabledPlugins": {"signalbox@any": true}}', true],
    ['{ // mine\n"enabledPlugins": {"signalbox@any": false, "other@signalbox": true}}', false],
    ['{"enabledPlugins": null', false],
  ])('is seen in the settings: %s', (settings, isThere) => {
    files.put('/home/ann/.claude/settings.json', settings);
    const [claude] = named(['claude-code']);
    expect(claude && providedBy(claude, workshop()) !== undefined).toBe(isThere);
    expect(claude && providedBy(claude, workshop('project'))).toBe(undefined);
  });
});

describe('what goes wrong with one client', () => {
  it('keeps all of its files as they were and none of the others from being set up', () => {
    files.put('/home/ann/.claude/settings.json', '{ broken');
    const plan = planSetup(named(['claude-code', 'codex']), workshop());
    expect(plan.clients.map(({ error }) => error?.message)).toEqual([
      '/home/ann/.claude/settings.json is not valid JSON (line 1); it was left as it is.',
      undefined,
    ]);
    expect(done(plan)).toEqual([
      ['claude-code', 'invalid_input'],
      ['codex', 'done'],
    ]);
    expect(files.texts.has('/home/ann/.claude.json')).toBe(false);
  });

  it('undoes what was written of it when a later file cannot be', () => {
    files.put('/home/ann/.claude.json', '{"a":1}', 0o600);
    files.put('/home/ann/.claude/settings.json', '{}');
    files.protectedFiles.add('/home/ann/.claude/settings.json');
    const before = files.state();
    expect(setup(['claude-code'])).toEqual([['claude-code', 'unavailable']]);
    expect(files.state()).toEqual(before);
    expect(files.modes.get('/home/ann/.claude.json')).toBe(0o600);
  });

  it('does not hinder another client with which it shares a file', () => {
    files.put('/r/.claude/settings.json', '{}');
    files.protectedFiles.add('/r/.claude/settings.json');
    expect(setup(['claude-code', 'copilot-cli'], workshop('project'))).toEqual([
      ['claude-code', 'unavailable'],
      ['copilot-cli', 'done'],
    ]);
    expect(files.texts.get('/r/.mcp.json')).toContain('"signalbox"');
    expect(remove(['copilot-cli'], workshop('project'))).toEqual([['copilot-cli', 'done']]);
    expect(files.texts.has('/r/.mcp.json')).toBe(false);
  });

  it('is told when a file was changed between the look and the write, and that file is not overwritten', () => {
    files.put('/home/ann/.claude.json', '{"a":1}');
    const plan = planSetup(named(['claude-code']), workshop());
    files.put('/home/ann/.claude.json', '{"a":2}');
    expect(done(plan)).toEqual([['claude-code', 'conflict']]);
    expect(files.texts.get('/home/ann/.claude.json')).toBe('{"a":2}');
    expect(files.texts.has('/home/ann/.claude/settings.json')).toBe(false);
  });

  it('is told when the journal cannot be kept, and nothing is changed', () => {
    files.put(journalPath, '{"version": 2}');
    expect(() => setup(['codex'])).toThrow('another version');
    files.put(journalPath, '{"version": 1, "folders": [], "files": {"/x": {}}}');
    expect(() => setup(['codex'])).toThrow('damaged');
    files.texts.delete(journalPath);
    files.protectedFiles.add(journalPath);
    expect(setup(['codex'])).toEqual([['codex', 'unavailable']]);
    expect(files.texts.size).toBe(0);
  });
});

describe('taking it back', () => {
  it('keeps what others have written since, and takes only ours out', () => {
    files.put('/home/ann/.claude.json', '{\n  "a": 1\n}\n');
    setup(['claude-code']);
    const now = files.texts.get('/home/ann/.claude.json') ?? '';
    files.put('/home/ann/.claude.json', now.replace('"a": 1', '"a": 2, "b": 3'));
    remove(['claude-code']);
    expect(files.texts.get('/home/ann/.claude.json')).toBe('{\n  "a": 2, "b": 3\n}\n');
  });

  it('restores the very bytes when others have only written the file anew', () => {
    const before = '{"a": 1,   "b": [1,2]}';
    files.put('/home/ann/.claude.json', before);
    setup(['claude-code']);
    const now = files.texts.get('/home/ann/.claude.json') ?? '';
    files.put('/home/ann/.claude.json', JSON.stringify(JSON.parse(now), null, 4));
    remove(['claude-code']);
    expect(files.texts.get('/home/ann/.claude.json')).toBe(before);
  });

  it('finds what is ours when the journal is lost', () => {
    files.put('/home/ann/.claude.json', '{\n  "a": 1\n}\n');
    files.put('/home/ann/.codex/config.toml', 'a = 1');
    setup(every);
    files.texts.delete(journalPath);
    expect(clientsSetUp(workshop()).map(({ id }) => id)).toEqual(every);
    remove(every);
    expect(Object.fromEntries(files.texts)).toEqual({
      '/home/ann/.claude.json': '{\n  "a": 1\n}\n',
      '/home/ann/.codex/config.toml': 'a = 1',
    });
  });

  it('knows what to take out also when setup was run again after the journal was lost', () => {
    files.put('/home/ann/.codex/config.toml', 'a = 1');
    setup(['codex']);
    files.texts.delete(journalPath);
    setup(['codex'], workshop('user', '/opt/2/signalbox.mjs'));
    remove(['codex']);
    expect(Object.fromEntries(files.texts)).toEqual({ '/home/ann/.codex/config.toml': 'a = 1' });
  });

  it.each(['kept', 'lost'])('of one client leaves what another one shares with it, the journal %s', state => {
    setup(['claude-code', 'copilot-cli', 'vscode'], workshop('project'));
    if (state === 'lost') files.texts.delete(journalPath);
    const hooks = files.texts.get('/r/.github/hooks/signalbox.json');
    remove(['claude-code'], workshop('project'));
    expect(files.texts.get('/r/.mcp.json')).toContain('"signalbox"');
    expect(files.texts.has('/r/.claude/settings.json')).toBe(false);
    remove(['copilot-cli'], workshop('project'));
    expect(files.texts.has('/r/.mcp.json')).toBe(false);
    expect(files.texts.get('/r/.github/hooks/signalbox.json')).toBe(hooks);
    remove(['vscode'], workshop('project'));
    files.texts.delete(journalPath);
    expect(files.texts.size).toBe(0);
  });

  it('is possible whenever the program was interrupted', () => {
    files.put('/home/ann/.claude.json', '{"a":1}');
    const before = files.state();
    for (let step = 0; step < 4; step += 1) {
      let left = step;
      files.beforeReplace = () => {
        if (left === 0) throw new Error('killed');
        left -= 1;
      };
      try {
        setup(['claude-code']);
      } catch {
        // A process that is killed has nothing to say.
      }
      files.beforeReplace = () => {};
      remove(['claude-code']);
      expect(files.state()).toEqual(before);
    }
  });

  it("leaves a file that is not there any more, and one that is somebody else's by now", () => {
    setup(['opencode', 'codex']);
    files.texts.delete('/home/ann/.codex/hooks.json');
    files.put('/home/ann/.config/opencode/plugin/signalbox.js', 'mine');
    expect(remove(['opencode', 'codex'])).toEqual([
      ['codex', 'done'],
      ['opencode', 'done'],
    ]);
    expect([...files.texts.keys()]).toEqual(['/home/ann/.config/opencode/plugin/signalbox.js']);
  });
});

describe('a repository', () => {
  it.each(['/home/ann/.bashrc', '/r/.git/config', '/r2/x'])(
    'cannot lead setup out of itself by a link, to %s',
    target => {
      files.put(target, '{}');
      files.links.set('/r/.mcp.json', target);
      expect(setup(['claude-code'], workshop('project'))).toEqual([['claude-code', 'forbidden']]);
      expect(remove(['claude-code'], workshop('project'))).toEqual([['claude-code', 'forbidden']]);
      expect(files.texts.get(target)).toBe('{}');
    },
  );

  it('may link within itself', () => {
    files.put('/r/config/mcp.json', '{}');
    files.links.set('/r/.mcp.json', '/r/config/mcp.json');
    expect(setup(['claude-code'], workshop('project'))).toEqual([['claude-code', 'done']]);
    expect(files.texts.get('/r/config/mcp.json')).toContain('signalbox');
  });

  it("gets nobody's path into its files", () => {
    setup(every, workshop('project'));
    const texts = [...files.texts].filter(([path]) => path.startsWith('/r/')).map(([, text]) => text);
    expect(texts.length).toBeGreaterThan(8);
    expect(texts.join()).not.toMatch(/\/usr|\/opt|\/home/);
  });
});
