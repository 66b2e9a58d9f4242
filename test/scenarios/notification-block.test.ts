/** The block that a session's server keeps in a rules file, with real servers. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { pause, until, Workspace } from '../support/workspace.ts';

let place: Workspace;

beforeEach(() => {
  place = new Workspace();
});

afterEach(() => place.dispose());

const rules = 'CLAUDE.local.md';
const told = () => readFileSync(join(place.repository, rules), 'utf8');
const withBlock = (handle: string, file = rules) =>
  place.session({ args: ['--handle', handle], environment: { SIGNALBOX_NOTIFICATION_FILE: file } });

describe('the notification block', () => {
  it('is off unless somebody asks for it', async () => {
    const [otter, heron] = [await place.session({ args: ['--handle', 'otter'] }), await withBlock('heron')];
    await otter.handle();
    await heron.call('message_send', { to: ['otter'], body: 'Hello.' });
    // Its own server looks meanwhile, and has nothing to say.
    await pause(500);
    await heron.close();
    expect(existsSync(join(place.repository, rules))).toBe(false);
  });

  it('says that messages wait and no word of theirs, goes when they are read, and with the session', async () => {
    place.write(rules, '# Mine\n');
    const [otter, heron] = [await withBlock('otter'), await place.session({ args: ['--handle', 'heron'] })];
    await otter.handle();
    await heron.call('message_send', { to: ['otter'], body: 'PLUM-TREE' });
    await until('one waits', () => told().includes('1 message waits for you in Signalbox: call message_read.'));
    await heron.call('message_send', { to: ['otter'], body: 'PEAR-TREE' });
    await until('two wait', () => told().includes('2 messages wait for you'));
    expect(told()).not.toMatch(/TREE|otter|heron/);
    await otter.call('message_read');
    await until('it is gone', () => told() === '# Mine\n');
    await heron.call('message_send', { to: ['otter'], body: 'Once more.' });
    await until('one waits again', () => told().includes('1 message waits'));
    await otter.close();
    await until('it went with the session', () => told() === '# Mine\n');
  });

  it('that a crash left behind goes with the next start', async () => {
    place.write(rules, '# Mine\n');
    const [otter, heron] = [await withBlock('otter'), await place.session({ args: ['--handle', 'heron'] })];
    await otter.handle();
    await heron.call('message_send', { to: ['otter'], body: 'Hello.' });
    await until('one waits', () => told().includes('1 message waits'));
    otter.crash();
    const next = await withBlock('badger');
    await until('it is gone', () => told() === '# Mine\n');
    await next.close();
  });

  it('is not written into a file under version control, and the server says so', async () => {
    const [otter, heron] = [
      await withBlock('otter', 'README.md'),
      await place.session({ args: ['--handle', 'heron'] }),
    ];
    await otter.handle();
    await heron.call('message_send', { to: ['otter'], body: 'Hello.' });
    await until('it is said', () => otter.stderr.includes('README.md is under version control'));
    expect(readFileSync(join(place.repository, 'README.md'), 'utf8')).toBe('# Shop\n');
  });
});
