/** A whole store goes into a file while sessions work in it, and comes back on any engine. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseExport } from '../../src/surfaces/cli/store/project-lines.ts';
import { Hub, makeToken, shop } from '../support/hub.ts';
import { postgresServer, redisServer, type StoreRoom } from '../support/servers/choose.ts';
import { describeWith } from '../support/servers/suites.ts';
import { type CommandResult, until, Workspace } from '../support/workspace.ts';

let place: Workspace;
const rooms: StoreRoom[] = [];

beforeEach(() => {
  place = new Workspace();
});

afterEach(async () => {
  for (const room of rooms.splice(0)) await room.clear();
  await place.dispose();
});

const path = (name: string) => join(place.folder, name);
const file = () => path('store.backup');
const json = ({ stdout }: CommandResult) => JSON.parse(stdout);
const inStore = (name: string) => ['--store', `sqlite:${path(name)}`];
const backup = (...words: string[]) => place.command(['backup', ...words]);
const restore = (...words: string[]) => place.command(['restore', ...words]);

/** What is in a backup apart from when it was made: each project's export, to the byte. */
function projectsIn(bytes: Buffer): Record<string, string> {
  const found: Record<string, string> = {};
  const lineAt = (at: number) => bytes.subarray(at, bytes.indexOf('\n', at) + 1);
  for (let at = lineAt(0).length; at < bytes.length; ) {
    const line = lineAt(at);
    const { project, bytes: length = 0 } = JSON.parse(String(line));
    if (project !== undefined) found[project] = String(bytes.subarray(at + line.length, at + line.length + length));
    at += line.length + length;
  }
  return found;
}

async function filled(): Promise<void> {
  await makeToken(place, 'ana', '--role', 'admin');
  await place.command(['lock', 'acquire', 'src/auth.ts', 'README.md', '--reason', 'ä "x" \u{1f600} \u0001']);
  await place.command(['message', 'send', '--to', 'all', 'Zeile\n\ttab \u2028 漢字']);
  await place.command(['lock', 'acquire', 'x', '--project', 'other']);
}

const postgres = await postgresServer.choose();
afterAll(() => postgres?.release());

await describeWith(redisServer, 'a store that is backed up and restored from engine to engine', redis => {
  it('is at the end what it was at the beginning, to the byte, and goes on from there', async () => {
    const otter = await place.session({ args: ['--handle', 'otter'] });
    await otter.call('lock_acquire', { paths: ['src/**/*.ts'], reason: 'NUL and halves \u0001 \ud800' });
    await otter.call('message_send', { to: ['all'], body: 'x'.repeat(16_000) });
    await filled();
    await otter.close();
    rooms.push(...(postgres ? [postgres.room()] : []), redis.room());
    const way = [...rooms.map(room => room.url), `sqlite:${path('end.db')}`];
    expect((await backup(file())).code).toBe(0);
    const first = projectsIn(readFileSync(file()));
    expect(Object.keys(first)).toEqual(expect.arrayContaining(['@accounts', '@places', 'other']));
    for (const [at, to] of way.entries()) {
      const from = at === 0 ? file() : path(`${at}.backup`);
      const restored = await restore(from, '--store', to);
      expect([restored.code, restored.stderr]).toEqual([0, '']);
      expect((await backup(path(`${at + 1}.backup`), '--store', to)).code).toBe(0);
      expect(projectsIn(readFileSync(path(`${at + 1}.backup`)))).toEqual(first);
    }
    // It is a store to work with there: numbers go on without a gap, and locks of the dead are free.
    const end = ['--store', way.at(-1) ?? ''];
    const [before] = Object.entries(first).filter(([project]) => !['@accounts', '@places', 'other'].includes(project));
    const { sequence } = parseExport(Buffer.from(before?.[1] ?? '')).contents;
    expect((await place.command(['message', 'send', '--to', 'all', 'here', ...end])).code).toBe(0);
    const lines = (await place.command(['export', ...end])).stdout.split('\n');
    const numbers = lines.flatMap(line => (line.startsWith('{"event"') ? [JSON.parse(line).event.sequence] : []));
    expect(numbers).toEqual(numbers.map((_, index) => index + 1));
    expect(numbers.length).toBeGreaterThan(sequence);
    expect(json(await place.command(['lock', 'acquire', 'src/a.ts', '--json', ...end])).granted).toBe(true);
    expect(json(await place.command(['doctor', '--json', ...end])).checks).toContainEqual(
      expect.objectContaining({ check: 'engine', level: 'ok' }),
    );
  });
});

