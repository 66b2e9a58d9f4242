import { describe, expect, it } from 'vitest';
import { parseSettingsFile, resolveConfig, resolveGuard, resolvePools, settings } from './config.ts';
import { defaultGuard } from './core/policy.ts';

const nowhere = { flags: {}, environment: {}, projectFile: {}, userFile: {} };

describe('a setting', () => {
  it('comes from the flag before the environment before the project file before the user file before the default', () => {
    const all = {
      flags: { tools: 'a' },
      environment: { SIGNALBOX_TOOLS: 'b' },
      projectFile: { tools: 'c' },
      userFile: { tools: 'd' },
    };
    const origins = [
      resolveConfig(all).tools,
      resolveConfig({ ...all, flags: {} }).tools,
      resolveConfig({ ...all, flags: {}, environment: { SIGNALBOX_TOOLS: '' } }).tools,
      resolveConfig({ ...nowhere, userFile: all.userFile }).tools,
      resolveConfig(nowhere).tools,
    ];
    expect(origins).toEqual([
      { value: 'a', origin: 'flag' },
      { value: 'b', origin: 'environment' },
      { value: 'c', origin: 'project file' },
      { value: 'd', origin: 'user file' },
      { value: 'core', origin: 'default' },
    ]);
  });

  it('that a file must not set is not taken from one', () => {
    const file = { home: '/elsewhere', handle: 'me', directory: '/elsewhere' };
    const config = resolveConfig({ ...nowhere, projectFile: file, userFile: file });
    for (const key of ['home', 'handle', 'directory'] as const) expect(config[key].origin).toBe('default');
  });

  it('with a wrong value names where it came from and what would be right', () => {
    expect(() => resolveConfig({ ...nowhere, environment: { SIGNALBOX_LOG_LEVEL: 'loud' } })).toThrow(
      /SIGNALBOX_LOG_LEVEL.*loud/,
    );
    expect(() => resolveConfig({ ...nowhere, projectFile: { tools: 7 } })).toThrow(/"tools" in the project file/);
  });

  it('that is a number may stand in a file as a number or as a text', () => {
    const kept = [7, '7', ' 007 '].map(
      messagesKeptDays => resolveConfig({ ...nowhere, projectFile: { messagesKeptDays } }).messagesKeptDays,
    );
    expect(kept).toEqual(Array(3).fill({ value: '7', origin: 'project file' }));
    expect(resolveConfig(nowhere).messagesKeptDays.value).toBe('30');
  });

  it.each(['0', '3651', '-1', '1.5', 'soon', '1e3'])('that is a number is refused when it is %j', value => {
    const environment = { SIGNALBOX_MESSAGES_KEPT_DAYS: value };
    expect(() => resolveConfig({ ...nowhere, environment })).toThrow(/SIGNALBOX_MESSAGES_KEPT_DAYS in the environment/);
    expect(() => resolveConfig({ ...nowhere, userFile: { messagesKeptDays: [7] } })).toThrow(/user file is \[7\]/);
  });

  it('at the bounds of its numbers is taken', () => {
    const at = (value: string) => resolveConfig({ ...nowhere, flags: { messagesKeptDays: value } }).messagesKeptDays;
    expect([at('1'), at('3650')].map(({ value }) => value)).toEqual(['1', '3650']);
  });

  it('has one flag, one variable and one line of help', () => {
    for (const key of ['key', 'environment'] as const)
      expect(new Set(settings.map(setting => setting[key])).size).toBe(settings.length);
    // The server and the hub are two commands, and take nothing of each other's.
    for (const other of ['hubOnly', 'serverOnly']) {
      const taken = settings.filter(setting => !(other in setting));
      expect(new Set(taken.map(({ flag }) => flag)).size).toBe(taken.length);
    }
    for (const setting of settings) expect(setting.help).toMatch(/\.$|\)$/);
  });
});

describe('a variable of another system', () => {
  const spoken = { ...nowhere, userFolder: '/home/ada', flags: { profile: 'session-coordinator' } };
  const storeFor = (path: string) => resolveConfig({ ...spoken, environment: { MCP_COORDINATOR_DB_PATH: path } }).store;

  it.each([
    ['/data/coordinator.db', 'sqlite:/data/coordinator.signalbox.db'],
    ['~/.mcp-session-coordinator/db', 'sqlite:/home/ada/.mcp-session-coordinator/db.signalbox.db'],
    ['~/a.b/c.sqlite3', 'sqlite:/home/ada/a.b/c.signalbox.db'],
    ['/data/.hidden', 'sqlite:/data/.hidden.signalbox.db'],
    ['state.db', 'sqlite:state.signalbox.db'],
    ['C:\\data\\coordinator.db', 'sqlite:C:\\data\\coordinator.signalbox.db'],
    ['~other/x.db', 'sqlite:~other/x.signalbox.db'],
    [':memory:', 'memory:'],
  ])('that names the database %s means a store of ours beside it', (path, value) => {
    expect(storeFor(path)).toEqual({ value, origin: 'environment', variable: 'MCP_COORDINATOR_DB_PATH' });
  });

  it('counts while its profile is spoken, behind our own variable and before files', () => {
    const environment = { MCP_COORDINATOR_DB_PATH: '/data/c.db' };
    const all = { ...spoken, environment, projectFile: { store: 'memory:' } };
    expect(resolveConfig(all).store.variable).toBe('MCP_COORDINATOR_DB_PATH');
    const own = { ...environment, SIGNALBOX_STORE: 'sqlite:/own.db' };
    expect(resolveConfig({ ...all, environment: own }).store).toEqual({
      value: 'sqlite:/own.db',
      origin: 'environment',
    });
    expect(resolveConfig({ ...all, flags: { ...all.flags, store: 'sqlite:/flag.db' } }).store.origin).toBe('flag');
    for (const profile of ['none', 'claude-presence'])
      expect(resolveConfig({ ...all, flags: { profile } }).store).toEqual({ value: 'memory:', origin: 'project file' });
    expect(storeFor('')).toEqual({ value: '', origin: 'default' });
  });
});

