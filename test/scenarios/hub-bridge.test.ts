/** A machine whose store is behind a hub: real sessions, hooks and commands over a bridge to a real hub that stops, hangs and comes back. */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ClientAtWork } from '../support/client-at-work.ts';
import { shop } from '../support/hub.ts';
import { ana, hub, member, officeForEachTest, printed, startHub } from '../support/office.ts';
import { startProxy } from '../support/servers/proxy.ts';
import { binary, type LiveSession, until, Workspace } from '../support/workspace.ts';

officeForEachTest();

/** Ana's machine. */
let place: Workspace;

beforeEach(() => {
  place = new Workspace();
  Object.assign(place.environment, { SIGNALBOX_STORE: hub.url, SIGNALBOX_TOKEN: ana.token });
});

afterEach(() => place.dispose());

/** The next hub, where the one was that has ended. */
const again = () => startHub([], {}, hub.port);

/** Everybody that the hub's own store knows, with how many locks. */
async function listed(): Promise<string[]> {
  const { stdout } = await place.command(['session', 'list', '--json']);
  const { sessions } = JSON.parse(stdout) as { sessions: { handle: string; locks: number }[] };
  return sessions.map(({ handle, locks }) => `${handle} ${locks}`).filter(line => !line.startsWith('ana '));
}

