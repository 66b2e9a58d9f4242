/** The commands of the profile `claude-peers`: their words, first columns and exit codes. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { exists, until, Workspace } from '../support/workspace.ts';
import { Peer } from './support/peers.ts';

let place: Workspace;

beforeEach(() => {
  place = new Workspace();
});

afterEach(() => place.dispose());

const run = (words: readonly string[], options: { directory?: string; environment?: Record<string, string> } = {}) =>
  place.command(['compat', 'claude-peers', ...words], options);

const printed = async (...words: string[]) => {
  const { code, stdout, stderr } = await run(words);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return stdout;
};

describe('looking', () => {
  it('where nobody is says so (CPEC-001, CPEC-003)', async () => {
    expect(await printed('peers')).toBe('No peers registered.\n');
    expect(await printed('status')).toMatch(/^Broker: .*0 peers.*\nURL: \S+signalbox\.db\n$/);
  });

  it('lists each peer and native session of the machine, with the id in the first column (CPEC-001, CPEC-002)', async () => {
    const [one, two] = [await Peer.start(place), await Peer.start(place)];
    const heron = await place.session({ args: ['--handle', 'heron'] });
    await heron.handle();
    await two.summarize('Mends\nauth');
    await one.summarize('');
    const [first, second] = [await two.idOf(one), await one.idOf(two)];
    const lines = (await printed('peers')).split('\n');
    expect(lines).toEqual([
      `${first}  PID:${one.pid}  ${place.repository}`,
      `${second}  PID:${two.pid}  ${place.repository}`,
      expect.stringMatching(/^ +Summary: Mends auth$/),
      `heron  PID:${heron.pid}  ${place.repository}`,
      '',
    ]);
    const status = (await printed('status')).split('\n');
    expect(status[0]).toMatch(/3 peers/);
    expect(status.filter(line => line.includes('PID:')).map(line => line.split(/\s/)[0])).toEqual([
      first,
      second,
      'heron',
    ]);
    expect(status.filter(line => /^ +Last seen: \d{4}-\d\d-\d\dT/.test(line))).toHaveLength(3);
  });
});

describe('send', () => {
  it('writes to a peer of any repository as cli, whose answer reaches the operator (CPEC-010, CPEC-013)', async () => {
    const other = join(place.folder, 'other');
    mkdirSync(other);
    execFileSync('git', ['init', '-q'], { cwd: other, env: place.environment });
    const [one, two] = [await Peer.start(place), await Peer.start(place, { directory: other })];
    const id = await one.idOf(two);
    // It is a guest in the repository of the other one, and is written to where it works all the same.
    await two.send(await two.idOf(one), 'Hello');
    expect(await printed('send', id, 'Stop', 'that', 'build')).toContain(id);
    const [pushed] = await two.heard(1);
    expect(pushed).toMatchObject({
      content: 'Stop that build',
      meta: { from_id: 'cli', from_summary: '', from_cwd: '' },
    });
    expect(await two.check()).toMatch(/^1 new message:\n\nFrom cli \(.*\):\nStop that build$/);
    await two.send('cli', 'Stopped');
    const inbox = await place.command(['message', 'read', '--json'], { directory: other });
    expect(inbox.stdout).toContain('Stopped');
  });

  it('tells a failure on standard error and exits with 0 (CPEC-011)', async () => {
    expect(await run(['send', 'zzzzzzz1', 'hello'])).toEqual({
      code: 0,
      stdout: '',
      stderr: 'Failed: Peer zzzzzzz1 not found\n',
    });
    const one = await Peer.start(place);
    const two = await Peer.start(place);
    const { code, stderr } = await run(['send', await two.idOf(one), 'x'.repeat(20_000)]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringMatching(/^Error: .*16384/) });
  });

  it('without an id or words tells its use and exits with 1 (CPEC-012)', async () => {
    for (const words of [['send'], ['send', 'zzzzzzz1'], ['send', 'zzzzzzz1', '']]) {
      const { code, stdout, stderr } = await run(words);
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
      expect(stderr).toMatch(/^Usage: .* send <id>/);
    }
    // Blanks are words: what is wrong with them is told as any failure.
    const { code, stderr } = await run(['send', 'zzzzzzz1', ' ']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: 'Failed: Peer zzzzzzz1 not found\n' });
  });

  it('in the shell of a session is a word of that session, and within its project only (CPEC-014)', async () => {
    const other = join(place.folder, 'other');
    mkdirSync(other);
    const [one, two] = [await Peer.start(place), await Peer.start(place, { directory: other })];
    const heron = await place.session({ args: ['--handle', 'heron'] });
    await heron.handle();
    const environment = { SIGNALBOX_SESSION: 'heron' };
    const [first, second] = [await two.idOf(one), await one.idOf(two)];
    expect((await run(['send', first, 'From a shell'], { environment })).code).toBe(0);
    expect((await one.heard(1))[0]).toMatchObject({ content: 'From a shell', meta: { from_id: 'heron' } });
    const refused = await run(['send', second, 'From a shell'], { environment });
    expect(refused).toMatchObject({
      code: 0,
      stdout: '',
      stderr: expect.stringMatching(/^Error: .*heron.*another project/),
    });
    expect(await two.check()).toBe('No new messages.');
    const itself = await run(['send', 'heron', 'To me'], { environment });
    expect(itself.stderr).toBe('Failed: heron is your own id\n');
  });
});

describe('any other word', () => {
  it('ends no process: there is no broker to kill (CPEC-020)', async () => {
    const one = await Peer.start(place);
    const text = await printed('kill-broker');
    expect(text.trim().split('. ')).toHaveLength(2);
    await one.check();
    expect(exists(one.pid)).toBe(true);
  });

  it('prints the help (CPEC-021)', async () => {
    const text = await printed();
    for (const word of ['status', 'peers', 'send <id>', 'kill-broker']) expect(text).toContain(word);
    expect(await printed('dance')).toBe(text);
    expect(await printed('help')).toBe(text);
  });

  it('with a store that cannot be reached is told in a sentence (CPEC-022)', async () => {
    const file = join(place.folder, 'broken.db');
    writeFileSync(file, 'no database at all, and long enough to be looked at as one'.repeat(100));
    const environment = { SIGNALBOX_STORE: `sqlite:${file}` };
    for (const words of [['status'], ['peers'], ['send', 'zzzzzzz1', 'hello']]) {
      const { code, stdout, stderr } = await run(words, { environment });
      expect({ code, stdout }, words[0]).toEqual({ code: 0, stdout: '' });
      expect(stderr, words[0]).toMatch(/^Error: /);
    }
  });

  it('joins nobody (CPEC-002)', async () => {
    const one = await Peer.start(place);
    for (const words of [['status'], ['peers'], ['kill-broker']]) await printed(...words);
    await until('nobody is there', async () => (await one.list()).length === 0, 1);
  });
});
