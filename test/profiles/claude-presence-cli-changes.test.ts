/** The commands of claude-presence that change something, and those about the store: real processes beside sessions of a real server. */
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { exists, pause, until } from '../support/workspace.ts';
import { Commands, idsOf, textsOf } from './support/commands.ts';
import { Presence } from './support/presence.ts';

let commands: Commands;

beforeEach(async () => {
  commands = await Commands.start();
});
afterEach(() => commands.place.dispose());

const refresh = (session: string, branch: string, project = commands.place.repository) =>
  commands.json('refresh-branch', '--session', session, '--project', project, '--branch', branch);

describe('refresh-branch', () => {
  it('changes nothing for the branch that the session is on (CPC-024)', async () => {
    await commands.presence.register('a', { branch: 'main' });
    expect(await refresh('a', 'main')).toEqual({ changed: false, branch: 'main' });
  });

  it('notes another branch, keeps the rest, and is a sign of life (CPC-025)', async () => {
    const about = { intent: 'Fix', pid: 4711, hostname: 'desk' };
    await commands.presence.register('a', { ...about, branch: 'main', client_session_id: 'client-1' });
    const [before] = await commands.json('status', ...commands.onShop);
    await pause(5);
    expect(await refresh('a', 'topic')).toEqual({ changed: true, from: 'main', to: 'topic' });
    const [after] = await commands.json('status', ...commands.onShop);
    expect(after).toEqual({ ...before, branch: 'topic', last_heartbeat: after.last_heartbeat });
    expect(after.last_heartbeat).toBeGreaterThan(before.last_heartbeat);
    expect(await commands.presence.listed('a')).toMatchObject({ ...about, branch: 'topic' });
  });

  it('does not know a session that is not there, or that never announced itself (CPC-026)', async () => {
    expect(await refresh('a', 'topic')).toEqual({ changed: false, reason: 'session_not_found' });
    await commands.presence.inbox('a');
    expect(await refresh('a', 'topic')).toEqual({ changed: false, reason: 'session_not_found' });
  });

  it('tells on which other project a session is (CPC-027)', async () => {
    await commands.presence.on('attic').register('a', { branch: 'main' });
    const told = await refresh('a', 'topic');
    expect(told).toEqual({ changed: false, reason: 'project_mismatch', stored_project: 'attic' });
    expect(await refresh('a', 'main', 'attic')).toEqual({ changed: false, branch: 'main' });
  });

  it('tells people each of that in a sentence (CPC-028)', async () => {
    await commands.presence.register('a', { branch: 'main' });
    await commands.presence.on('attic').register('b');
    const sentence = async (session: string, branch: string) => {
      const { code, stdout, stderr } = await commands.run([
        'refresh-branch',
        '-s',
        session,
        '-b',
        branch,
        ...commands.onShop,
      ]);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      return stdout;
    };
    expect(await sentence('a', 'topic')).toMatch(/^[^\n]*main[^\n]*topic[^\n]*\.\n$/);
    expect(await sentence('a', 'topic')).toMatch(/^[^\n]*already\.\n$/);
    expect(await sentence('b', 'topic')).toMatch(/^[^\n]*attic\.\n$/);
    expect(await sentence('c', 'topic')).toMatch(/^[^\n]*no session "c"\.\n$/);
  });

  it.each([
    ['--session <id>', ['-p', '.', '-b', 'topic']],
    ['--project <path>', ['-s', 'a', '-b', 'topic']],
    ['--branch <name>', ['-s', 'a', '-p', '.']],
  ])('needs %s (CPC-029)', async (option, words) => {
    await commands.expectMissing(option, ['refresh-branch', ...words]);
  });
});

describe('resolve-session', () => {
  beforeEach(() => commands.presence.register('a', { branch: 'main', client_session_id: 'client-1' }));

  it('gives programs the session, its project and branch, or null (CPC-030)', async () => {
    const found = { session_id: 'a', project: commands.place.repository, branch: 'main' };
    expect(await commands.json('resolve-session', '--client', 'client-1')).toEqual(found);
    expect(await commands.json('resolve-session', '--client', 'client-2')).toEqual({ session_id: null });
    await commands.presence.unregister('a');
    expect(await commands.json('resolve-session', '--client', 'client-1')).toEqual({ session_id: null });
  });

  it('gives people the id, or exit code 2 (CPC-031)', async () => {
    expect(await commands.run(['resolve-session', '--client', 'client-1'])).toEqual({
      code: 0,
      stdout: 'a\n',
      stderr: '',
    });
    const { code, stdout, stderr } = await commands.run(['resolve-session', '--client', 'client-2']);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^[^\n]*client-2[^\n]*\.\n$/);
  });

  it('looks at one project only where one is named (CPC-032)', async () => {
    expect((await commands.json('resolve-session', '-c', 'client-1', ...commands.onShop)).session_id).toBe('a');
    expect((await commands.json('resolve-session', '-c', 'client-1', '-p', '.')).session_id).toBe('a');
    expect(await commands.json('resolve-session', '-c', 'client-1', '-p', 'attic')).toEqual({ session_id: null });
  });

  it('needs --client (CPC-033)', () => commands.expectMissing('--client <id>', ['resolve-session']));
});

describe('clear', () => {
  const pruned = (pruned_sessions: number, pruned_locks: number) => ({
    pruned_sessions,
    pruned_locks,
    pruned_inbox: 0,
  });

  it('ends and counts what is over in every project (CPC-034)', async () => {
    const { presence } = commands;
    await presence.register('a');
    await presence.claim('a', 'ci');
    expect(await commands.json('clear')).toEqual(pruned(0, 0));
    const attic = (await Presence.start(commands.place)).on('attic');
    await attic.register('b');
    await attic.claim('b', 'port:3000', { ttl_seconds: 1 });
    // A process that stands still is there, but sees neither that its lock has lapsed nor that another is gone.
    process.kill(attic.client.session.pid, 'SIGSTOP');
    try {
      await pause(1_100);
      presence.client.session.crash();
      await until('it is gone', () => !exists(presence.client.session.pid));
      expect(await commands.json('clear')).toEqual(pruned(1, 1));
      expect(await commands.json('clear')).toEqual(pruned(0, 0));
    } finally {
      process.kill(attic.client.session.pid, 'SIGCONT');
    }
    expect(idsOf(await commands.json('status'))).toEqual(['b']);
  });

  it('removes no message, whatever it is asked (CPC-035)', async () => {
    await commands.presence.register('a');
    await commands.presence.register('b');
    await commands.presence.post('a', 'Keep this');
    expect(await commands.json('clear', '--all')).toEqual(pruned(0, 0));
    expect(textsOf(await commands.inbox('b'))).toEqual(['Keep this']);
  });

  it('tells people in one line (CPC-036)', async () => {
    const { code, stdout, stderr } = await commands.run(['clear', '--all']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^[^\n]+\n$/);
  });
});

it('path prints where the store is, as plain text (CPC-037)', async () => {
  const expected = { code: 0, stdout: `${join(commands.place.home, 'signalbox.db')}\n`, stderr: '' };
  expect(await commands.run(['path'])).toEqual(expected);
  expect(await commands.run(['path', '--json'])).toEqual(expected);
});
