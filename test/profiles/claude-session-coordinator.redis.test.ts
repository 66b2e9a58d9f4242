/** `claude-session-coordinator` over a store on a server: what the old program promised for several machines and never did. */
import { execFileSync } from 'node:child_process';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { redisServer, type StoreRoom } from '../support/servers/choose.ts';
import { describeWith } from '../support/servers/suites.ts';
import { until, Workspace } from '../support/workspace.ts';
import { Coordinator, configure } from './support/csc.ts';

await describeWith(redisServer, 'two machines with clones of one repository', server => {
  const origin = 'https://github.com/acme/shop.git';
  let room: StoreRoom;
  let laptop: Workspace;
  let desktop: Workspace;

  /** A folder with a state folder, a home and a name of its own, whose repository has the remote. */
  const machine = (name: string): Workspace => {
    const place = new Workspace();
    place.git('remote', 'add', 'origin', origin);
    configure(place, { session: { machine_id: name }, storage: { adapter: 'redis' } });
    return place;
  };
  const start = (place: Workspace) => Coordinator.start(place, { args: ['--store', room.url] });

  beforeEach(() => {
    room = server.room();
    [laptop, desktop] = [machine('laptop'), machine('desktop')];
  });

  afterEach(async () => {
    await Promise.all([laptop.dispose(), desktop.dispose()]);
    await room.clear();
  });

  it('share instances and data (CSC-075, CSC-076)', async () => {
    const [one, two] = await Promise.all([start(laptop), start(desktop)]);
    expect(await Promise.all([one.signOn(), two.signOn()]).then(names => names.sort())).toEqual([
      'claude_1',
      'claude_2',
    ]);
    await one.store('issue:15', 'status', { by: 'laptop' });
    await two.store('a b', 'key', 'desktop');
    expect(await two.retrieve('issue:15', 'status')).toEqual(['{\n  "by": "laptop"\n}']);
    expect(await one.scopes()).toEqual(['a b', 'instances', 'issue:15']);
    expect(await two.scopes('issue:*')).toEqual(['issue:15']);
    expect(await one.context()).toMatchObject({ machine: 'laptop', project: 'acme/shop' });
    expect(await two.context()).toMatchObject({ machine: 'desktop', project: 'acme/shop' });
    expect(await two.delete('issue:15', 'status')).toBe(true);
    expect(await one.keys('issue:15')).toEqual([]);
  });

  it('give eight sessions at once eight instances, and lose none of their values (CSC-024, CSC-034, CSC-075)', async () => {
    const all = await Promise.all([1, 2, 3, 4].flatMap(() => [start(laptop), start(desktop)]));
    const names = await Promise.all(all.map(each => each.signOn()));
    expect(names.sort()).toEqual([1, 2, 3, 4, 5, 6, 7, 8].map(number => `claude_${number}`));
    await Promise.all(all.flatMap((each, by) => [1, 2, 3, 4, 5].map(at => each.store('issue:1', `${by}/${at}`, at))));
    expect(await all[0]?.keys('issue:1')).toHaveLength(40);
  });

  it('have what has gone available again, and the store told as it is (CSC-026, CSC-055, CSC-075)', async () => {
    const [one, two] = await Promise.all([start(laptop), start(desktop)]);
    await one.signOn();
    await two.signOn();
    await one.signOff();
    expect((await two.context()).instances).toMatchObject({ claude_1: 'available', claude_2: 'taken' });
    two.crash();
    await until('the crash is noticed', async () => (await one.context()).instances.claude_2 === 'available');
    const told = await one.resource('session://storage-config');
    expect(told).toMatchObject({
      current_store: { adapter: 'redis', scheme: 'redis' },
      available_options: { redis: { ready: true, setup_required: false } },
    });
    const { next_steps } = await one.decide('redis', 'multi-machine');
    expect(next_steps[1]).toContain('redis://');
    expect((await one.resource('session://storage-config')).recommendation).toBeNull();
    expect(execFileSync('git', ['status', '--short'], { cwd: laptop.repository, encoding: 'utf8' })).toBe(
      '?? .claude/\n',
    );
  });
});