describe('a session behind a hub that goes away', () => {
  it.each(['legacy', 'modern'] as const)(
    'is told so with how long its locks hold, and goes on as who it was at the next one without doing anything (%s)',
    async era => {
      const otter = await place.session({ args: ['--handle', 'otter'], era, clientName: 'claude-code' });
      await otter.call('lock_acquire', { paths: ['src/auth.ts'], reason: 'Login' });
      for (let look = 0; look < 3; look += 1) await otter.call('lock_list');
      await hub.kill();
      await expect(otter.call('lock_list')).rejects.toThrow(
        /^unavailable: .*hub .* not reached: .*(?:Your locks hold for \d+ s more|Locks you held may be)/s,
      );
      await again();
      await until('it is there again', async () => (await listed()).includes('otter 1'));
      expect(await otter.call('lock_list')).toMatchObject({
        locks: [{ holder: 'otter', resource: 'file:src/auth.ts' }],
      });
      const { sessions } = await otter.call('session_list');
      expect(sessions).toContainEqual(expect.objectContaining({ handle: 'otter', client: 'claude-code' }));
    },
  );

  it('is taken up again before its lease is over, by nobody but its machine', async () => {
    const otter = await place.session({ args: ['--handle', 'otter', '--project', shop] });
    const { locks } = await otter.call('lock_acquire', { paths: ['src/auth.ts'] });
    const opened = async () => (await printed('audit', '--what', 'open', '--principal', 'ana')).notes;
    await until('that is noted', async () => (await opened()).length === 1);
    await hub.kill();
    await again();
    const ben = await (await member('ben')).open({ handle: 'heron' });
    await until('it is taken up', async () => (await opened()).length === 2);
    const [second, first] = await opened();
    expect(second.session).toBe(first.session);
    expect(await ben.output('lock_acquire', { paths: ['src/auth.ts'] })).toMatchObject({ granted: false });
    expect((await ben.output('lock_list')).locks).toMatchObject([{ holder: 'otter', fence: locks[0].fence }]);
  });

  it('that waits gets what it waits for from the next one', async () => {
    const [otter, heron] = await both();
    await heron.call('lock_acquire', { paths: ['src/auth.ts'] });
    const hearing = otter.call('message_wait', { timeoutSeconds: 50 }, { timeout: 90_000 });
    // It stands in line by a later call over the same connection, so it waits for the message as well.
    const standing = otter.call('lock_acquire', { paths: ['src/auth.ts'], waitSeconds: 45 }, { timeout: 90_000 });
    await until('it waits', async () => (await heron.call('lock_list')).waiting.length === 1);
    await hub.kill();
    await again();
    await heron.call('message_send', { to: ['otter'], body: 'Go.', key: 'go' });
    expect(await hearing).toMatchObject({ messages: [{ from: 'heron', body: 'Go.' }] });
    await heron.call('lock_release', { paths: ['src/auth.ts'] });
    expect(await standing).toMatchObject({ granted: true });
  });

  it('is in the figures of its hub: connected, waiting and woken', async () => {
    const figure = (name: string) => hub.figure(ana.token, `signalbox_${name}`);
    const [otter, heron] = await both();
    expect(await figure('bridges')).toBe(2);
    const before = await figure('waits');
    const waiting = otter.call('message_wait', { timeoutSeconds: 50 }, { timeout: 90_000 });
    await until('it waits', async () => (await figure('waits')) > before);
    const heard = await figure('hints_heard_total');
    await heron.call('message_send', { to: ['otter'], body: 'Go.' });
    expect(await waiting).toMatchObject({ messages: [{ from: 'heron', body: 'Go.' }] });
    expect(await figure('hints_heard_total')).toBeGreaterThan(heard);
    await heron.close();
    await until('one is gone', async () => (await figure('bridges')) === 1);
  });

  it('is not told that something was done, or was not, that may have been', async () => {
    const way = await startProxy(hub.port);
    try {
      const environment = { SIGNALBOX_STORE: `http://127.0.0.1:${way.port}` };
      const otter = await place.session({ args: ['--handle', 'otter'], environment });
      await otter.call('session_update', { task: 'Login' });
      hub.pause();
      way.resetCounters();
      // Longer than all else that a machine says meanwhile.
      const body = randomBytes(4_000).toString('hex');
      const sending = otter.call('message_send', { to: ['all'], body }, { timeout: 60_000 });
      sending.catch(() => undefined);
      await until('it is on its way', () => way.counters.bytesToServer > body.length / 3);
      await hub.kill();
      await expect(sending).rejects.toThrow(/may have been done or not.*Next: Look first/s);
    } finally {
      await way.close();
    }
  });

  it('goes to the other of two hubs that it was given', async () => {
    const first = hub;
    const other = await startHub();
    Object.assign(place.environment, { SIGNALBOX_STORE: `${first.url},${other.url}` });
    const otter = await place.session({ args: ['--handle', 'otter'] });
    await otter.call('lock_acquire', { paths: ['src/auth.ts'] });
    await first.kill();
    expect(await otter.call('lock_list')).toMatchObject({ locks: [{ holder: 'otter' }] });
  });

  it('has its client served, which may start before there is any hub', async () => {
    await hub.kill();
    const otter = await place.session({ args: ['--handle', 'otter'] });
    expect((await otter.client.listTools()).tools.length).toBeGreaterThan(5);
    await expect(otter.call('session_list')).rejects.toThrow(/^unavailable: .*ECONNREFUSED/s);
    await again();
    await until('it is served', () =>
      otter.call('session_list').then(
        ({ you }) => you === 'otter',
        () => false,
      ),
    );
  });

  it('is told what its subscriptions were about after the hub has changed', async () => {
    const [otter, heron] = await both();
    const told: string[] = [];
    otter.client.setNotificationHandler('notifications/resources/updated', ({ params }) => {
      told.push(params.uri);
    });
    await otter.client.subscribeResource({ uri: 'signalbox://locks' });
    await hub.kill();
    await again();
    // Nothing has changed yet; but nobody can know that who heard of no change for a while.
    await until('it is told that something may have changed', () => told.includes('signalbox://locks'));
    told.length = 0;
    await until('both are there', async () => (await listed()).length === 2);
    await heron.call('lock_acquire', { paths: ['src/auth.ts'] });
    await until('it is told', () => told.includes('signalbox://locks'));
  });
});

/** How often sessions were opened, or taken up again. */
async function opened(): Promise<number> {
  return (await printed('audit', '--what', 'open')).notes.length;
}

