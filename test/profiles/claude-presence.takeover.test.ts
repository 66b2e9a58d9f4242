/** What the database of claude-presence held, taken over by `signalbox import claude-presence PATH`. */
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { until, Workspace } from '../support/workspace.ts';
import { oldDatabase } from './support/old-database.ts';
import { Presence } from './support/presence.ts';

let place: Workspace;
let path: string;
let old: { close(): void };

const minute = 60_000;

beforeEach(() => {
  place = new Workspace();
  mkdirSync(place.home, { recursive: true });
  path = join(place.home, 'state.db');
  const now = Date.now();
  const session = { project: place.repository, branch: null, started_at: now - minute, last_heartbeat: now };
  const lock = { project: place.repository, acquired_at: now - minute, expires_at: now + 10 * minute };
  const message = { project: place.repository, from_session: 'otter', priority: 'info', created_at: now - minute };
  old = oldDatabase(path, 'claude-presence', {
    sessions: [
      { ...session, id: 'otter' },
      { ...session, id: 'wren' },
    ],
    resource_locks: [
      { ...lock, resource: 'ci', session_id: 'otter', reason: 'Nightly' },
      { ...lock, resource: 'deploy to production', session_id: 'otter' },
      { ...lock, resource: 'db', session_id: 'wren', expires_at: now - minute },
    ],
    inbox: [
      { ...message, to_session: 'wren', message: 'Read the plan', priority: 'urgent', tags: '["plan"]' },
      { ...message, message: 'I am on it', from_branch: 'main', created_at: now - 2 * minute },
      { ...message, to_session: 'wren', message: 'Already read' },
      { ...message, message: 'Long ago', created_at: now - 90 * 24 * 60 * minute },
    ],
    inbox_reads: [{ session_id: 'wren', message_id: 3, read_at: now }],
  });
});

afterEach(async () => {
  old.close();
  await place.dispose();
});

const take = (...more: string[]) => place.command(['import', 'claude-presence', path, ...more]);

async function taken() {
  const { code, stdout, stderr } = await take('--json');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return JSON.parse(stdout).tallies;
}

const bytes = () => ['', '-wal'].map(suffix => readFileSync(path + suffix).toString('base64'));

