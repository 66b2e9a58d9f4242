import { describe, expect, it } from 'vitest';
import { aside } from '../../test/support/fake-git.ts';
import { FakeLog, FakeWorktrees } from '../../test/support/fakes.ts';
import { createBench } from '../../test/support/rules.ts';
import { listedTool } from '../surfaces/mcp/listing.ts';
import { Agent } from './agent.ts';
import { callTool } from './call-tool.ts';
import { tools } from './index.ts';

function open() {
  const bench = createBench();
  const worktrees = new FakeWorktrees([{ root: '/code/app', project: 'github.com/acme/shop' }]);
  const { store, clock, ids, wakeups, processes } = bench;
  const world = { store, clock, ids, wakeups, processes, worktrees, log: new FakeLog(), ...aside() };
  const seat = (handle: string) => {
    const self = processes.spawn();
    const nothing = { client: 'test', clientVersion: null, clientSession: null, parent: null, project: null };
    const facts = { ...nothing, handle, process: self, host: 'box', reach: 'calls', directory: '/code/app' } as const;
    const caller = new Agent({ ...world, processes: processes.as(self) }, facts);
    const answer = async (name: string, input: unknown = {}) => {
      const after: (() => Promise<void>)[] = [];
      const signal = new AbortController().signal;
      const context = {
        caller,
        signal,
        path: 'calls',
        progress: () => {},
        afterAnswer: (action: () => Promise<void>) => after.push(action),
      } as const;
      const { output, text } = await callTool(tools, name, input, context);
      for (const action of after) await action();
      // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every tool
      return { output: output as any, text };
    };
    return { answer, call: async (name: string, input: unknown = {}) => (await answer(name, input)).output };
  };
  return { seat, clock };
}

/** Three who are here. */
async function three() {
  const { seat, clock } = open();
  const [otter, heron, wren] = [seat('otter'), seat('heron'), seat('wren')];
  for (const session of [otter, heron, wren]) await session.call('session_list');
  return { otter, heron, wren, clock };
}

