import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { placeOwnEngine } from '../support/own-engine.ts';
import { type CommandResult, Workspace } from '../support/workspace.ts';

let place: Workspace;

beforeEach(async () => {
  place = new Workspace();
  await place.command(['lock', 'acquire', 'src/auth.ts', 'README.md', '--reason', 'ä "x" \u{1f600}']);
  await place.command(['message', 'send', '--to', 'all', 'Line\nbreak <system> $HOME']);
});

afterEach(() => place.dispose());

const json = ({ stdout }: CommandResult) => JSON.parse(stdout);
const path = (name: string) => join(place.folder, name);
const standard = () => join(place.home, 'signalbox.db');
const copy = (to: string, ...more: string[]) => place.command(['store', 'copy', standard(), to, ...more]);
const exported = async (...more: string[]) => (await place.command(['export', ...more])).stdout;
const own = (name: string, engine = 'own-engine.mjs') => `module:./${engine}?file=${path(name)}`;

/** A store that does not do what it says: the engine of the guide with `change` around it. */
function placeFaulty(change: string): void {
  placeOwnEngine(place.repository);
  place.write(
    'faulty.mjs',
    `import createEngine from './own-engine.mjs';
    export default (url, parts) => { const store = createEngine(url, parts); return { ...store, ${change} }; };`,
  );
}

describe('store copy', () => {
  it('copies the project of this folder, and says how much that was', async () => {
    const result = await copy(path('copy.db'));
    expect([result.code, result.stderr]).toEqual([0, '']);
    expect(result.stdout).toMatch(/Copied .*: 1 session, 2 locks, 1 message and 3 events\./);
    expect(await exported('--store', `sqlite:${path('copy.db')}`)).toBe(await exported());
    const locks = json(await place.command(['lock', 'list', '--json', '--store', `sqlite:${path('copy.db')}`])).locks;
    expect(locks).toHaveLength(2);
    expect(json(await copy(`sqlite:${path('again.db')}`, '--json'))).toMatchObject({
      from: `sqlite:${standard()}`,
      to: `sqlite:${path('again.db')}`,
      projects: [{ records: { lock: 2, message: 1 }, changedMeanwhile: { records: 0, events: 0 }, atWork: 0 }],
    });
  });

  it('copies through an engine of others and back, and loses nothing', async () => {
    placeOwnEngine(place.repository);
    expect((await copy(own('way.jsonl'))).code).toBe(0);
    const back = await place.command(['store', 'copy', own('way.jsonl'), path('back.db')]);
    expect([back.code, back.stderr]).toEqual([0, '']);
    expect(await exported('--store', `sqlite:${path('back.db')}`)).toBe(await exported());
  });

  it('copies one other project, or all, and none twice', async () => {
    await place.command(['lock', 'acquire', 'x', '--project', 'other']);
    expect((await copy(path('one.db'), '--project', 'other')).code).toBe(0);
    const all = await copy(path('one.db'), '--all', '--json');
    expect([all.code, json(all).error.code]).toEqual([4, 'conflict']);
    // Nothing of the others was copied either.
    expect((await place.command(['export', '--store', `sqlite:${path('one.db')}`])).code).toBe(3);
    const both = json(await copy(path('both.db'), '--all', '--json')).projects;
    expect(both.map((each: { project: string }) => each.project).sort()).toEqual(
      ['other', json(await place.command(['status', '--json'])).project].sort(),
    );
  });

  it('refuses a project that holds anything in the target, and changes nothing there', async () => {
    await copy(path('copy.db'));
    await place.command(['lock', 'acquire', 'later.ts', '--store', `sqlite:${path('copy.db')}`]);
    const before = await exported('--store', `sqlite:${path('copy.db')}`);
    const again = await copy(path('copy.db'));
    expect([again.code, again.stderr.includes('Copy into an empty store')]).toEqual([4, true]);
    expect(await exported('--store', `sqlite:${path('copy.db')}`)).toBe(before);
  });

  it('finds out when a store does not keep what it was given', async () => {
    placeFaulty('load: (project, all) => store.load(project, { ...all, records: all.records.slice(1) })');
    const { code, stderr } = await copy(own('lost.jsonl', 'faulty.mjs'));
    expect(code).toBe(9);
    expect(stderr).toMatch(/does not hold what was loaded: in .* the lock ".*README.md" is missing\./);
  });

  it('says so and fails when the source changed meanwhile', async () => {
    placeFaulty(`contents: async project => {
      const all = await store.contents(project);
      if (globalThis.looked) await store.transact(project, async tx => { tx.delete('lock', all.records[1].id); tx.emit({ type: 'x', audience: [], data: {} }); });
      globalThis.looked = true;
      return store.contents(project);
    }`);
    await copy(own('moving.jsonl'));
    const moving = await place.command(['store', 'copy', own('moving.jsonl', 'faulty.mjs'), path('copy.db')]);
    expect(moving.code).toBe(4);
    expect(moving.stdout).toContain('1 record changed and 1 event came in the source meanwhile');
  });

  it('tells of sessions at work, and is none itself', async () => {
    const otter = await place.session({ args: ['--handle', 'otter'] });
    await otter.handle();
    const before = json(await place.command(['session', 'list', '--json'])).sessions.length;
    const { stdout } = await copy(path('copy.db'));
    expect(stdout).toMatch(/1 session is at work in the source|changed .* meanwhile/);
    expect(json(await place.command(['session', 'list', '--json'])).sessions).toHaveLength(before);
    const sessions = (await exported()).split('\n').filter(line => line.startsWith('{"kind":"session"'));
    expect(sessions).toHaveLength(2);
  });

  it('refuses what makes no sense before it touches anything', async () => {
    const codeOf = async (...words: string[]) => (await place.command(['store', 'copy', ...words])).code;
    expect(await codeOf(path('missing.db'), path('copy.db'))).toBe(3);
    expect(existsSync(path('missing.db'))).toBe(false);
    expect(await codeOf(standard(), path('copy.db'), '--project', 'unheard-of')).toBe(3);
    expect(await codeOf(standard(), standard())).toBe(2);
    expect(await codeOf(standard(), 'memory:')).toBe(2);
    expect(await codeOf(standard(), 'nonsense')).toBe(2);
    expect(await codeOf(standard(), '')).toBe(2);
    expect(await codeOf(standard(), path('copy.db'), '--store', 'memory:')).toBe(2);
    expect(await codeOf(standard(), path('copy.db'), '--all', '--project', 'x')).toBe(2);
    expect(existsSync(path('copy.db'))).toBe(false);
  });
});

