import { describe, expect, it } from 'vitest';
import { parseSettingsFile, resolveConfig, resolvePools, settings } from './config.ts';

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
    for (const key of ['key', 'flag', 'environment'] as const) {
      expect(new Set(settings.map(setting => setting[key])).size).toBe(settings.length);
    }
    for (const setting of settings) expect(setting.help).toMatch(/\.$|\)$/);
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