async function both(): Promise<[LiveSession, LiveSession]> {
  const otter = await place.session({ args: ['--handle', 'otter'] });
  const heron = await place.session({ args: ['--handle', 'heron'] });
  for (const session of [otter, heron]) await session.call('session_list');
  return [otter, heron];
}

describe('hooks of a session behind a hub', () => {
  it('refuse what another has locked, with the facts, and record what was done', async () => {
    const [otter, heron] = [await ClientAtWork.start(place, 'otter'), await ClientAtWork.start(place, 'heron')];
    expect((await otter.edits('src/auth.ts', 'export const a = 1;\n')).denied).toBeNull();
    expect((await heron.edits('src/auth.ts', 'export const b = 1;\n')).denied).toMatch(
      /src\/auth\.ts is being edited by otter, for "Begin\.".* ask otter with message_send/,
    );
    expect((await heron.runs('git checkout -q -b other')).denied).toMatch(
      /otter .* has uncommitted edits in 1 file \(src\/auth\.ts\)/,
    );
    const { stdout } = await place.command(['who', 'src/auth.ts', '--json']);
    expect(JSON.parse(stdout).edits).toMatchObject([{ session: 'otter', by: 'hook' }]);
  });

  it.each([
    ['go through with a notice where policy allows it', 'allow'],
    ['are refused where policy says so', 'block'],
  ] as const)('%s, while the hub is gone or hangs', async (_what, onFailure) => {
    place.write('signalbox.json', JSON.stringify({ guard: { onFailure } }));
    const otter = await ClientAtWork.start(place, 'otter');
    expect((await otter.edits('a.ts', 'a\n')).denied).toBeNull();
    const expected = onFailure === 'block' ? expect.stringMatching(/refuses what cannot be checked/) : null;
    hub.pause();
    expect((await otter.edits('b.ts', 'b\n')).denied).toEqual(expected);
    await hub.kill();
    expect((await otter.edits('c.ts', 'c\n')).denied).toEqual(expected);
  });

  it('are answered while the hub hangs, and its connection is not given up for that', async () => {
    const otter = await ClientAtWork.start(place, 'otter');
    hub.pause();
    expect((await otter.edits('b.ts', 'b\n')).denied).toBeNull();
    hub.resume();
    expect(await otter.call('session_list')).toMatchObject({ you: 'otter' });
    expect(await opened()).toBe(1);
  });

  it('ask about hundreds of files of one command, and are answered here where there is too much to say', async () => {
    const [otter, heron] = [await ClientAtWork.start(place, 'otter'), await ClientAtWork.start(place, 'heron')];
    await otter.edits('f299.ts', 'x\n');
    const files = Array.from({ length: 300 }, (_, at) => `f${at}.ts`).join(' ');
    expect((await heron.runs(`rm ${files}`)).denied).toMatch(/f299\.ts is being edited by otter/);
    const huge = 'x'.repeat(9_000_000);
    expect((await otter.prompts(huge)).length).toBeLessThan(10_000);
    expect(await otter.call('session_list')).toMatchObject({ you: 'otter' });
    expect(await opened()).toBe(2);
  });

  it('by command find the session by its server, and without one by its client', async () => {
    const environment = { CLAUDECODE: '1', CLAUDE_CODE_ENTRYPOINT: 'cli' };
    const hook = async (event: string, more: object) => {
      const input = { session_id: 'A', cwd: place.repository, hook_event_name: event, ...more };
      return place.command(['hook', 'claude-code', event], { environment, input: JSON.stringify(input) });
    };
    const start = await hook('SessionStart', { source: 'startup' });
    expect([start.code, start.stderr]).toEqual([0, '']);
    expect(await listed()).toHaveLength(1);
    const [before] = await listed();
    await place.session({ clientName: 'claude-code' });
    await hook('UserPromptSubmit', { prompt: 'Begin.' });
    expect(await listed()).toEqual([before]);
  });

  it('stand beside a resting session from hub to hub, and wake it', async () => {
    const environment = { CLAUDECODE: '1', CLAUDE_CODE_ENTRYPOINT: 'cli' };
    const stopped = { session_id: 'A', cwd: place.repository, hook_event_name: 'Stop', stop_hook_active: false };
    const hook = (event: string, input: object) =>
      place.command(['hook', 'claude-code', event], { environment, input: JSON.stringify(input) });
    const session = await place.session({ clientName: 'claude-code' });
    await hook('SessionStart', { ...stopped, hook_event_name: 'SessionStart', source: 'startup' });
    await hook('Stop', stopped);
    const waiter = hook('Wake', stopped);
    const reach = async () => (await session.call('session_list')).sessions[0].reach;
    await until('somebody stands ready', async () => (await reach()) === 'wake');
    await hub.stop();
    await again();
    await until('it is there again', async () => (await opened()) === 2);
    await until('somebody stands ready', async () => (await reach()) === 'wake');
    await hook('Stop', stopped);
    const { you } = await session.call('session_list');
    expect((await place.command(['message', 'send', '--to', you, 'PLUM-TREE'])).code).toBe(0);
    const { code, stderr } = await waiter;
    expect([code, stderr]).toEqual([2, expect.stringMatching(/^1 message waits for you, from ana\./)]);
  });

  it('of git stop a commit of what another has locked', async () => {
    const heron = await ClientAtWork.start(place, 'heron');
    expect(await place.command(['guard', 'install', '--yes'])).toMatchObject({ code: 0 });
    await heron.call('lock_acquire', { paths: ['src/auth.ts'], reason: 'Login' });
    place.write('src/auth.ts', 'export const c = 1;\n');
    const commit = spawn('git', ['-c', 'user.name=T', '-c', 'user.email=t@example.invalid', 'commit', '-qam', 'x'], {
      cwd: place.repository,
      env: { ...place.environment, CLAUDECODE: '1', AI_AGENT: '1' },
    });
    let said = '';
    commit.stderr.on('data', piece => {
      said += piece;
    });
    const [code] = await once(commit, 'close');
    expect([code, said]).toEqual([1, expect.stringMatching(/heron/)]);
  });
});

