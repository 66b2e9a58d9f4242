/** Peers over the life of processes: conversations that change, servers that follow each other, guests, and what is pushed. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { FakeWorktrees } from '../../test/support/fakes.ts';
import { type Bench, createBench, project } from '../../test/support/rules.ts';
import { serve } from '../../test/support/served.ts';
import { lookForUndelivered } from '../core/inbox.ts';
import { limits } from '../core/limits.ts';
import { send } from '../core/message.ts';
import { notify } from '../core/notice.ts';
import { peerId } from '../core/peer.ts';
import { takePersona } from '../core/persona.ts';
import type { ProcessIdentity } from '../core/ports.ts';
import { lookAround } from '../core/presence.ts';
import type { SessionRecord } from '../core/records.ts';
import type { Surroundings } from '../core/surroundings.ts';
import { Agent } from './agent.ts';
import type { AgentFacts } from './agent-facts.ts';
import { Cast, type Stand } from './cast.ts';
import { ForeignPeers } from './foreign-peers.ts';
import { withoutCheckout } from './place.ts';

let bench: Bench;
let client: ProcessIdentity;

beforeEach(() => {
  bench = createBench();
  client = bench.processes.spawn();
});

const issuer = 'claude-peers';
const surroundings = { terminal: () => null, chatModel: null } as unknown as Surroundings;

/** A server process on the profile; `played` are the sessions that messages are pushed to. */
function peer(about: Partial<AgentFacts> = {}) {
  const server = serve(bench, client, about);
  const { agent, world, self } = server;
  const played: Agent[] = [];
  const make = ({ isGuest = false, before, ...stand }: Stand) => {
    const facts = { handle: null, client: null, clientVersion: null, clientSession: null, process: self, parent: null };
    const around = isGuest ? withoutCheckout(world) : world;
    return new Agent(around, { ...facts, host: 'box', reach: 'calls', ...stand }, before);
  };
  const cast = new Cast(
    world,
    issuer,
    () => agent,
    make,
    each => played.push(each),
  );
  const context = { path: 'calls', signal: new AbortController().signal, progress() {}, afterAnswer() {} } as const;
  const peers = new ForeignPeers({ issuer, world, cast, directory: agent.directory, surroundings }, context);
  const register = async () => peers.register(await peers.work());
  const now = () => agent.transact(async (_unit, me) => me);
  const name = async () => (await now()).personas.find(persona => persona.leftTo === null)?.name;
  const unread = async () => (await peers.mail()).mail.map(({ message }) => message.body);
  const crash = () => bench.processes.kill(self);
  return { ...server, peers, played, register, now, name, unread, crash };
}

describe('the id of a peer', () => {
  it('is its own in the next conversation, and that of the one that is resumed', async () => {
    const one = peer();
    await one.register();
    const id = await one.name();
    expect(id).toBe(peerId((await one.now()).id));
    expect(await one.peers.isHere()).toBe(true);
    await one.agent.leave('client gone');
    const two = peer({ clientSession: 'c9', parent: bench.processes.spawn() });
    await two.register();
    expect(await two.name()).not.toBe(id);
    await two.agent.attach('c1', 'resume');
    expect(await two.peers.isHere()).toBe(false);
    await two.register();
    expect(await two.name()).toBe(id);
    expect(await two.peers.isHere()).toBe(true);
  });

  it('goes over to the session that follows in the same process', async () => {
    const one = peer({ isOnlyConversation: false });
    await one.register();
    const [id, first] = [await one.name(), await one.now()];
    await one.agent.depart('its conversation is over');
    await one.agent.attach('c2', 'startup');
    expect((await one.now()).id).not.toBe(first.id);
    await one.register();
    expect(await one.name()).toBe(id);
    expect(one.played).toEqual([one.agent]);
  });

  it('is pushed to by the server that goes on with the session of another', async () => {
    const successive = { isSuccessive: true, isOnlyConversation: false, process: client } as const;
    const one = peer({ ...successive, clientSession: 'c1' });
    await one.register();
    const id = await one.name();
    await one.agent.leave('client gone');
    const two = peer({ ...successive, clientSession: 'c2' });
    await two.register();
    expect(await two.name()).toBe(id);
    expect(two.played).toEqual([two.agent]);
  });
});