describe('the tools of conversations', () => {
  it.each([
    ['conversation_create', 700],
    ['conversation_list', 700],
    ['conversation_leave', 700],
    ['conversation_history', 900],
    ['message_search', 800],
  ])('%s is offered beside the core, in at most %i bytes', (name, bytes) => {
    const tool = tools.find(candidate => candidate.name === name);
    expect(tool?.set).toBe('more');
    expect(Buffer.byteLength(JSON.stringify(tool && listedTool(tool)))).toBeLessThanOrEqual(bytes);
  });

  it('begin a group, say so in words, and repeat themselves without effect', async () => {
    const { otter, heron } = await three();
    const input = { name: 'auth', members: ['heron', ' wren '] };
    const begun = await otter.answer('conversation_create', input);
    expect(begun.output).toEqual({
      conversation: expect.stringMatching(/^c\d+$/),
      name: 'auth',
      members: ['otter', 'heron', 'wren'],
    });
    expect(begun.text).toBe(`${begun.output.conversation} "auth": otter, heron, wren.`);
    const again = await otter.answer('conversation_create', { ...input, members: 'wren,heron'.split(',') });
    expect(again.output).toMatchObject({ conversation: begun.output.conversation, repeated: true });
    expect(again.text).toContain('nothing was done again');
    expect((await heron.call('message_read')).messages).toHaveLength(1);
  });

  it('show a sender what became of its messages, and nobody else', async () => {
    const { otter, heron, wren } = await three();
    const { conversation } = await otter.call('conversation_create', { name: 'auth', members: ['heron', 'wren'] });
    const { message } = await otter.call('message_send', { to: [conversation], body: 'who takes the tests?' });
    await heron.call('message_read');
    const { output, text } = await otter.answer('conversation_history', { conversation });
    const states = output.messages[0].recipients.map((each: { session: string; state: string }) => [
      each.session,
      each.state,
    ]);
    expect(states.sort()).toEqual([
      ['heron', 'read'],
      ['wren', 'queued'],
    ]);
    expect(text).toMatch(new RegExp(`${message} to .*heron: read \\(calls, 2030`));
    expect((await wren.call('conversation_history', { conversation })).messages[0].recipients).toBeUndefined();
    expect((await wren.call('message_read')).messages).toHaveLength(2);
  });

  it('tell how to go on where a history is longer', async () => {
    const { otter, heron } = await three();
    for (const body of ['one', 'two', 'three']) await otter.call('message_send', { to: ['heron'], body });
    const { output, text } = await heron.answer('conversation_history', { conversation: 'otter', limit: 2 });
    expect(output).toMatchObject({ conversation: 'direct:otter', messages: [{ body: 'two' }, { body: 'three' }] });
    expect(text).toContain(`before: "${output.before}"`);
    const rest = await heron.call('conversation_history', { conversation: 'otter', before: output.before });
    expect(rest.messages.map(({ body }: { body: string }) => body)).toEqual(['one']);
    expect(rest.before).toBeUndefined();
  });

  it('list what there is with the first line of the last message, in fields and in words', async () => {
    const { otter, heron } = await three();
    expect((await otter.answer('conversation_list')).text).toBe('No conversations.');
    const { conversation } = await otter.call('conversation_create', { name: 'auth', members: ['heron', 'wren'] });
    await heron.call('message_send', { to: ['otter'], body: `${'long '.repeat(60)}\nsecond line` });
    const { output, text } = await otter.answer('conversation_list');
    const [direct, group] = output.conversations;
    expect(direct).toMatchObject({ id: 'direct:heron', unread: 1, from: 'heron' });
    expect(direct.text).toMatch(/^long .*…$/);
    expect(group).toEqual({ id: conversation, name: 'auth', members: ['otter', 'heron', 'wren'], unread: 0 });
    expect(text).toContain(`${conversation} "auth" (otter, heron, wren), 0 unread; nothing said yet`);
    expect(text).toContain(`direct:heron, 1 unread; ${direct.last} from heron at ${direct.at}: long`);
  });

  it('leave a group once, and refuse what cannot be left with a next step', async () => {
    const { otter, heron } = await three();
    const { conversation } = await otter.call('conversation_create', { name: 'auth', members: ['heron', 'wren'] });
    expect(await heron.call('conversation_leave', { conversation })).toEqual({ conversation, left: true });
    expect(await heron.answer('conversation_leave', { conversation })).toMatchObject({
      output: { left: false },
      text: `You are not in ${conversation}.`,
    });
    await expect(heron.call('conversation_leave', { conversation: '#general' })).rejects.toMatchObject({
      code: 'invalid_input',
      next: /c12/,
    });
  });

  it('find messages and knowledge by words, in fields and in words', async () => {
    const { otter, heron } = await three();
    await otter.call('message_send', { to: ['#git'], body: 'the zebra\nbranch is cut' });
    await otter.call('context_share', { type: 'decision', title: 'Zebra', content: 'we keep the zebra branch' });
    const { output, text } = await heron.answer('message_search', { query: 'zebra branch' });
    expect(output.hits).toMatchObject([
      { kind: 'decision', title: 'Zebra', from: 'otter', text: 'we keep the zebra branch' },
      { kind: 'message', in: '#git', from: 'otter', text: 'the zebra branch is cut' },
    ]);
    expect(text).toContain(
      `${output.hits[1].id} (message) from otter in #git at ${output.hits[1].at}: the zebra branch is cut`,
    );
    expect(text).toContain(`${output.hits[0].id} (decision) "Zebra" from otter`);
    expect(output.note).toContain('peer sessions');
    expect((await heron.answer('message_search', { query: 'giraffe' })).text).toBe('Nothing found.');
    await expect(heron.call('message_search', { query: '?' })).rejects.toMatchObject({ code: 'invalid_input' });
  });
});
