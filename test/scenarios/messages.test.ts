/** Talking between real sessions: asking and waiting, acknowledging, and what ends a loop. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type LiveSession, until, Workspace } from '../support/workspace.ts';

let place: Workspace;
let otter: LiveSession;
let heron: LiveSession;

const joined = async (handle: string, era: 'legacy' | 'modern' = 'legacy') => {
  const session = await place.session({ era, args: ['--handle', handle, '--tools', 'all'] });
  await session.handle();
  return session;
};

beforeEach(async () => {
  place = new Workspace();
  [otter, heron] = await Promise.all([joined('otter'), joined('heron', 'modern')]);
});

afterEach(() => place.dispose());

describe('asking', () => {
  it('waits for the answer, which comes in the same call and leaves the inbox', async () => {
    const progress: { message?: string }[] = [];
    const asking = otter.call(
      'message_send',
      { to: ['heron'], body: 'May I rename login()?', waitSeconds: 40 },
      { onprogress: (note: { message?: string }) => progress.push(note) },
    );
    const [question] = (await heron.call('message_wait', { timeoutSeconds: 30 })).messages;
    await heron.call('message_send', { replyTo: question.id, body: 'Yes, go on.' });
    const out = await asking;
    expect(out).toMatchObject({
      message: question.id,
      timedOut: false,
      answers: [{ from: 'heron', body: 'Yes, go on.', replyTo: question.id }],
      recipients: [{ session: 'heron', state: 'acknowledged' }],
    });
    await until(
      'the answer counts as read',
      async () => (await otter.call('message_read', { peek: true })).unread === 0,
    );
  });

  it('ends within its time without an answer, and the same key gets the one that came later', async () => {
    const question = { to: ['heron'], body: 'May I?', waitSeconds: 1, key: 'q1' };
    const first = await otter.call('message_send', question);
    expect(first).toMatchObject({ answers: [], timedOut: true });
    await heron.call('message_send', { replyTo: first.message, body: 'Yes' });
    await heron.call('message_read');
    const again = await otter.call('message_send', question);
    expect(again).toMatchObject({ message: first.message, timedOut: false, answers: [{ body: 'Yes' }] });
    expect((await heron.call('message_read', { includeRead: true })).messages).toHaveLength(1);
  });

  it('of a session that is killed meanwhile does not wait on', async () => {
    const asking = otter.call('message_send', { to: ['heron'], body: 'May I?', waitSeconds: 40 });
    await until('the question is there', async () => (await heron.call('message_read', { peek: true })).unread === 1);
    heron.crash();
    expect(await asking).toMatchObject({ answers: [], timedOut: false, recipients: [{ state: 'unreachable' }] });
  });

  it('works from a shell: the answer is printed, and none is an exit code of 1', async () => {
    const asking = place.command(['message', 'send', '--to', 'otter', '--wait-seconds', '30', 'How far are you?']);
    const [question] = (await otter.call('message_wait', { timeoutSeconds: 30 })).messages;
    await otter.call('message_send', { replyTo: question.id, body: 'Nearly done.' });
    const { code, stdout } = await asking;
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Stored as m\d+\.\notter: acknowledged \(calls\)\n\notter {2}.*\n {2}Nearly done\.\n$/);
    const nothing = await place.command(['message', 'send', '--to', 'otter', '--wait-seconds', '1', 'And now?']);
    expect(nothing).toMatchObject({ code: 1, stdout: expect.stringContaining('No answer yet.') });
  });
});

describe('an acknowledgement', () => {
  it('is asked for, given, and seen by the sender, who gets no message for it', async () => {
    const freeze = { to: ['all'], body: 'Deploys are frozen.', ack: true, key: 'freeze' };
    const { message } = await otter.call('message_send', freeze);
    expect((await heron.call('message_read')).messages).toMatchObject([{ id: message, ack: true }]);
    expect(await heron.call('message_ack', { messages: [message] })).toEqual({ acknowledged: [message], unknown: [] });
    const { recipients } = await otter.call('message_send', freeze);
    expect(recipients).toEqual([{ session: 'heron', state: 'acknowledged', path: 'calls' }]);
    expect((await otter.call('message_read')).messages).toEqual([]);
  });
});

describe('two sessions that answer each other by rote', () => {
  it('are stopped, while they and others go on writing to everybody else', async () => {
    const wren = await joined('wren');
    let sent = 0;
    const loop = async () => {
      for (; sent < 100; sent += 1) {
        const [from, to] = sent % 2 === 0 ? [otter, 'heron'] : [heron, 'otter'];
        await from.call('message_send', { to: [to], body: `You are right, ${sent}.`, priority: 'urgent' });
      }
    };
    await expect(loop()).rejects.toThrow(
      /limit_exceeded: This looks like a loop: 12 messages with \w+ since[\s\S]*operator/,
    );
    expect(sent).toBe(12);
    await wren.call('message_send', { to: ['otter', 'heron'], body: 'What are you two doing?' });
    await otter.call('message_send', { to: ['wren'], body: 'Nothing of use.' });
    await heron.call('message_send', { to: ['operator'], body: 'I was caught in a loop.' });
    const { messages } = await heron.call('message_read', { limit: 200 });
    expect(messages).toHaveLength(7);
  });
});