describe('a guest', () => {
  it('is one in each project, however much is written there, and stands in no checkout', async () => {
    const one = peer();
    await one.register();
    const there = 'github.com/acme/other';
    const wren = peer({ project: there, handle: 'wren' });
    await wren.now();
    const sent = await Promise.all(['one', 'two', 'three'].map(text => one.peers.send('wren', text)));
    expect([...sent, await one.peers.send('wren', 'four')]).toEqual(Array(4).fill({ outcome: 'sent' }));
    const { live } = await bench.store.read(there, tx => lookAround({ tx, processes: bench.processes }));
    const guests = live.filter(({ handle }) => handle !== 'wren');
    expect(guests).toMatchObject([{ root: '', anchor: '', branch: null }]);
    expect(one.played).toHaveLength(2);
    expect(await one.peers.send((await one.name()) ?? '', 'to myself')).toEqual({ outcome: 'self' });
  });
});

describe('the mail of a guest', () => {
  const there = 'github.com/acme/other';
  const other = () => bench.processes.spawn();
  const guests = async () => {
    const { live } = await bench.store.read(there, tx => lookAround({ tx, processes: bench.processes }));
    return live.filter(({ handle }) => handle !== 'wren');
  };
  /** A peer that has written to a native session of another project, which answers to what it sees there. */
  const visitor = async () => {
    const [one, wren] = [peer(), peer({ project: there, handle: 'wren', clientSession: 'w' })];
    await one.register();
    await wren.now();
    await one.peers.send('wren', 'hello');
    const [guest] = await guests();
    const answer = (body: string, to = guest?.id ?? '') => {
      const draft = { to: [to], body, priority: 'normal', replyTo: null, tags: [], key: null } as const;
      return wren.agent.transact((unit, me) => send(unit, me, draft));
    };
    return { one, guest, answer };
  };

  it('comes back with its peer, in another process too, and so does whoever it was there', async () => {
    const { one, guest, answer } = await visitor();
    const id = await one.name();
    await answer('before');
    one.crash();
    const two = peer({ parent: other() });
    await two.register();
    expect([await two.name(), await two.unread()]).toEqual([id, ['before']]);
    expect((await guests()).map(each => each.id)).toEqual([guest?.id]);
    await answer('after');
    expect((await two.unread()).sort()).toEqual(['after', 'before']);
    expect(two.played).toHaveLength(2);
  });

  it('is its peer’s alone: whoever follows in the process gets none of it, and stands in no checkout there either', async () => {
    const { one, answer } = await visitor();
    const before = peer({ clientSession: 'c9', parent: other() });
    await before.register();
    const id = [await one.name(), await before.name()];
    await before.agent.leave('client gone');
    await answer('for the first');
    await one.agent.attach('c9', 'resume');
    const [item] = await bench.store.read(there, async tx => {
      const [session] = (await lookAround({ tx, processes: bench.processes })).live.filter(each => each.root === '');
      return session ? lookForUndelivered(tx, session) : [];
    });
    expect(item?.message.body).toBe('for the first');
    expect(item && (await one.peers.pushed(item))).toBeNull();
    await one.register();
    expect([await one.name(), await one.unread(), await guests()]).toEqual([id[1], [], []]);
    await one.peers.send('wren', 'from the second');
    expect(await guests()).toMatchObject([{ root: '', anchor: '', branch: null }]);
    const two = peer({ parent: other() });
    await two.register();
    expect([await two.name(), await two.unread()]).toEqual([id[0], ['for the first']]);
  });

  it('is none of what a peer is written: that is where it works, whoever writes', async () => {
    const { one, guest } = await visitor();
    const two = peer({ project: there, clientSession: 'c2', parent: other() });
    await two.register();
    await two.peers.send((await one.name()) ?? '', 'hello');
    const home = await one.now();
    const counted = (where: string, id: string) =>
      bench.store.read(where, tx => tx.count('delivery', 'unread', { equals: id }));
    expect([await counted(project, home.id), await counted(there, guest?.id ?? '')]).toEqual([1, 0]);
  });

  it('is nothing that all are told, and a guest that went with the store is not brought back by a look', async () => {
    const { one, guest, answer } = await visitor();
    await answer('to all', 'all');
    const session = { id: guest?.id ?? '' } as SessionRecord;
    const items = await bench.store.read(there, tx => lookForUndelivered(tx, session));
    expect(items.map(({ message }) => message.body)).toEqual(['to all']);
    for (const item of items) expect(await one.peers.pushed(item)).toBeNull();
    expect(await bench.store.read(there, tx => tx.count('delivery', 'inbox', { equals: session.id }))).toBe(0);
    await bench.store.transact(there, async tx => tx.delete('session', session.id));
    expect(await one.unread()).toEqual([]);
    expect(await guests()).toEqual([]);
  });
});

