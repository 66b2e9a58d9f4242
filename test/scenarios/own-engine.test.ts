import { execFile, spawnSync } from 'node:child_process';
import { appendFileSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { placeOwnEngine } from '../support/own-engine.ts';
import { Workspace } from '../support/workspace.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

let place: Workspace;

beforeEach(() => {
  place = new Workspace();
});

afterEach(() => place.dispose());

describe('the guide to an engine of your own', () => {
  it('shows the files that are tested, each whole, and the engine has no more than 60 lines', () => {
    const guide = readFileSync(join(root, 'docs/guides/own-engine.md'), 'utf8');
    const shown = [...guide.matchAll(/^```js\n(.*?)^```$/gms)].map(([, text]) => text);
    const files = ['own-engine.mjs', 'own-engine.test.mjs'];
    expect(shown).toEqual(files.map(name => readFileSync(join(root, 'docs/guides', name), 'utf8')));
    expect(shown[0]?.trimEnd().split('\n').length).toBeLessThanOrEqual(60);
  });
});

describe('the package as others install it', () => {
  it('gives an engine its kit, its contract and its types', async () => {
    const folder = join(place.folder, 'consumer');
    mkdirSync(folder);
    await run('npm', ['pack', '--silent', '--pack-destination', folder], root);
    const [archive = 'none'] = readdirSync(folder);
    writeFileSync(join(folder, 'package.json'), '{ "private": true, "type": "module" }');
    const quiet = ['--no-audit', '--no-fund', '--omit=optional', '--omit=peer', '--prefer-offline', '--silent'];
    await run('npm', ['install', `./${archive}`, ...quiet], folder);
    const installed = join(folder, 'node_modules/signalbox');
    const files = readdirSync(installed, { recursive: true, encoding: 'utf8' }).map(name => join(installed, name));
    const own = files.filter(path => statSync(path).isFile() && readFileSync(path, 'utf8').includes(root));
    expect(own, 'files that name a folder of the machine that built them').toEqual([]);
    placeOwnEngine(folder, ['vitest']);
    const tested = await run('node', ['node_modules/vitest/vitest.mjs', 'run', '--reporter=json'], folder);
    const { success, numPassedTests } = JSON.parse(tested);
    expect([success, numPassedTests > 45]).toEqual([true, true]);
    expect(checkTypes(folder)).toEqual(['', 0]);
  });
});

/** What the compiler says of a file that uses the package, with everything looked at closely. */
function checkTypes(folder: string): [string, number | null] {
  const use = `import { type CreateEngine, type EngineParts, ProjectState, type Snapshot, type Store } from 'signalbox/engine';
    import { type StoreHarness, storeContract } from 'signalbox/engine-contract';
    const snapshot: Snapshot = new ProjectState().snapshot(1);
    const store = { spansMachines: false } as Store;
    const create: CreateEngine = (url: string, parts: EngineParts) => (url && parts.boot ? store : { store });
    const harness: StoreHarness = {
      isSynchronous: true,
      createBed: async () => ({ connect: ({ clock }) => (clock.now() ? store : store), destroy: async () => {} }),
    };
    storeContract('typed', harness);
    // @ts-expect-error A store is more than that.
    const wrong: Store = { spansMachines: false };
    export { create, snapshot, wrong };`;
  writeFileSync(join(folder, 'use.ts'), use);
  mkdirSync(join(folder, 'node_modules/@types'), { recursive: true });
  symlinkSync(join(root, 'node_modules/@types/node'), join(folder, 'node_modules/@types/node'), 'junction');
  const options = {
    module: 'nodenext',
    target: 'es2023',
    strict: true,
    skipLibCheck: false,
    noEmit: true,
    types: ['node'],
  };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions: options, files: ['use.ts'] }));
  const compiler = join(root, 'node_modules/typescript/bin/tsc');
  const { stdout, status } = spawnSync(process.execPath, [compiler, '-p', folder], { encoding: 'utf8' });
  return [stdout, status];
}

async function run(program: string, args: readonly string[], folder: string): Promise<string> {
  const file = program === 'node' ? process.execPath : program;
  const environment = { ...process.env, NODE_ENV: '', VITEST: '', npm_config_cache: join(place.folder, 'npm') };
  const { stdout } = await promisify(execFile)(file, args, { cwd: folder, env: environment, maxBuffer: 1e8 });
  return stdout;
}

