import type { McpSubscription } from '@modelcontextprotocol/client';
import { describe, expect, test } from 'vitest';
import { exists, type LiveSession, pause, until, Workspace } from '../support/workspace.ts';

/** Each test with a workspace of its own: they wait for most of their time, and do it together. */
const it = test.extend<{ place: Workspace }>({
  // biome-ignore lint/correctness/noEmptyPattern: Vitest wants one
  place: async ({}, use) => {
    const place = new Workspace();
    await use(place);
    await place.dispose();
  },
});

const eras = ['legacy', 'modern'] as const;

/** What the client is told has changed, and how it says what it wants to be told of. */
async function subscribed(session: LiveSession, era: (typeof eras)[number], uris: readonly string[]) {
  const told: string[] = [];
  session.client.setNotificationHandler('notifications/resources/updated', ({ params }) => {
    told.push(params.uri);
  });
  let open: McpSubscription | undefined;
  if (era === 'modern') open = await session.client.listen({ resourceSubscriptions: [...uris] });
  else for (const uri of uris) await session.client.subscribeResource({ uri });
  const stop = async () => {
    if (open) await open.close();
    else for (const uri of uris) await session.client.unsubscribeResource({ uri });
  };
  return { told, stop };
}

async function read(session: LiveSession, uri: string) {
  const { contents } = await session.client.readResource({ uri });
  return JSON.parse(contents.map(content => ('text' in content ? content.text : '')).join(''));
}

describe.concurrent.each(eras)('subscriptions of a %s client', era => {
  it('tell what changed, by anybody, and nothing else', async ({ place }) => {
    const [otter, heron] = [await place.session({ era }), await place.session({ args: ['--handle', 'heron'] })];
    await heron.handle();
    const { told } = await subscribed(otter, era, ['signalbox://locks', 'signalbox://inbox', 'signalbox://context']);
    await until('the watch has begun', async () => (await heron.call('session_list')).sessions.length === 2);
    if (era === 'modern') await until('what may have changed before is told', () => told.length === 3);
    told.length = 0;
    await heron.call('lock_acquire', { paths: ['a'] });
    await until('the lock is told', () => told.includes('signalbox://locks'));
    expect(new Set(told)).toEqual(new Set(['signalbox://locks']));
    expect((await read(otter, 'signalbox://locks')).locks).toMatchObject([{ resource: 'file:a', holder: 'heron' }]);
    told.length = 0;
    const [me] = (await heron.call('session_list')).sessions.filter((s: { handle: string }) => s.handle !== 'heron');
    await heron.call('message_send', { to: [me.handle], body: 'look' });
    await until('the message is told', () => told.includes('signalbox://inbox'));
    told.length = 0;
    await otter.call('message_read');
    await until('that it was taken out is told', () => told.includes('signalbox://inbox'));
    told.length = 0;
    await heron.call('lock_acquire', { paths: ['a'], ttlSeconds: 77 });
    await until('another time of the lock is told', () => told.includes('signalbox://locks'));
    await heron.call('context_share', { type: 'decision', content: 'Tabs it is.' });
    await until('the decision is told', () => told.includes('signalbox://context'));
  });

  it('tell of a session that died without a word, and of one session by its own address', async ({ place }) => {
    const [otter, heron] = [await place.session({ era }), await place.session({ args: ['--handle', 'heron'] })];
    await heron.handle();
    const { told } = await subscribed(otter, era, ['signalbox://sessions', 'signalbox://sessions/heron']);
    await until('the watch has begun', async () => (await heron.call('session_list')).sessions.length === 2);
    await pause(300);
    told.length = 0;
    heron.crash();
    await until('it is dead', () => !exists(heron.pid));
    await until('both are told', () => new Set(told).size === 2);
    expect(await read(otter, 'signalbox://sessions/heron')).toMatchObject({ handle: 'heron', state: 'ended' });
  });

  it('miss nothing from the moment they are answered', async ({ place }) => {
    const [otter, heron] = [await place.session({ era }), await place.session({ args: ['--handle', 'heron'] })];
    await heron.handle();
    const { told } = await subscribed(otter, era, ['signalbox://locks']);
    await heron.call('lock_acquire', { paths: ['a'] });
    await until('the lock is told', () => told.includes('signalbox://locks'));
  });

  it('end when the client ends them', async ({ place }) => {
    const [otter, heron] = [await place.session({ era }), await place.session()];
    await heron.handle();
    const { told, stop } = await subscribed(otter, era, ['signalbox://locks']);
    await until('the watch has begun', async () => (await heron.call('session_list')).sessions.length === 2);
    await pause(300);
    await heron.call('lock_acquire', { paths: ['a'] });
    await until('the lock is told', () => told.length > 0);
    await stop();
    told.length = 0;
    await heron.call('lock_release', { all: true });
    await pause(2_500);
    expect(told).toEqual([]);
  });
});