describe('a peer', () => {
  it('has an id that no other living session has, and leaves that one what it is', async () => {
    const one = peer();
    const me = await one.now();
    const heron = peer({ project: 'github.com/acme/other', clientSession: 'h', parent: bench.processes.spawn() });
    const claim = { issuer, name: peerId(me.id), isRegistered: true, facts: { cwd: '/heron' }, called: null };
    await heron.agent.transact((unit, her) => takePersona(unit, her, claim));
    await one.register();
    expect(await one.name()).toBe(me.id.slice(8, 16));
    expect(await one.peers.isHere()).toBe(true);
    expect((await heron.now()).personas).toMatchObject([{ name: peerId(me.id), facts: { cwd: '/heron' } }]);
  });

  it('registers anew on another branch, and where another server was its life and died', async () => {
    const one = peer();
    await one.register();
    expect(await one.peers.isHere()).toBe(true);
    (one.world.worktrees as FakeWorktrees).setBranch('/code/app', 'feature');
    expect(await one.peers.isHere()).toBe(false);
    await one.register();
    expect(await one.peers.isHere()).toBe(true);
    const two = peer();
    await two.register();
    (two.world.worktrees as FakeWorktrees).setBranch('/code/app', 'feature');
    expect((await two.now()).id).toBe((await one.now()).id);
    await two.register();
    expect(await two.peers.isHere()).toBe(true);
    one.crash();
    expect(await two.peers.isHere()).toBe(false);
    await two.register();
    expect(await two.peers.isHere()).toBe(true);
  });

  it('finds and writes to the others however many projects there ever were', async () => {
    for (let index = 0; index <= limits.projectsListed; index += 1)
      await bench.store.transact(`empty/${index}`, async tx => tx.put('place', { id: 'here', project: 'here' }));
    const [one, two] = [peer(), peer({ project: 'zzz', clientSession: 'z', parent: bench.processes.spawn() })];
    await one.register();
    await two.register();
    const id = (await two.name()) ?? '';
    expect((await one.peers.list('machine')).map(each => each.id)).toEqual([id]);
    expect(await one.peers.send(id, 'hello')).toEqual({ outcome: 'sent' });
    expect(await two.unread()).toEqual(['hello']);
  });
});

describe('a notice', () => {
  it('is pushed as one until hooks of the client are heard, which bring it', async () => {
    const one = peer();
    await one.register();
    const me = await one.now();
    const sender = await bench.join('wren');
    const draft = { to: [me.id], body: 'hello', priority: 'normal', replyTo: null, tags: [], key: null } as const;
    await bench.transact(async unit => notify(unit, [me.id], 'The lock is yours.'));
    await bench.transact(unit => send(unit, sender, draft));
    const shown = async () => {
      const items = await bench.store.read(project, tx => lookForUndelivered(tx, me));
      const from = await Promise.all(items.map(item => one.peers.pushed(item)));
      return from.map(each => each && [each.kind, each.id]);
    };
    expect(await shown()).toEqual([
      ['notice', 'signalbox'],
      ['peer', 'wren'],
    ]);
    const hooked = { ...(await bench.now(me)), hookedAt: 1 };
    await bench.transact(async ({ tx }) => tx.put('session', hooked));
    expect(await shown()).toEqual([null, ['peer', 'wren']]);
  });
});
