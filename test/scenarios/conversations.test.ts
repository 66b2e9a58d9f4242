import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { exists, type LiveSession, until, Workspace } from '../support/workspace.ts';

let place: Workspace;
let otter: LiveSession;
let heron: LiveSession;
let wren: LiveSession;

beforeEach(async () => {
  place = new Workspace();
  [otter, heron, wren] = (await Promise.all(
    ['otter', 'heron', 'wren'].map(handle => place.session({ args: ['--handle', handle, '--tools', 'all'] })),
  )) as [LiveSession, LiveSession, LiveSession];
  for (const session of [otter, heron, wren]) await session.handle();
});

afterEach(() => place.dispose());

const bodies = ({ messages }: { messages: { body: string }[] }) => messages.map(({ body }) => body);

describe('three sessions in a conversation', () => {
  it('talk, one leaves, the others go on, and all of it is found again', async () => {
    const { conversation, members } = await otter.call('conversation_create', {
      name: 'login',
      members: ['heron', 'wren'],
    });
    expect(members).toEqual(['otter', 'heron', 'wren']);
    for (const session of [heron, wren]) {
      expect(bodies(await session.call('message_read'))).toEqual([
        expect.stringContaining(`otter added you to the conversation ${conversation} "login"`),
      ]);
    }

    const question = await otter.call('message_send', { to: [conversation], body: 'Who takes the zebra parser?' });
    const { messages } = await heron.call('message_read');
    expect(messages).toMatchObject([{ from: 'otter', conversation, body: 'Who takes the zebra parser?' }]);
    await heron.call('message_send', { to: [conversation], body: 'I do.', replyTo: question.message });
    expect(bodies(await wren.call('message_read'))).toEqual(['Who takes the zebra parser?', 'I do.']);

    expect(await wren.call('conversation_leave', { conversation })).toMatchObject({ left: true });
    const last = await otter.call('message_send', { to: [conversation], body: 'Then wren is free.' });
    expect(last.recipients.map((recipient: { session: string }) => recipient.session)).toEqual(['heron']);
    await expect(wren.call('message_send', { to: [conversation], body: 'Wait!' })).rejects.toThrow(
      /You are in no conversation/,
    );
    await expect(wren.call('conversation_history', { conversation })).rejects.toThrow(/You are in no conversation/);

    const history = await heron.call('conversation_history', { conversation });
    expect(bodies(history)).toEqual(['Who takes the zebra parser?', 'I do.', 'Then wren is free.']);
    const states = (await otter.call('conversation_history', { conversation })).messages[0].recipients;
    expect(
      Object.fromEntries(states.map((each: { session: string; state: string }) => [each.session, each.state])),
    ).toMatchObject({ wren: 'read' });
    expect(bodies(await otter.call('conversation_history', { conversation: question.message }))).toEqual([
      'Who takes the zebra parser?',
      'I do.',
    ]);

    expect((await heron.call('message_search', { query: 'zebra' })).hits).toMatchObject([
      { id: question.message, from: 'otter', in: conversation },
    ]);
    expect((await heron.call('conversation_list')).conversations).toMatchObject([
      { id: conversation, name: 'login', members: ['otter', 'heron'], unread: 1 },
    ]);
    expect((await wren.call('conversation_list')).conversations).toEqual([]);
  });

  it('find it as it was when they come back after a crash, with what was said meanwhile', async () => {
    const keen = await place.session({
      args: ['--handle', 'keen', '--tools', 'all'],
      environment: { CLAUDE_CODE_SESSION_ID: 'one' },
    });
    await keen.handle();
    const { conversation } = await otter.call('conversation_create', { name: 'login', members: ['keen'] });
    keen.crash();
    await until('nobody is there any more', () => !exists(keen.pid));
    const sent = await otter.call('message_send', { to: [conversation], body: 'Still there?' });
    expect(sent.recipients).toMatchObject([{ session: 'keen', state: 'unreachable' }]);
    const back = await place.session({
      args: ['--handle', 'keen', '--tools', 'all'],
      environment: { CLAUDE_CODE_SESSION_ID: 'one' },
    });
    expect(await back.handle()).toBe('keen');
    expect(bodies(await back.call('message_read'))).toContain('Still there?');
    expect(bodies(await back.call('conversation_history', { conversation }))).toEqual(['Still there?']);
  });
});

describe('a person', () => {
  it('reads and searches what is open to everybody on the command line', async () => {
    await otter.call('message_send', { to: ['#git'], body: 'the zebra branch is cut' });
    const history = await place.command(['conversation', 'history', '#git']);
    expect(history).toMatchObject({ code: 0, stderr: '' });
    expect(history.stdout).toMatch(/^otter {2}.*#git · m\d+\n {2}the zebra branch is cut\n/);
    expect((await place.command(['message', 'search', 'zebra'])).stdout).toContain('  the zebra branch is cut');
    expect((await place.command(['conversation', 'list'])).stdout).toMatch(
      /CONVERSATION.*\n#git.*the zebra branch is cut/,
    );
  });
});