describe('a store in an engine of others', () => {
  const store = () => `module:./own-engine.mjs?file=${join(place.folder, 'store.jsonl')}`;

  it('serves sessions and commands, named by flag or variable, from where it was typed', async () => {
    placeOwnEngine(place.repository);
    const otter = await place.session({ args: ['--store', store(), '--handle', 'otter'] });
    const heron = await place.session({ args: ['--handle', 'heron'], environment: { SIGNALBOX_STORE: store() } });
    await otter.call('lock_acquire', { paths: ['src/auth.ts'] });
    expect(await heron.call('lock_acquire', { paths: ['src/auth.ts'] })).toMatchObject({ granted: false });
    const waiting = heron.call('lock_acquire', { paths: ['src/auth.ts'], waitSeconds: 30 });
    await otter.call('message_send', { to: ['heron'], body: 'Yours in a moment' });
    await otter.call('lock_release', { all: true });
    expect(await waiting).toMatchObject({ granted: true });
    const { stdout, code } = await place.command(['--store', store(), 'session', 'list', '--json']);
    expect(code).toBe(0);
    const handles = JSON.parse(stdout).sessions.map((session: { handle: string }) => session.handle);
    expect(handles.sort()).toEqual(['heron', 'otter']);
    const config = JSON.parse((await place.command(['--store', store(), 'config', '--json'])).stdout);
    expect(config.settings[0].value).toMatch(/^module:file:\/\/.*\/shop\/own-engine\.mjs\?file=/);
  });

  it('is found from the folder of the user file, also in a folder with an odd name', async () => {
    const configuration = join(place.folder, 'con #1%20fig?');
    const folder = join(configuration, 'signalbox');
    mkdirSync(folder, { recursive: true });
    placeOwnEngine(folder);
    const written = { store: `module:./own-engine.mjs?file=${place.folder}/s.jsonl` };
    writeFileSync(join(folder, 'config.json'), JSON.stringify(written));
    const environment = { XDG_CONFIG_HOME: configuration, SIGNALBOX_HOME: '' };
    const { code, stderr } = await place.command(['lock', 'acquire', 'a.ts'], { environment });
    expect([code, stderr]).toEqual([0, '']);
    expect(readFileSync(join(place.folder, 's.jsonl'), 'utf8')).toContain('a.ts');
  });

  it('is never taken from the project file: opening a repository runs none of its code', async () => {
    placeOwnEngine(place.repository);
    const trap = join(place.folder, 'trap');
    place.write('trap.mjs', `import { writeFileSync } from 'node:fs'; writeFileSync(${JSON.stringify(trap)}, '');`);
    for (const named of ['module:./trap.mjs', `module:${join(place.repository, 'trap.mjs')}`, 'module:trap']) {
      place.write('signalbox.json', JSON.stringify({ store: named }));
      for (const words of [['status'], ['lock', 'list'], ['mcp'], ['doctor'], ['config']]) {
        const { code, stdout, stderr } = await place.command(words);
        expect(code).not.toBe(0);
        expect(stdout + stderr).toContain('a repository must not decide which code runs here');
      }
    }
    expect(readdirSync(place.folder)).not.toContain('trap');
    place.write('signalbox.json', JSON.stringify({ store: 'module:./trap.mjs' }));
    expect((await place.command(['--store', store(), 'session', 'list'])).code).toBe(0);
  });

  it('is refused with its reason when it is missing or no engine', async () => {
    place.write('wrong.mjs', 'export default () => ({ transact() {} });');
    const { code, stderr } = await place.command(['--store', 'module:./wrong.mjs', 'status']);
    expect([code, stderr.includes('its store lacks read, eventsAfter,')]).toEqual([2, true]);
    expect((await place.command(['--store', 'module:./none.mjs', 'status'])).code).toBe(3);
    const session = await place.command(['mcp', '--store', 'module:./none.mjs']);
    expect([session.code, session.stderr.includes('There is no file')]).toEqual([2, true]);
  });

  it('loses nothing that many processes write at once', async () => {
    placeOwnEngine(place.repository);
    const names = Array.from({ length: 12 }, (_, at) => `file-${at}.ts`);
    const results = await Promise.all(names.map(name => place.command(['--store', store(), 'lock', 'acquire', name])));
    expect(results.map(({ code, stderr }) => [code, stderr])).toEqual(names.map(() => [0, '']));
    const { stdout } = await place.command(['--store', store(), 'lock', 'list', '--json']);
    expect(JSON.parse(stdout).locks).toHaveLength(names.length);
  });

  it('goes on behind a line that a crash has torn', async () => {
    placeOwnEngine(place.repository);
    const acquire = (name: string) => place.command(['--store', store(), 'lock', 'acquire', name]);
    await acquire('a.ts');
    const file = join(place.folder, 'store.jsonl');
    const lines = readFileSync(file, 'utf8');
    for (const length of [1, 40, lines.length - 3]) {
      appendFileSync(file, `\n${lines.trim().slice(0, length)}`);
      expect((await acquire(`after-${length}.ts`)).code).toBe(0);
    }
    const { stdout } = await place.command(['--store', store(), 'lock', 'list', '--json']);
    expect(JSON.parse(stdout).locks).toHaveLength(4);
  });
});