describe('a backup', () => {
  it('is taken while four sessions write, and what comes back is sound and what was there at one moment', async () => {
    const sessions = await Promise.all(
      ['a', 'b', 'c', 'd'].map(handle => place.session({ args: ['--handle', handle, '--tools', 'all'] })),
    );
    let isOver = false;
    let done = 0;
    const work = sessions.map(async (session, at) => {
      for (let round = 0; !isOver; round++) {
        await session.call('data_set', { key: `k${at}`, value: round });
        done += 1;
      }
    });
    await until('all have written', () => done >= 20);
    const before = done;
    const taken = json(await backup(file(), '--json'));
    const second = json(await backup(path('second.backup'), '--json'));
    isOver = true;
    await Promise.all(work);
    expect(second.projects[0].events).toBeGreaterThan(taken.projects[0].events);
    const restored = await restore(file(), ...inStore('new.db'), '--json');
    expect([restored.code, json(restored).kept]).toEqual([0, []]);
    // One moment: what is stored under each key is what the last event of it tells, and none is missing before that.
    const { contents } = parseExport(Buffer.from((await place.command(['export', ...inStore('new.db')])).stdout));
    const events = contents.events.map(body => JSON.parse(body)).filter(({ type }) => type === 'data.set');
    expect(events.length).toBeGreaterThanOrEqual(before);
    for (const key of ['k0', 'k1', 'k2', 'k3']) {
      const revisions = events.flatMap(({ data }) => (data.key === key ? [data.revision] : []));
      const record = contents.records.find(({ kind, body }) => kind === 'data' && JSON.parse(body).key === key);
      expect(revisions).toEqual(revisions.map((_, index) => index + 1));
      expect(JSON.parse(record?.body ?? '{}')).toMatchObject({
        revision: revisions.length,
        value: String(revisions.length - 1),
      });
    }
    const checks = json(await place.command(['doctor', '--json', ...inStore('new.db')])).checks;
    expect(checks).toContainEqual(expect.objectContaining({ check: 'engine', level: 'ok' }));
  });

  it('that is broken off leaves no file of its name, and none at all where it could still clean up', async () => {
    const hub = await Hub.start(place, ['--open']);
    for (let at = 0; at < 40; at++) {
      const somebody = await hub.as('none', `p${at}`).open();
      await somebody.output('data_set', { key: `k${at}`, value: 'x'.repeat(8_000) });
    }
    await hub.stop();
    for (const signal of ['SIGKILL', 'SIGTERM'] as const) {
      const child = place.start(['backup', file()]);
      const ended = new Promise(resolve => child.once('exit', resolve));
      const begun = () => readdirSync(place.folder).some(name => name === `store.backup.${child.pid}.new`);
      await until('it writes', () => begun() || child.exitCode !== null);
      child.kill(signal);
      await ended;
      expect(child.signalCode).toBe(signal);
      expect(existsSync(file())).toBe(false);
      expect(begun()).toBe(signal === 'SIGKILL');
    }
    expect((await backup(file())).code).toBe(0);
    expect((await restore(file(), ...inStore('new.db'))).code).toBe(0);
  });

  it('is for its user alone, replaces a file only when told to, and says what it holds', async () => {
    await filled();
    const told = json(await backup(file(), '--json'));
    const bytes = readFileSync(file());
    expect(told).toMatchObject({ file: file(), bytes: bytes.length });
    expect(told.projects.map(({ project }: { project: string }) => project)).toEqual(Object.keys(projectsIn(bytes)));
    expect(statSync(file()).mode & 0o777).toBe(0o600);
    const end = bytes.lastIndexOf('\n', bytes.length - 2) + 1;
    expect(JSON.parse(String(bytes.subarray(end))).sha256).toBe(told.sha256);
    expect(createHash('sha256').update(bytes.subarray(0, end)).digest('hex')).toBe(told.sha256);
    writeFileSync(file(), 'mine');
    expect((await backup(file())).code).toBe(4);
    expect(readFileSync(file(), 'utf8')).toBe('mine');
    expect((await backup(file(), '--force')).code).toBe(0);
    expect(projectsIn(readFileSync(file()))).toEqual(projectsIn(bytes));
    expect((await backup(path('no/such/folder'))).code).toBe(3);
    expect((await backup(file(), '--force', '--project', 'other')).code).toBe(2);
    expect((await backup(path('none'), ...inStore('none.db'))).code).toBe(3);
    expect(readdirSync(place.folder).filter(name => name.includes('.new') || name.startsWith('none'))).toEqual([]);
  });

  it('goes through pipes, and its answer beside them', async () => {
    await filled();
    const { stdout, stderr } = await backup('-', '--json');
    expect(JSON.parse(stderr)).toMatchObject({ file: null, bytes: Buffer.byteLength(stdout) });
    const restored = await place.command(['restore', '-', ...inStore('new.db')], { input: stdout });
    expect([restored.code, restored.stderr]).toEqual([0, '']);
    expect(projectsIn(Buffer.from((await backup('-', ...inStore('new.db'))).stdout))).toEqual(
      projectsIn(Buffer.from(stdout)),
    );
  });
});

