/** A store that is removed or replaced while sessions work with it. */
import { beforeEach, describe, expect, it } from 'vitest';
import { type GuardScene, guardCalls, guardScene } from '../../test/support/guard-calls.ts';
import { type Bench, createBench, file, lockCalls } from '../../test/support/rules.ts';
import { serve, sessionOf } from '../../test/support/served.ts';
import { attach } from '../core/attach.ts';
import { operator } from '../core/presence.ts';
import type { SessionRecord } from '../core/records.ts';
import { join } from '../core/session.ts';

let bench: Bench;
let scene: GuardScene;
let heron: SessionRecord;

beforeEach(async () => {
  bench = createBench();
  scene = guardScene();
  heron = await bench.join('heron', { host: bench.processes.self().host });
});

const { edits, mayEdit, prompt, event } = guardCalls(
  () => bench,
  () => scene,
);
const { holdersOf } = lockCalls(() => bench);
const arrival = (handle: string) => bench.arrive({ handle, host: heron.host, clientSession: 'c1' });
/** A process goes on with a session that it had in the store before. */
const comesBack = () => bench.transact(unit => join(unit, arrival('otter'), 'id-in-the-store-before'));

describe('a session whose store was removed or replaced', () => {
  it('is registered again under its id with its next hook, and told that all it had is gone', async () => {
    const otter = await comesBack();
    expect(otter.id).toBe('id-in-the-store-before');
    const told = await event(otter, { kind: 'after-tool' });
    expect(told).toContain('The store of Signalbox was removed or replaced while you worked');
    expect(told).toContain('Acquire again what you had locked by name');
    expect(await edits(otter, 'a.ts')).toBeNull();
    expect(await holdersOf(file('a.ts'))).toEqual(['otter']);
    expect(await mayEdit(heron, 'a.ts')).toContain('being edited by otter');
  });

  it('has the person told, once for all of them', async () => {
    await comesBack();
    await bench.transact(unit => join(unit, { ...arrival('wren'), clientSession: 'c2' }, 'another-id'));
    const person = await bench.transact(unit => operator(unit));
    expect(await bench.notices(person)).toEqual([expect.stringContaining('otter is the first that came back')]);
  });

  it('is told so as well where its next event names a conversation', async () => {
    const about = { ...arrival('otter'), parent: bench.processes.spawn() };
    const { session } = await bench.transact(unit => attach(unit, about, 'id-in-the-store-before', null, true, null));
    expect(session.id).toBe('id-in-the-store-before');
    expect(await bench.notices(session)).toHaveLength(1);
  });

  it('is refused once at a file that another changed meanwhile, although nobody knows any more whether it had it', async () => {
    const otter = await comesBack();
    scene.policy = { ...scene.policy, graceSeconds: 0 };
    await edits(heron, 'a.ts', 'b.ts');
    await event(heron, { kind: 'stop' });
    expect(await mayEdit(otter, 'a.ts')).toContain('heron changed a.ts');
    expect(await mayEdit(otter, 'a.ts')).toBeNull();
  });

  it('knows with its next prompt which files are its own again', async () => {
    const otter = await comesBack();
    await prompt(otter);
    scene.policy = { ...scene.policy, graceSeconds: 0 };
    await edits(heron, 'a.ts');
    await event(heron, { kind: 'stop' });
    expect(await mayEdit(otter, 'a.ts')).toBeNull();
  });

  it('is not what joins for the first time, or comes back after its end', async () => {
    const client = bench.processes.spawn();
    const { agent } = serve(bench, client);
    const first = await sessionOf(agent);
    await agent.depart('its client ended it');
    const again = await sessionOf(agent);
    expect(again.id).toBe(first.id);
    expect(await bench.notices(again)).toEqual([]);
  });
});
