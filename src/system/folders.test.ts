import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  configFolder,
  ensurePrivateFolder,
  longestSocketPathBytes,
  runtimeFolder,
  socketNameBytes,
  stateFolder,
} from './folders.ts';

describe('stateFolder', () => {
  it('follows the platform when nothing is set', () => {
    expect(stateFolder({}, 'linux', '/home/me')).toBe('/home/me/.local/state/signalbox');
    expect(stateFolder({}, 'darwin', '/Users/me')).toBe('/Users/me/Library/Application Support/Signalbox');
    expect(stateFolder({}, 'win32', 'C:\\Users\\me')).toBe('C:\\Users\\me\\AppData\\Local\\Signalbox');
    expect(stateFolder({ LOCALAPPDATA: 'D:\\Local' }, 'win32', 'C:\\Users\\me')).toBe('D:\\Local\\Signalbox');
  });

  it('follows XDG_STATE_HOME unless it is empty or relative', () => {
    expect(stateFolder({ XDG_STATE_HOME: '/state' }, 'linux', '/home/me')).toBe('/state/signalbox');
    for (const ignored of ['', 'state', './state']) {
      expect(stateFolder({ XDG_STATE_HOME: ignored }, 'linux', '/home/me')).toBe('/home/me/.local/state/signalbox');
    }
  });

  it('lets SIGNALBOX_HOME decide everywhere, made absolute and without a tilde', () => {
    const env = { SIGNALBOX_HOME: '/own', XDG_STATE_HOME: '/state', XDG_CONFIG_HOME: '/config' };
    expect(stateFolder(env, 'linux', '/home/me')).toBe('/own');
    expect(configFolder(env, 'darwin', '/Users/me')).toBe('/own');
    expect(stateFolder({ SIGNALBOX_HOME: 'rel/../box' }, 'linux', '/home/me')).toBe(join(process.cwd(), 'box'));
    expect(stateFolder({ SIGNALBOX_HOME: '~/box' }, 'linux', '/home/me')).toBe('/home/me/box');
    expect(stateFolder({ SIGNALBOX_HOME: '~other' }, 'linux', '/home/me')).toBe(join(process.cwd(), '~other'));
    expect(stateFolder({ SIGNALBOX_HOME: 'D:\\box' }, 'win32', 'C:\\Users\\me')).toBe('D:\\box');
  });
});

describe('configFolder', () => {
  it('follows the platform, and XDG_CONFIG_HOME on Linux', () => {
    expect(configFolder({}, 'linux', '/home/me')).toBe('/home/me/.config/signalbox');
    expect(configFolder({ XDG_CONFIG_HOME: '/config' }, 'linux', '/home/me')).toBe('/config/signalbox');
    expect(configFolder({}, 'darwin', '/Users/me')).toBe('/Users/me/Library/Application Support/Signalbox');
    expect(configFolder({}, 'win32', 'C:\\Users\\me')).toBe('C:\\Users\\me\\AppData\\Roaming\\Signalbox');
  });
});

describe('runtimeFolder', () => {
  const everything = () => true;
  const nothing = () => false;

  it('is in the login session if there is one, else in /tmp under the user id', () => {
    const env = { XDG_RUNTIME_DIR: '/run/user/7' };
    expect(runtimeFolder(env, 'linux', 7, '/s', everything)).toBe('/run/user/7/signalbox');
    expect(runtimeFolder(env, 'linux', 7, '/s', nothing)).toBe('/tmp/signalbox-7');
    expect(runtimeFolder({}, 'darwin', 501, '/s', everything)).toBe('/tmp/signalbox-501');
  });

  it('is the same for a session that was started without the login variables or with a temporary folder of its own', () => {
    const whole = runtimeFolder({ XDG_RUNTIME_DIR: '/run/user/7', TMPDIR: '/a' }, 'linux', 7, '/s', everything);
    expect(runtimeFolder({ TMPDIR: '/b' }, 'linux', 7, '/s', everything)).toBe(whole);
    expect(runtimeFolder({ TMPDIR: '/b' }, 'linux', 7, '/s', nothing)).toBe(
      runtimeFolder({}, 'linux', 7, '/s', nothing),
    );
  });

  it('is another one for each explicit home', () => {
    const folder = (home: string) => runtimeFolder({ SIGNALBOX_HOME: home }, 'linux', 7, home, nothing);
    expect(folder('/one')).toMatch(/^\/tmp\/signalbox-7-[0-9a-f]{8}$/);
    expect(folder('/one')).toBe(folder('/one'));
    expect(folder('/two')).not.toBe(folder('/one'));
  });

  it('leaves room for a socket whatever the environment says', () => {
    for (let length = 1; length < 150; length++) {
      const env = { XDG_RUNTIME_DIR: `/${'ö'.repeat(length)}`, SIGNALBOX_HOME: '/s' };
      const folder = runtimeFolder(env, 'linux', 4_294_967_294, '/s', everything);
      expect(Buffer.byteLength(folder) + socketNameBytes).toBeLessThanOrEqual(longestSocketPathBytes);
    }
  });
});

describe.runIf(process.platform !== 'win32')('ensurePrivateFolder', () => {
  let base: string;
  const modeOf = (folder: string) => statSync(folder).mode & 0o777;

  beforeEach(() => {
    base = mkdtempSync(join(tmpdir(), 'signalbox-folders-'));
  });

  afterEach(() => rmSync(base, { recursive: true, force: true }));

  it('creates the folder and all above it for this user alone, and is content to find it', () => {
    ensurePrivateFolder(join(base, 'a/b'));
    ensurePrivateFolder(join(base, 'a/b'));
    expect([modeOf(join(base, 'a')), modeOf(join(base, 'a/b'))]).toEqual([0o700, 0o700]);
  });

  it.runIf(process.platform === 'linux')(
    'is refused, not waited for, where the system lets nobody create anything',
    () => {
      expect(() => ensurePrivateFolder('/proc/signalbox/deep/folder')).toThrow(
        expect.objectContaining({ code: 'unavailable' }),
      );
    },
  );

  it('closes a folder of this user that others could read', () => {
    mkdirSync(join(base, 'open'));
    chmodSync(join(base, 'open'), 0o777);
    ensurePrivateFolder(join(base, 'open'));
    expect(modeOf(join(base, 'open'))).toBe(0o700);
  });

  it('refuses a folder of another user and leaves it as it was', () => {
    mkdirSync(join(base, 'theirs'));
    chmodSync(join(base, 'theirs'), 0o755);
    const somebodyElse = (process.getuid?.() ?? 0) + 1;
    expect(() => ensurePrivateFolder(join(base, 'theirs'), 'linux', somebodyElse)).toThrow(/another user/);
    expect(modeOf(join(base, 'theirs'))).toBe(0o755);
  });

  it('follows a link that this user made', () => {
    mkdirSync(join(base, 'disk'), { mode: 0o700 });
    symlinkSync(join(base, 'disk'), join(base, 'link'));
    ensurePrivateFolder(join(base, 'link'));
    expect(readdirSync(join(base, 'link'))).toEqual([]);
  });

  it('says what to do when the folder cannot be made', () => {
    writeFileSync(join(base, 'file'), '');
    for (const folder of [join(base, 'file'), join(base, 'file/below')]) {
      expect(() => ensurePrivateFolder(folder)).toThrow(
        expect.objectContaining({ code: 'unavailable', next: expect.stringContaining('SIGNALBOX_HOME') }),
      );
    }
  });
});