describe('restoring', () => {
  it('replaces nothing: it refuses a store that holds any of it, or brings what is missing', async () => {
    await filled();
    await backup(file());
    await place.command(['lock', 'acquire', 'mine.ts', '--project', 'other', ...inStore('new.db')]);
    const before = (await backup('-', ...inStore('new.db'))).stdout;
    const refused = await restore(file(), ...inStore('new.db'));
    expect([refused.code, refused.stderr]).toEqual([
      4,
      expect.stringMatching(/: other\. Nothing was written\.\n.*--missing/),
    ]);
    const now = (await backup('-', ...inStore('new.db'))).stdout;
    expect(projectsIn(Buffer.from(now))).toEqual(projectsIn(Buffer.from(before)));
    const missing = json(await restore(file(), '--missing', '--json', ...inStore('new.db')));
    expect(missing.kept).toEqual(['other']);
    const held = projectsIn(Buffer.from((await backup('-', ...inStore('new.db'))).stdout));
    expect(held).toEqual({ ...projectsIn(readFileSync(file())), other: projectsIn(Buffer.from(before)).other });
    // Again there is nothing left to bring.
    expect(json(await restore(file(), '--missing', '--json', ...inStore('new.db'))).restored).toEqual([]);
  });

  it('brings tokens back that work, at a hub over the store that it went to', async () => {
    const token = await makeToken(place, 'ana', '--role', 'write');
    const gone = await makeToken(place, 'bob');
    await place.command(['token', 'revoke', 'bob']);
    await backup(file());
    await restore(file(), ...inStore('new.db'));
    const hub = await Hub.start(place, inStore('new.db'));
    try {
      expect((await hub.as(token, shop).open()).session).toMatch(/./);
      expect((await hub.as(gone).call('session_list')).status).toBe(401);
    } finally {
      await hub.stop();
    }
  });

  it('writes nothing of a file that is cut short, changed, foreign or of a later version, and says what it is', async () => {
    await filled();
    const whole = (await backup('-')).stdout;
    const changed = (from: string | RegExp, to: string) => Buffer.from(whole.replace(from, to));
    const wrong: [Uint8Array, RegExp][] = [
      ...[0.1, 0.5, 0.99].map(
        part => [Buffer.from(whole).subarray(0, whole.length * part), /not whole|damaged/] as [Buffer, RegExp],
      ),
      [Buffer.from(whole.slice(0, whole.lastIndexOf('{"end"'))), /not whole/],
      [changed('exclusive', 'exclusivE'), /damaged: the project .* is not what was written/],
      [changed(/"at":\d+/, '"at":7'), /damaged: it is not what was written/],
      [changed('"end":true,"projects":', '"end":true,"projects":1'), /tells of another number/],
      [Buffer.from(`${whole}\n`), /behind its end/],
      [changed('"version":1', '"version":2'), /format 2.*\n.*Signalbox \d+\.\d+\.\d+ or newer/],
      [Buffer.from(''), /no backup of Signalbox/],
      [Buffer.from('hello'), /no backup of Signalbox/],
      [gzipSync(whole), /no backup.*\n.*gunzip -c/],
      [readFileSync(join(place.home, 'signalbox.db')), /no backup.*\n.*--store sqlite:/],
      [Buffer.from((await place.command(['export'])).stdout), /no backup.*\n.*signalbox import/],
    ];
    for (const [bytes, words] of wrong) {
      writeFileSync(file(), bytes);
      const { code, stderr } = await restore(file(), ...inStore('new.db'));
      expect([code, stderr]).toEqual([2, expect.stringMatching(words)]);
    }
    expect((await restore(path('none'), ...inStore('new.db'))).code).toBe(3);
    expect((await restore(place.folder, ...inStore('new.db'))).code).toBe(2);
    expect((await place.command(['restore', '-', '--store', 'memory:'], { input: whole })).code).toBe(2);
    expect(existsSync(path('new.db'))).toBe(false);
  });

  it('of a record that this version does not know names the version that wrote it, before anything is written', async () => {
    await filled();
    const later = (text: string) => text.replaceAll('{"kind":"lock"', '{"kind":"lokc"');
    writeFileSync(file(), rewritten((await backup('-')).stdout, later));
    const { code, stderr } = await restore(file(), ...inStore('new.db'));
    expect([code, stderr]).toEqual([
      2,
      expect.stringMatching(/"lokc" is not known.*\n.*Signalbox \d+\.\d+\.\d+ or newer\. Nothing/),
    ]);
    expect(existsSync(path('new.db'))).toBe(false);
  });
});

/** The backup that another program would have written, whole in itself. */
function rewritten(text: string, change: (project: string) => string): string {
  const digest = (piece: string) => createHash('sha256').update(piece).digest('hex');
  const sections = Object.entries(projectsIn(Buffer.from(text))).map(([project, lines]) => {
    const body = change(lines);
    return `${JSON.stringify({ project, bytes: Buffer.byteLength(body), sha256: digest(body) })}\n${body}`;
  });
  const all = `${text.slice(0, text.indexOf('\n') + 1)}${sections.join('')}`;
  return `${all}${JSON.stringify({ end: true, projects: sections.length, sha256: digest(all) })}\n`;
}