describe('the import', () => {
  it('counts what was taken and what was not, changes nothing there, and takes nothing twice (CPT-001, CPT-002, CPT-003)', async () => {
    const before = bytes();
    expect(await taken()).toEqual([
      { what: 'locks', taken: 2, left: [{ why: 'their time is over', count: 1 }] },
      { what: 'messages', taken: 3, left: [{ why: 'too old', count: 1 }] },
      { what: 'sessions', taken: 0, left: [{ why: 'they announce themselves again', count: 2 }] },
    ]);
    expect(bytes()).toEqual(before);
    const again = await taken();
    expect(again.map(({ what, taken: count }: { what: string; taken: number }) => [what, count])).toEqual([
      ['locks', 0],
      ['messages', 0],
      ['sessions', 0],
    ]);
    const wren = await Presence.start(place);
    await wren.register('wren');
    expect((await wren.inbox('wren')).total).toBe(2);
  });

  it('takes nothing twice either when what was taken has moved on: its sender came, its lock was released (CPT-003)', async () => {
    await taken();
    const otter = await Presence.start(place);
    await otter.register('otter');
    await otter.release('otter', 'ci');
    const again = await taken();
    expect(again.map(({ taken: count }: { taken: number }) => count)).toEqual([0, 0, 0]);
    expect(await otter.locked()).toEqual(['deploy to production']);
    await otter.register('wren');
    expect(await otter.texts('wren')).toEqual(['Read the plan', 'I am on it']);
  });

  it('leaves what it cannot read with the reason, and takes the rest (CPT-006)', async () => {
    const odd = join(place.home, 'odd.db');
    const now = Date.now();
    const message = { project: place.repository, from_session: 'otter', priority: 'info', created_at: now };
    oldDatabase(odd, 'claude-presence', {
      sessions: [],
      resource_locks: [
        { resource: 'ci', project: place.repository, session_id: null, acquired_at: now, expires_at: now + minute },
        {
          resource: 'db',
          project: place.repository,
          session_id: 'x'.repeat(300),
          acquired_at: 1,
          expires_at: now + minute,
        },
        { resource: 'ok', project: place.repository, session_id: 'otter', acquired_at: 1, expires_at: now + minute },
      ].map(row => ({ ...row, branch: null, reason: 'r'.repeat(300_000) })),
      inbox: [
        { ...message, message: 'Broken tags', tags: '[1,' },
        { ...message, message: 'No time', created_at: null },
        { ...message, message: 'Far away', created_at: 9e18 },
        { ...message, message: 'x'.repeat(20_000) },
        { ...message, message: '  ' },
        { ...message, message: 'Many tags', tags: JSON.stringify(['t'.repeat(9_000)]) },
        { ...message, message: 'Fine', from_session: 'a\u001b[31m' },
        { ...message, message: 'Good' },
      ],
    }).close();
    const { stdout } = await place.command(['import', 'claude-presence', odd, '--json']);
    const [locks, messages] = JSON.parse(stdout).tallies;
    expect([locks.taken, messages.taken]).toEqual([1, 2]);
    const reasons = [...locks.left, ...messages.left].map(({ why }: { why: string }) => why).join('; ');
    for (const part of ['session_id', '200', 'created_at', 'too long', 'empty', '8192', 'control characters'])
      expect(reasons).toContain(part);
    const presence = await Presence.start(place);
    await presence.register('wren');
    expect((await presence.inbox('wren')).messages).toMatchObject([
      { message: 'Good', tags: null },
      { message: 'Broken tags', tags: null },
    ]);
  });

  it('reads through a link what a running program has written last, and tells another program’s database from its own (CPT-002)', async () => {
    const link = join(place.home, 'link.db');
    symlinkSync(path, link);
    const { stdout } = await place.command(['import', 'claude-presence', link, '--json']);
    expect(JSON.parse(stdout).tallies[0]).toMatchObject({ what: 'locks', taken: 2 });
    const other = join(place.home, 'other.db');
    oldDatabase(other, 'claude-peers', {}).close();
    const wrong = await place.command(['import', 'claude-presence', other]);
    expect(wrong).toMatchObject({ code: 2, stdout: '' });
    expect(wrong.stderr).toContain('is no database of claude-presence');
  });

  it('tells a person in words what was taken and what was not (CPT-001)', async () => {
    const { stdout } = await take();
    expect(stdout).toContain(`claude-presence, ${path}: 5 taken over.`);
    expect(stdout).toContain('  locks: 2 taken\n    1 not: their time is over\n');
    expect(stdout).toContain('Nothing was changed there.');
  });

  it('of what is no database, or not there, is refused with what to do (CPT-002)', async () => {
    const text = join(place.home, 'notes.txt');
    writeFileSync(text, 'no database at all, but long enough to be looked at as one '.repeat(20));
    const wrong = await place.command(['import', 'claude-presence', text]);
    expect(wrong.code).not.toBe(0);
    expect(wrong.stderr).toContain('is no SQLite database');
    expect((await place.command(['import', 'claude-presence', join(place.home, 'gone.db')])).stderr).toContain(
      'There is nothing at',
    );
    expect((await place.command(['import', 'claude-presence'])).stderr).toContain('import claude-presence PATH');
  });
});