describe('a settings file', () => {
  it('is read, and what this version does not know is said, not refused', () => {
    const text = '{"$schema":"x","tools":"all","pools":{},"messagesKeptDays":7,"pool":{}}';
    expect(parseSettingsFile(text, 'signalbox.json').unknown).toEqual(['pool']);
  });

  it.each(['', '{', '[]', '"text"', 'null'])('that holds %j is refused by name', text => {
    expect(() => parseSettingsFile(text, 'signalbox.json')).toThrow(/signalbox\.json/);
  });
});

describe('the pools of the settings files', () => {
  const project = (pools: unknown) => ({
    origin: 'project file' as const,
    path: '/shop/signalbox.json',
    values: { pools },
  });
  const user = (pools: unknown) => ({ origin: 'user file' as const, path: '/home/me/config.json', values: { pools } });

  it('are those of both, and one that both declare is that of the project, whole', () => {
    const found = resolvePools([
      project({ port: { values: ['3000-3001'] } }),
      user({ Port: { values: ['9000-9009'] }, phone: { places: 1 } }),
    ]);
    expect(found.map(({ pool, origin }) => [pool.name, pool.values, origin])).toEqual([
      ['port', ['port:3000', 'port:3001'], 'project file'],
      ['phone', ['phone:1'], 'user file'],
    ]);
  });

  it('are none where no file has any', () => {
    expect(resolvePools([])).toEqual([]);
    expect(resolvePools([{ ...project(undefined), values: {} }, user({})])).toEqual([]);
  });

  it('are refused by the file that declares one wrongly, even if another one counts', () => {
    const files = [project({ ci: { places: 2 } }), user({ ci: { places: 0 } })];
    expect(() => resolvePools(files)).toThrow(/"ci" in \/home\/me\/config\.json/);
  });
});

describe("the guard's policy out of the settings files", () => {
  const project = (guard: unknown) => ({
    origin: 'project file' as const,
    path: '/shop/signalbox.json',
    values: { guard },
  });
  const user = (guard: unknown) => ({ origin: 'user file' as const, path: '/home/me/config.json', values: { guard } });

  it('is taken key by key, from the project before the user before the default', () => {
    const { policy, origins } = resolveGuard([project({ git: 'warn' }), user({ git: 'off', graceSeconds: 5 })]);
    expect(policy).toEqual({ ...defaultGuard, git: 'warn', graceSeconds: 5 });
    expect(origins).toEqual({
      edits: 'default',
      paths: 'default',
      git: 'project file',
      onFailure: 'default',
      graceSeconds: 'user file',
      commitTrailer: 'default',
    });
  });

  it('has the globs of one file only, also when that has none', () => {
    const globs = { 'docs/**': 'off', 'src/**': 'warn' };
    const both = resolveGuard([project({ paths: { 'src/**': 'block' } }), user({ paths: globs })]);
    expect(both.policy.paths).toEqual([{ glob: 'src/**', mode: 'block' }]);
    expect(resolveGuard([project({ paths: {} }), user({ paths: globs })]).policy.paths).toEqual([]);
    expect(resolveGuard([project({}), user({ paths: globs })])).toMatchObject({
      policy: { paths: [{ glob: 'docs/**' }, { glob: 'src/**' }] },
      origins: { paths: 'user file' },
    });
  });

  it('takes what stands for no for what was said, not for nothing', () => {
    const { policy, origins } = resolveGuard([
      project({ graceSeconds: 0, commitTrailer: false }),
      user({ graceSeconds: 9, commitTrailer: true }),
    ]);
    expect([policy.graceSeconds, policy.commitTrailer, origins.commitTrailer]).toEqual([0, false, 'project file']);
  });

  it('is the default where no file says anything', () => {
    expect(resolveGuard([]).policy).toEqual(defaultGuard);
    expect(resolveGuard([project(undefined), user(null)]).policy).toEqual(defaultGuard);
  });

  it('is refused by the file that declares it wrongly, even if another one counts', () => {
    expect(() => resolveGuard([project({ git: 'block' }), user({ git: 'no' })])).toThrow(
      /"guard\.git" in \/home\/me\/config\.json/,
    );
  });

  it('can be set by no flag and no variable, which a session could give itself', () => {
    expect(settings.filter(({ key, environment }) => /guard/i.test(key) || /GUARD/.test(environment))).toEqual([]);
    expect(parseSettingsFile('{"guard":{}}', 'signalbox.json').unknown).toEqual([]);
  });
});