describe('a command behind a hub', () => {
  it('acts as the person whose token it is, or as the session in whose shell it runs', async () => {
    const [otter] = await both();
    expect((await place.command(['message', 'send', '--to', 'otter', 'Well done.'])).code).toBe(0);
    expect(await otter.call('message_read')).toMatchObject({ messages: [{ from: 'ana', body: 'Well done.' }] });
    const inShell = { environment: { SIGNALBOX_SESSION: 'otter' } };
    expect((await place.command(['lock', 'acquire', 'src/auth.ts'], inShell)).code).toBe(0);
    expect((await otter.call('lock_list')).locks).toMatchObject([{ holder: 'otter', resource: 'file:src/auth.ts' }]);
    expect((await place.command(['status'])).stdout).toMatch(/^ *otter\b/m);
    expect((await place.command(['lock', 'acquire', 'src/auth.ts'])).code).toBe(1);
  });

  it('with a token that only reads shows what there is, and says of the rest what it takes', async () => {
    const [otter] = await both();
    await otter.call('lock_acquire', { paths: ['src/auth.ts'] });
    const rita = { environment: { SIGNALBOX_TOKEN: (await member('rita', '--role', 'read')).token } };
    const shown = await place.command(['lock', 'list'], rita);
    expect([shown.code, shown.stderr]).toEqual([0, '']);
    expect(shown.stdout).toMatch(/src\/auth\.ts +otter/);
    expect((await place.command(['session', 'list'], rita)).stdout).toContain('heron');
    expect((await place.command(['who', 'src/auth.ts'], rita)).stderr).toBe('');
    const refused = await place.command(['message', 'send', '--to', 'otter', 'Hello'], rita);
    expect(refused.stderr).toContain('The token "rita" has the role read; `signalbox message send` takes write.');
    const { notes } = await printed('audit', '--what', 'message_send');
    expect(notes).toMatchObject([{ principal: 'rita', decision: 'refused', code: 'forbidden' }]);
  });

  it('that waits ends on Ctrl-C, and keeps nothing', async () => {
    const [otter] = await both();
    await otter.call('lock_acquire', { paths: ['src/auth.ts'] });
    const child = place.start(['lock', 'acquire', 'src/auth.ts', '--wait-seconds', '45']);
    await until('it stands in line', async () => (await otter.call('lock_list')).waiting?.length === 1);
    child.kill('SIGINT');
    const [code] = await once(child, 'exit');
    expect(code).toBe(130);
    await until('it is gone', async () => (await otter.call('lock_list')).waiting?.length !== 1);
  });

  it('is told by the doctor who it is there, and by each command what is wrong', async () => {
    const { stdout } = await place.command(['doctor']);
    expect(stdout).toMatch(/hub +.*as "ana" \(write\)/s);
    const foreign = { environment: { SIGNALBOX_TOKEN: 'sbx_wrong_wrong_wrong' } };
    const wrong = await place.command(['session', 'list'], foreign);
    expect([wrong.code, wrong.stderr]).toEqual([expect.any(Number), expect.stringMatching(/does not take the token/)]);
    await hub.kill();
    const gone = await place.command(['session', 'list']);
    expect(gone.stderr).toMatch(/is not reached: ECONNREFUSED/);
    expect((await place.command(['doctor'])).code).toBe(1);
  });

  it('that needs the store itself says so', async () => {
    const { code, stderr } = await place.command(['token', 'list']);
    expect(code).not.toBe(0);
    expect(stderr).toContain('behind the hub');
  });
});