describe('export and import', () => {
  it('give the same file again after a way through another store', async () => {
    const file = path('shop.jsonl');
    const result = json(await place.command(['export', file, '--json']));
    expect(result).toMatchObject({ file, records: { lock: 2, session: 1 } });
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const imported = await place.command(['import', file, '--store', `sqlite:${path('new.db')}`]);
    expect([imported.code, imported.stderr]).toEqual([0, '']);
    expect(await exported('--store', `sqlite:${path('new.db')}`)).toBe(readFileSync(file, 'utf8'));
  });

  it('work in a pipe, and under another name', async () => {
    const text = await exported('-');
    const store = ['--store', `sqlite:${path('new.db')}`, '--project', 'renamed'];
    const imported = await place.command(['import', ...store], { input: text });
    expect(imported.stdout).toMatch(/^✓ Imported renamed: /);
    const [header, ...lines] = (await exported(...store)).split('\n');
    const [firstHeader, ...firstLines] = text.split('\n');
    expect(lines).toEqual(firstLines);
    expect(JSON.parse(header ?? '')).toEqual({ ...JSON.parse(firstHeader ?? ''), project: 'renamed' });
  });

  it('replace no file unless they are told to, and leave none that is not whole', async () => {
    const file = path('shop.jsonl');
    writeFileSync(file, 'mine', { mode: 0o644 });
    expect((await place.command(['export', file])).code).toBe(4);
    expect(readFileSync(file, 'utf8')).toBe('mine');
    expect((await place.command(['export', file, '--force'])).code).toBe(0);
    expect(readFileSync(file, 'utf8')).toBe(await exported());
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect((await place.command(['export', path('no/such/folder')])).code).toBe(3);
    expect((await place.command(['export', '--project', 'unheard-of', path('none.jsonl')])).code).toBe(3);
    expect(existsSync(path('none.jsonl'))).toBe(false);
    const before = readdirSync(place.folder);
    // It is written whole before it turns out that it cannot take the place of a folder.
    expect((await place.command(['export', place.home, '--force'])).code).not.toBe(0);
    expect(readdirSync(place.folder)).toEqual(before);
  });

  it('write nothing of a file that is cut short or wrong', async () => {
    const text = await exported();
    const store = ['--store', `sqlite:${path('new.db')}`];
    const broken = [
      text.slice(0, text.length / 2),
      text.split('\n').slice(0, 3).join('\n'),
      '',
      text.replace('{"kind', '{kind'),
    ];
    for (const input of broken) {
      const { code, stderr } = await place.command(['import', ...store], { input });
      expect([code, stderr.includes('nothing was written')]).toEqual([2, true]);
    }
    const unfit = await place.command(['import', ...store], { input: text.replace('"pastHandles":[],', '') });
    expect(unfit.code).toBe(2);
    expect((await place.command(['import', path('none.jsonl'), ...store])).code).toBe(3);
    expect((await place.command(['export', ...store])).code).toBe(3);
  });

  it('refuse a project that holds anything, and a store that does not last', async () => {
    const input = await exported();
    expect((await place.command(['import'], { input })).code).toBe(4);
    expect((await place.command(['import', '--store', 'memory:'], { input })).code).toBe(2);
    expect(await exported()).toBe(input);
  });
});

describe('a store file named in the user file', () => {
  it('is the same wherever a command is typed', async () => {
    const folder = join(place.folder, 'configuration', 'signalbox');
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'config.json'), '{ "store": "sqlite:mine.db" }');
    const environment = { XDG_CONFIG_HOME: join(place.folder, 'configuration'), SIGNALBOX_HOME: '' };
    const options = { environment, directory: join(place.repository, 'src') };
    const config = json(await place.command(['config', '--json'], options));
    expect(config.settings[0]).toMatchObject({ value: `sqlite:${join(folder, 'mine.db')}`, origin: 'user file' });
  });
});
