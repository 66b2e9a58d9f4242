import { mkdirSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FakeClock, FakeIds, FakeLog, FakeWakeups } from '../../test/support/fakes.ts';
import { type TemporaryFolder, temporaryFolder } from '../../test/support/folder.ts';
import { SignalboxError } from '../core/errors.ts';
import { createEngine } from './index.ts';
import { absoluteModuleUrl, moduleParts } from './module-url.ts';

let folder: TemporaryFolder;

beforeEach(() => {
  folder = temporaryFolder();
});

afterEach(() => folder.remove());

const wakeups = new FakeWakeups();
const parts = { clock: new FakeClock(), ids: new FakeIds(), boot: 'boot', log: new FakeLog(), wakeups };

const whole = `
  spansMachines: true, transact: async (project, work) => work(), read: async () => {}, eventsAfter: async () => [],
  projects: async () => [], contents: async () => {}, load: async () => {}, inspect: async () => {}, close: async () => {},`;

let files = 0;

/** Opens the engine that a file with this text makes. */
function open(text: string, rest = '') {
  // A name of its own for each: a module is loaded once in a process.
  const path = folder.path(`own${++files}.mjs`);
  writeFileSync(path, text);
  return createEngine(`module:${path}${rest}`, parts);
}

const refusal = (text: string) => open(text).catch(error => error);

describe('an engine of others', () => {
  it('is loaded from a file, with the whole address and what engines are made from', async () => {
    const text = `export default (url, parts) => ({ ${whole} projects: async () => [url, Object.keys(parts).join()] });`;
    const { store, wakeups: used } = await open(text, '?folder=/x y#z');
    const [url, keys] = await store.projects();
    expect(url).toBe(`module:${pathToFileURL(folder.path(`own${files}.mjs`))}?folder=/x y#z`);
    expect(new URL(String(url)).searchParams.get('folder')).toBe('/x y');
    expect(keys?.split(',').sort()).toEqual(Object.keys(parts).sort());
    expect([store.spansMachines, used]).toEqual([true, wakeups]);
  });

  it('may be made in a promise, under the name createEngine, and bring a channel of its own', async () => {
    const channel = 'listen() {}, attend() {}, wake() {}, problem() { return "mine"; }, close() {}';
    const engine = await open(
      `export const createEngine = async () => ({ store: { ${whole} }, wakeups: { ${channel} } });`,
    );
    expect(engine.wakeups.problem()).toBe('mine');
    expect(engine.store.spansMachines).toBe(true);
  });

  it('is refused when it lacks something, which is named', async () => {
    const invalid = (message: string) => ({ code: 'invalid_input', message: expect.stringContaining(message) });
    expect(await refusal('export const other = 1;')).toMatchObject(invalid('its default export is not a function'));
    expect(await refusal('export default {};')).toMatchObject(invalid('its default export is not a function'));
    expect(await refusal('export default () => null;')).toMatchObject(invalid('its store lacks transact, read,'));
  });

  it('is refused when its store or its channel is not whole', async () => {
    const lacking = await open(`export default () => ({ ${whole} load: 1, close: undefined });`).catch(error => error);
    expect(lacking.message).toMatch(/its store lacks load, close\.$/);
    const deaf = await refusal(`export default () => ({ store: { ${whole} }, wakeups: { listen() {} } });`);
    expect(deaf.message).toMatch(/its wakeups lack attend, wake, problem, close\.$/);
    expect((await refusal(`export default () => ({ ${whole} spansMachines: 1 });`)).message).toContain('spansMachines');
  });

  it('says what is wrong with it in clean words when its own code fails', async () => {
    const failed = await refusal('throw new Error("no \\u001b[2Jdriver\\nat secret.js:1");');
    expect(failed).toMatchObject({ code: 'unavailable' });
    expect(failed.message).toMatch(/own\d+\.mjs could not be loaded: no driver\.$/);
  });

  it('says so when making its store fails', async () => {
    expect((await refusal('export default () => { throw new TypeError("bad"); };')).message).toMatch(
      /could not be loaded: bad\.$/,
    );
  });

  it('is told apart from a file or package that is not there', async () => {
    const none = await createEngine('module:/nowhere/at-all.mjs', parts).catch(error => error);
    expect(none).toMatchObject({ code: 'not_found', message: 'There is no file /nowhere/at-all.mjs.' });
    const absent = await createEngine('module:no-such-package-here?x', parts).catch(error => error);
    expect(absent).toMatchObject({ code: 'not_found', message: expect.stringContaining('no-such-package-here') });
    expect(await createEngine('module:', parts).catch(error => error)).toMatchObject({ code: 'invalid_input' });
  });

  it('refuses in our form although it brought another copy of the kit, and may refuse to be made', async () => {
    const copy = `class SignalboxError extends Error {
      constructor(code, message, next) { super(message); this.name = 'SignalboxError'; this.code = code; this.next = next; }
    }
    const refuse = code => { throw new SignalboxError(code, 'It is full.', 'Make room.'); };`;
    const { store } = await open(`${copy}
      export default () => ({ ${whole} projects: async () => refuse('unavailable'), load: async () => refuse('odd') });`);
    const refused = await store.projects().catch(error => error);
    expect(refused).toBeInstanceOf(SignalboxError);
    expect(refused).toMatchObject({ code: 'unavailable', message: 'It is full.', next: 'Make room.' });
    const unknown = await store.load('p', { sequence: 0, records: [], events: [] }).catch(error => error);
    expect(unknown).not.toBeInstanceOf(SignalboxError);
  });

  it('is reported as unusable when it cannot examine itself', async () => {
    const { store } = await open(
      `export default () => ({ ${whole} inspect: async () => { throw new Error('no idea'); } });`,
    );
    expect(await store.inspect()).toMatchObject({
      isUsable: false,
      problems: [expect.stringContaining('its store: no idea. Ask')],
    });
  });

  it('lets what the work throws through unchanged', async () => {
    const { store } = await open(`export default () => ({ ${whole} });`);
    const failure = new Error('changed my mind');
    await expect(store.transact('p', () => Promise.reject(failure))).rejects.toBe(failure);
  });
});

describe('the address of an engine of others', () => {
  it('counts a relative path from where it was written, and leaves a package alone', () => {
    mkdirSync(folder.path('a b'));
    const inside = pathToFileURL(folder.path('a b', 'x.mjs')).href;
    expect(absoluteModuleUrl('module:./x.mjs?y#z', folder.path('a b'))).toBe(`module:${inside}?y#z`);
    expect(absoluteModuleUrl(`module:${folder.path('a b', 'x.mjs')}`, '/elsewhere')).toBe(`module:${inside}`);
    expect(absoluteModuleUrl(`module:${inside}?y`, '/elsewhere')).toBe(`module:${inside}?y`);
    expect(absoluteModuleUrl('module:@team/engine/sub?y', '/elsewhere')).toBe('module:@team/engine/sub?y');
    expect(moduleParts('module:engine?a#b')).toEqual({ name: 'engine', rest: '?a#b' });
  });
});