describe('the token of a machine', () => {
  const without = () => {
    delete place.environment.SIGNALBOX_TOKEN;
  };
  const list = () => place.command(['session', 'list']);
  const file = () => join(place.home, 'token');

  it('stands in a file that is its user’s alone', async () => {
    without();
    expect((await list()).stderr).toMatch(/There is no token for .*\n.*chmod 600/);
    mkdirSync(place.home, { recursive: true });
    writeFileSync(file(), `${ana.token}\n`, { mode: 0o644 });
    expect((await list()).stderr).toMatch(/Others can read .*\n.*chmod 600/);
    chmodSync(file(), 0o600);
    expect((await list()).code).toBe(0);
  });

  it('is printed by a command that asks a keychain', async () => {
    without();
    writeFileSync(join(place.folder, 'secret'), ana.token);
    const environment = { SIGNALBOX_TOKEN_COMMAND: `cat '${join(place.folder, 'secret')}'` };
    expect((await place.command(['session', 'list'], { environment })).code).toBe(0);
  });

  it('goes to no hub that a repository names, unless it is meant for that one', async () => {
    delete place.environment.SIGNALBOX_STORE;
    place.write('signalbox.json', JSON.stringify({ store: hub.url }));
    expect((await list()).stderr).toMatch(/There is no token for .*\n.*a repository names this hub/);
    without();
    mkdirSync(place.home, { recursive: true });
    writeFileSync(file(), `${ana.token}\n`, { mode: 0o600 });
    expect((await list()).stderr).toMatch(/There is no token for/);
    writeFileSync(file(), `${hub.url} ${ana.token}\n`);
    expect((await list()).code).toBe(0);
    expect(hub.log.filter(({ msg }) => msg === 'authentication failed')).toEqual([]);
  });

  it('goes nowhere unencrypted beyond this machine', async () => {
    const environment = { SIGNALBOX_STORE: 'http://hub.example.com' };
    const { code, stderr } = await place.command(['session', 'list'], { environment });
    expect([code, stderr]).toEqual([expect.any(Number), expect.stringMatching(/not encrypted/)]);
  });
});

it('a server that needs no hub loads nothing of the bridge', () => {
  expect(readFileSync(binary, 'utf8')).not.toContain('permessage-deflate');
});
