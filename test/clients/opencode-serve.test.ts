/** opencode with a window or as a server, where one process has several conversations and they are waited for. */
import { describe, expect, it } from 'vitest';
import { until } from '../support/workspace.ts';
import { setUp } from './support/configure.ts';
import { call, Gate } from './support/mock-model.ts';
import { Opencode } from './support/opencode.ts';
import { openStage } from './support/scenes.ts';

const auth = { paths: ['src/auth.ts'] };
const opencode = new Opencode();

const stage = () => openStage(opencode, (bench, home) => setUp(bench, home, 'opencode'));

describe('opencode as a server', () => {
  it('has a session for each conversation, and wakes one that rests when a message comes for it', async () => {
    const { bench, home, peer } = await stage();
    const server = await opencode.serve(bench, { home });
    const ann = bench.model.lane('ann').script('One.', 'Two.');
    const bob = bench.model.lane('bob').script('Three.');
    const [first, second] = [await server.begin(), await server.begin()];
    await server.say(first, ann.prompt('Move the login.'));
    await ann.request(0);
    const [seen] = await peer.meets(1);
    expect(seen).toMatchObject({ client: 'opencode', task: expect.stringContaining('Move the login.') });
    await server.say(second, bob.prompt('Go.'));
    await bob.request(0);
    expect(await peer.meets(2)).toContainEqual(expect.objectContaining({ handle: seen?.handle }));
    await until('it can be woken', async () => {
      const others = await peer.others();
      return others.find(({ handle }) => handle === seen?.handle)?.reach === 'wake';
    });
    await peer.send(seen?.handle ?? '', 'The PLUM-TREE is mine.');
    await ann.reached('PLUM-TREE');
    expect(ann.occurrences('PLUM-TREE')).toBe(1);
    expect(ann.occurrences('1 message waits for you')).toBe(1);
    expect(bob.requests).toHaveLength(1);
    await server.ask('DELETE', `/session/${second}`);
    await peer.meets(1);
    server.running.kill('SIGKILL');
    await peer.meets(0);
  });

  it('has each conversation in the checkout it works in, served by the server of that folder', async () => {
    const { bench, home, peer } = await stage();
    const server = await opencode.serve(bench, { home });
    const folders = [bench.folder, bench.repository.worktree('other')];
    for (const [index, folder] of folders.entries()) {
      const lane = bench.model
        .lane(`lane${index}`)
        .script(call('mcp:signalbox/lock_acquire', { paths: [`${index}.ts`] }));
      await server.say(await server.begin(folder), lane.prompt('Lock it.'), folder);
      await lane.reached('Granted');
    }
    const sessions = await peer.meets(2);
    expect(sessions.map(({ checkout }) => checkout).toSorted()).toEqual(folders.toSorted());
    expect(sessions).toMatchObject([{ locks: 1 }, { locks: 1 }]);
  });

  it('knows whose call it is when two conversations make the same one and the user lets them pass the other way round', async () => {
    const { bench, home, peer } = await stage();
    const path = '.config/opencode/opencode.json';
    const config = JSON.parse(home.read(path));
    home.writeJson(path, { ...config, permission: { '*': 'allow', signalbox_lock_acquire: 'ask' } });
    const server = await opencode.serve(bench, { home });
    const gates = [new Gate('Done.'), new Gate('Done.')];
    const lanes = ['ann', 'bob'].map((name, index) =>
      bench.model.lane(name).script(call('mcp:signalbox/lock_acquire', auth), gates[index]?.step ?? ''),
    );
    const conversations: string[] = [];
    for (const [index, lane] of lanes.entries()) {
      const conversation = await server.begin();
      conversations.push(conversation);
      await server.say(conversation, lane.prompt(`I am number ${index}.`));
      await until('the user is asked', async () => (await server.ask('GET', '/permission')).length === index + 1);
    }
    const asked = await server.ask('GET', '/permission');
    for (const conversation of conversations.toReversed()) {
      const { id } = asked.find(({ sessionID }: { sessionID: string }) => sessionID === conversation);
      await server.ask('POST', `/permission/${id}/reply`, { reply: 'once' });
      await gates[conversations.indexOf(conversation)]?.reached;
    }
    const sessions = await peer.meets(2);
    const holder = sessions.find(seen => (seen as { locks?: number }).locks === 1);
    expect(holder?.task).toContain('number 1');
    expect(lanes[1]?.last?.lastResult).toContain('Granted');
    expect(lanes[0]?.last?.lastResult).not.toContain('Granted');
    expect(JSON.stringify(lanes.map(lane => lane.last?.body))).not.toContain('signalboxCall');
  });
});

describe('opencode in a terminal', () => {
  it('is woken by a message while it rests', async () => {
    const { bench, home, peer } = await stage();
    const terminal = await opencode.terminal(bench, { home });
    const ann = bench.model.lane('ann').script('One.', 'Two.');
    await terminal.submit(ann.prompt('Move the login.'));
    await ann.request(0, 45_000);
    const [seen] = await peer.meets(1);
    await until('it can be woken', async () => (await peer.others())[0]?.reach === 'wake');
    await peer.send(seen?.handle ?? '', 'The PLUM-TREE is mine.');
    await ann.reached('PLUM-TREE', 45_000);
    expect(ann.occurrences('PLUM-TREE')).toBe(1);
    await terminal.shows('1 message waits for you');
  }, 120_000);
});
