/** What teams of sessions do all day, from the first call to the last: each story over MCP, and the same words on the command line. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type LiveSession, until, Workspace } from '../support/workspace.ts';

let place: Workspace;

beforeEach(() => {
  place = new Workspace();
});

afterEach(() => place.dispose());

const everything = ['--tools', 'all'];

describe('the day of a session', () => {
  it('goes from its first call over a lock and an intent to its end, and leaves nothing held', async () => {
    const [otter, heron] = [await place.session({ args: everything }), await place.session({ args: everything })];
    await otter.call('session_update', { task: 'move login to sessions', handle: 'login' });
    const { granted } = await otter.call('lock_acquire', { paths: ['src/auth.ts'], reason: 'login' });
    expect(granted).toBe(true);
    const { intent, conflicts } = await otter.call('intent_announce', {
      type: 'file_edit',
      targets: ['src/auth.ts'],
      description: 'sessions instead of tokens',
    });
    expect(conflicts).toEqual([]);
    expect((await heron.call('intent_list')).intents).toMatchObject([
      { intent, session: 'login', type: 'file_edit', status: 'announced' },
    ]);
    await otter.call('intent_update', { intent, status: 'in_progress' });
    expect((await heron.call('intent_list', { type: 'file_edit' })).intents).toMatchObject([{ status: 'in_progress' }]);
    await otter.call('intent_update', { intent, status: 'completed' });
    expect((await heron.call('intent_list')).intents).toEqual([]);
    await otter.call('intent_announce', { type: 'test' });
    expect(await otter.call('session_end')).toEqual({ ended: 'login', released: ['file:src/auth.ts'] });
    expect((await heron.call('lock_list')).locks).toEqual([]);
    expect((await heron.call('intent_list')).intents).toEqual([]);
    expect((await heron.call('session_list')).sessions).toHaveLength(1);
    expect((await heron.call('session_list', { session: 'login' })).sessions).toMatchObject([{ state: 'ended' }]);
  });

  it('is the same on the command line', async () => {
    const run = async (...words: string[]) => {
      const { code, stdout, stderr } = await place.command([...words, '--json']);
      if (code !== 0 && code !== 1) throw new Error(stderr);
      return { code, answer: JSON.parse(stdout) };
    };
    expect((await run('lock', 'acquire', 'src/auth.ts', '--reason', 'login')).answer.granted).toBe(true);
    const { answer } = await run('intent', 'announce', 'file_edit', '--targets', 'src/auth.ts');
    expect((await run('intent', 'list')).answer.intents).toMatchObject([
      { intent: answer.intent, session: 'operator' },
    ]);
    await run('intent', 'update', answer.intent, '--status', 'completed');
    expect((await run('intent', 'list')).answer.intents).toEqual([]);
    expect((await run('lock', 'release', '--all')).answer.released).toEqual(['file:src/auth.ts']);
  });
});

describe('two sessions that want one file', () => {
  let otter: LiveSession;
  let heron: LiveSession;

  beforeEach(async () => {
    otter = await place.session({ args: [...everything, '--handle', 'otter'] });
    heron = await place.session({ args: [...everything, '--handle', 'heron'] });
    await heron.handle();
    await otter.call('lock_acquire', { paths: ['src/auth.ts'], reason: 'new signature' });
  });

  it('come to it one after the other: the second is told who, why and until when, asks, and gets it', async () => {
    const refused = await heron.call('lock_acquire', { paths: ['src/auth.ts'], queue: true });
    expect(refused).toMatchObject({
      granted: false,
      blockedBy: [{ resource: 'file:src/auth.ts', holder: 'otter', mode: 'exclusive', reason: 'new signature' }],
      queue: { position: 1 },
    });
    const answering = (async () => {
      await until('the question is there', async () => (await otter.call('message_read', { peek: true })).unread === 1);
      const { messages } = await otter.call('message_read');
      await otter.call('lock_release', { paths: ['src/auth.ts'] });
      await otter.call('message_send', { replyTo: messages[0].id, body: 'Done, it is yours.' });
    })();
    const asked = await heron.call('message_send', {
      to: ['otter'],
      body: 'How long do you need src/auth.ts?',
      waitSeconds: 20,
    });
    await answering;
    expect(asked).toMatchObject({ timedOut: false, answers: [{ from: 'otter', body: 'Done, it is yours.' }] });
    const { messages } = await heron.call('message_read');
    expect(messages).toMatchObject([{ from: 'signalbox', conversation: 'notice' }]);
    expect(messages[0].body).toContain('file:src/auth.ts');
    expect((await otter.call('lock_list')).locks).toMatchObject([{ resource: 'file:src/auth.ts', holder: 'heron' }]);
  });

  it('may read it together, and an advisory lock only warns', async () => {
    expect((await heron.call('lock_acquire', { paths: ['src/auth.ts'], mode: 'shared' })).granted).toBe(false);
    const advisory = await heron.call('lock_acquire', { paths: ['src/auth.ts'], mode: 'intent' });
    expect(advisory.granted).toBe(true);
    expect(advisory.warnings.join()).toContain('otter');
    await otter.call('lock_acquire', { paths: ['src/auth.ts'], mode: 'shared' });
    expect((await heron.call('lock_acquire', { paths: ['src/auth.ts'], mode: 'shared' })).granted).toBe(true);
  });
});

it('what one session learnt, another that starts later finds by type and by word, and can remove', async () => {
  const otter = await place.session({ args: [...everything, '--handle', 'otter'] });
  await otter.call('context_share', { type: 'decision', title: 'Auth', content: 'We use JWT with refresh tokens.' });
  await otter.call('context_share', { type: 'convention', content: 'Tests stand beside the source.' });
  await otter.close();
  const heron = await place.session({ args: everything });
  const { entries } = await heron.call('context_query', { type: 'decision' });
  expect(entries).toMatchObject([{ type: 'decision', title: 'Auth', author: 'otter', revision: 1 }]);
  expect(entries[0].content).toBe('We use JWT with refresh tokens.');
  expect((await heron.call('context_query', { query: 'refresh tokens' })).entries).toHaveLength(1);
  expect((await heron.call('context_query', { query: 'kubernetes' })).entries).toEqual([]);
  await heron.call('context_delete', { entry: entries[0].id });
  expect((await heron.call('context_query', { type: 'decision' })).entries).toEqual([]);
});

it('a git operation under way elsewhere makes another one unsafe, whatever its branch, until it is over', async () => {
  const directories = [place.worktree('feature/auth'), place.worktree('feature/profile')];
  const [otter, heron] = [
    await place.session({ args: [...everything, '--handle', 'otter'], directory: directories[0] ?? '' }),
    await place.session({ args: [...everything, '--handle', 'heron'], directory: directories[1] ?? '' }),
  ];
  const { intent } = await otter.call('intent_announce', { type: 'git_rebase', targets: ['branch:feature/auth'] });
  const asked = await heron.call('conflict_check', { action: 'git_push', targets: ['branch:feature/profile'] });
  expect(asked.safe).toBe(false);
  expect(asked.conflicts).toMatchObject([{ kind: 'intent', severity: 'high', session: 'otter' }]);
  // One's own intent is in nobody's own way.
  expect((await otter.call('conflict_check', { action: 'git_rebase' })).safe).toBe(true);
  await otter.call('intent_update', { intent, status: 'completed' });
  expect((await heron.call('conflict_check', { action: 'git_push' })).safe).toBe(true);
});