it('an address that cannot be read cannot be subscribed to', async ({ place }) => {
  const session = await place.session();
  await expect(session.client.subscribeResource({ uri: 'signalbox://nonsense' })).rejects.toThrow(/not found/i);
});

describe.concurrent.each(eras)('prompts of a %s client', era => {
  const text = async (session: LiveSession, name: string, given: Record<string, string> = {}) => {
    const { messages } = await session.client.getPrompt({ name, arguments: given });
    return messages.map(({ content }) => (content.type === 'text' ? content.text : '')).join('\n');
  };

  it('bring a session in with what it needs to know: who is here, what is locked, what the last one left', async ({
    place,
  }) => {
    const heron = await place.session({ args: ['--handle', 'heron'] });
    await heron.call('session_update', { task: 'move login to sessions' });
    await heron.call('lock_acquire', { paths: ['src/auth.ts'], reason: 'login' });
    await heron.call('context_share', {
      type: 'note',
      title: 'handoff: main',
      content: 'The tests of auth still fail.',
    });
    const otter = await place.session({ era });
    const { prompts } = await otter.client.listPrompts();
    expect(prompts.map(prompt => prompt.name)).toEqual(['start', 'handoff', 'wrap-up']);
    const start = await text(otter, 'start', { task: 'fix the tests of auth' });
    for (const fact of ['fix the tests of auth', 'heron', 'move login to sessions', 'src/auth.ts', 'still fail']) {
      expect(start).toContain(fact);
    }
    const { sessions } = await heron.call('session_list');
    expect(sessions.map((session: { task?: string }) => session.task)).toContain('fix the tests of auth');
  });

  it('hand over to a named session, complete its name, and refuse a prompt that is none', async ({ place }) => {
    const heron = await place.session({ args: ['--handle', 'heron'] });
    await heron.handle();
    const otter = await place.session({ era });
    expect(await text(otter, 'handoff', { to: 'heron', note: 'mind the cache' })).toMatch(/heron[\s\S]*mind the cache/);
    expect(await text(otter, 'wrap-up')).toContain('lock_release');
    const { completion } = await otter.client.complete({
      ref: { type: 'ref/prompt', name: 'handoff' },
      argument: { name: 'to', value: 'he' },
    });
    expect(completion.values).toEqual(['heron']);
    const { completion: byAddress } = await otter.client.complete({
      ref: { type: 'ref/resource', uri: 'signalbox://sessions/{id}' },
      argument: { name: 'id', value: '' },
    });
    expect(byAddress.values).toContain('heron');
    await expect(otter.client.getPrompt({ name: 'start', arguments: { task: 'x'.repeat(400) } })).rejects.toThrow(
      /limit is 300/,
    );
    await expect(otter.client.getPrompt({ name: 'begin' })).rejects.toThrow(/start, handoff, wrap-up/);
  });

  it('are templates, and nobody joins, for a client that asks with the placeholders it fills in later', async ({
    place,
  }) => {
    const otter = await place.session({ args: ['--handle', 'otter'] });
    expect(await text(otter, 'start', { task: '$1' })).toContain('if I gave you one: $1\n');
    const heron = await place.session({ args: ['--handle', 'heron'] });
    expect((await heron.call('session_list')).sessions.map(({ handle }: { handle: string }) => handle)).toEqual([
      'heron',
    ]);
  });
});