describe('a lock that was taken over', () => {
  it('is refused to everybody else, and its holder has it as soon as it says its name (CPT-004)', async () => {
    await taken();
    const [presence, heron] = await Promise.all([
      Presence.start(place),
      place.session({ args: ['--handle', 'heron'] }),
    ]);
    expect(await heron.call('lock_acquire', { resources: ['ci'] })).toMatchObject({ granted: false });
    await presence.register('wren');
    expect(await presence.claim('wren', 'ci')).toMatchObject({
      ok: false,
      held_by: { resource: 'ci', held_by: 'otter', reason: 'Nightly' },
      holder_session: { id: 'otter' },
    });
    await presence.register('otter');
    const { locks } = await heron.call('lock_list');
    expect(locks).toMatchObject([
      { resource: 'ci', holder: 'otter', reason: 'Nightly' },
      { resource: expect.any(String), holder: 'otter' },
    ]);
    expect(await presence.locked()).toEqual(['ci', 'deploy to production']);
    expect(await presence.release('otter', 'ci')).toEqual({ released: true });
    expect(await heron.call('lock_acquire', { resources: ['ci'] })).toMatchObject({ granted: true });
  });

  it('is its holder’s at once where that is here already, and the operator’s own where a person takes it (CPT-004)', async () => {
    const presence = await Presence.start(place);
    await presence.register('otter');
    await taken();
    expect(await presence.claim('otter', 'ci', { reason: 'Still nightly' })).toMatchObject({
      ok: true,
      lock: { held_by: 'otter', reason: 'Still nightly' },
    });
    expect(await presence.release('otter', 'ci')).toEqual({ released: true });
    expect(await presence.unregister('otter')).toEqual({ removed: true });
    expect(await presence.locked()).toEqual([]);
  });

  it('is no more its holder’s once a person has taken it by hand, and goes with its holder’s leave (CPT-004)', async () => {
    await taken();
    expect((await place.command(['lock', 'acquire', '--resources', 'ci'])).code).toBe(0);
    const presence = await Presence.start(place);
    await presence.register('otter');
    expect(await presence.claim('otter', 'ci')).toMatchObject({ ok: false, held_by: { held_by: 'operator' } });
    await presence.unregister('otter');
    expect(await presence.locked()).toEqual(['ci']);
  });

  it('is released by its holder without any announcement, and by no other (CPT-004)', async () => {
    await taken();
    const presence = await Presence.start(place);
    expect(await presence.release('wren', 'ci')).toEqual({ released: false, reason: 'not_owner' });
    expect(await presence.release('otter', 'ci')).toEqual({ released: true });
    expect(await presence.claim('wren', 'ci')).toMatchObject({ ok: true });
  });
});

describe('a message that was taken over', () => {
  it('is unread for whoever has not read it, with its time, and read where it was read (CPT-005)', async () => {
    await taken();
    const presence = await Presence.start(place);
    await presence.register('wren');
    const { messages, unread_total, total } = await presence.inbox('wren');
    expect({ unread_total, total }).toEqual({ unread_total: 2, total: 2 });
    expect(messages).toMatchObject([
      { from_session: 'otter', to_session: 'wren', message: 'Read the plan', priority: 'urgent', tags: ['plan'] },
      { from_session: 'otter', to_session: null, message: 'I am on it', priority: 'info', from_branch: 'main' },
    ]);
    const age = Date.now() - Date.parse(messages[1].created_at);
    expect(age).toBeGreaterThanOrEqual(2 * minute);
    await presence.register('otter');
    expect(await presence.texts('otter')).toEqual([]);
  });

  it('reaches native sessions where it was to everybody (CPT-005)', async () => {
    await taken();
    const heron = await place.session();
    const { messages } = await heron.call('message_read');
    expect(messages.map(({ body }: { body: string }) => body)).toEqual(['I am on it']);
  });

  it('is read however many wait: what is read makes room for the ones before, the newest first (CP-130)', async () => {
    const many = join(place.home, 'many.db');
    const now = Date.now();
    const inbox = Array.from({ length: 2_150 }, (_, at) => ({
      ...{ project: place.repository, from_session: 'otter', to_session: 'wren', priority: 'info' },
      ...{ message: `m${at}`, created_at: now - 10_000 + at },
    }));
    oldDatabase(many, 'claude-presence', { sessions: [], resource_locks: [], inbox }).close();
    await place.command(['import', 'claude-presence', many]);
    const presence = await Presence.start(place);
    await presence.register('wren');
    const seen: string[] = [];
    for (;;) {
      const texts = await presence.texts('wren', { limit: 200 });
      if (texts.length === 0) break;
      seen.push(...texts);
      await until(
        'they are read',
        async () => !(await presence.texts('wren', { peek: true })).includes(texts[0] ?? ''),
      );
    }
    expect(seen).toEqual(inbox.map(({ message }) => message).reverse());
  });
});
