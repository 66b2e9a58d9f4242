import { describe, expect, it } from 'vitest';
import { parseSettingsFile, resolveConfig, settings } from './config.ts';

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

  it('has one flag, one variable and one line of help', () => {
    for (const key of ['key', 'flag', 'environment'] as const) {
      expect(new Set(settings.map(setting => setting[key])).size).toBe(settings.length);
    }
    for (const setting of settings) expect(setting.help).toMatch(/\.$|\)$/);
  });
});

describe('a settings file', () => {
  it('is read, and what this version does not know is said, not refused', () => {
    expect(parseSettingsFile('{"tools":"all","pools":{}}', 'signalbox.json')).toEqual({
      values: { tools: 'all', pools: {} },
      unknown: ['pools'],
    });
  });

  it.each(['', '{', '[]', '"text"', 'null'])('that holds %j is refused by name', text => {
    expect(() => parseSettingsFile(text, 'signalbox.json')).toThrow(/signalbox\.json/);
  });
});
