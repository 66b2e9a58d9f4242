/** Shared context of `session-coordinator`: sharing, finding, deleting. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Workspace } from '../support/workspace.ts';
import { type Acting, Coordinator } from './support/coordinator.ts';

let place: Workspace;
let one: Coordinator;
let two: Coordinator;
let a: Acting;
let b: Acting;

beforeEach(async () => {
  place = new Workspace();
  [one, two] = await Promise.all([Coordinator.start(place), Coordinator.start(place)]);
  [a, b] = [await one.register('Anna'), await two.register('Ben')];
});

afterEach(() => place.dispose());

const share = (by: Acting, content: string, more: object = {}) =>
  by.call('context_share', { context_type: 'note', project: 'my-app', content, ...more });
const query = (filter: object = {}): Promise<Record<string, string>[]> => two.call('context_query', filter);
const texts = async (filter: object = {}) => (await query(filter)).map(({ content }) => content);
const remove = (by: Acting, context_id: string) => by.call('context_delete', { context_id });

describe('what is shared', () => {
  it('is found as a bare array with content, who shared it and its type (SC-100, SC-102)', async () => {
    const { context_id, ...rest } = await share(a, 'Tests need Redis', { context_type: 'discovery' });
    expect(rest).toEqual({ status: 'shared' });
    expect(await query()).toEqual([
      {
        context_id,
        context_type: 'discovery',
        project: 'my-app',
        content: 'Tests need Redis',
        shared_by: 'Anna',
        shared_at: expect.stringMatching(/^\d{4}-.*Z$/),
      },
    ]);
  });

  it('has one of five types, by which it is found (SC-101, SC-105)', async () => {
    const types = ['decision', 'discovery', 'convention', 'blocker', 'note'];
    for (const context_type of types) await share(a, `a ${context_type}`, { context_type });
    for (const context_type of types) {
      expect(await texts({ context_type })).toEqual([`a ${context_type}`]);
      expect(await texts({ context_type, keyword: 'blocker' })).toEqual(
        context_type === 'blocker' ? ['a blocker'] : [],
      );
    }
    const other = { session_id: a.id, context_type: 'rumour', project: 'my-app', content: 'x' };
    expect((await one.failure('context_share', other)).error).toContain('context_type');
  });

  it('is found by a piece of its text, whatever the case, the newest first (SC-102, SC-103)', async () => {
    for (const text of ['Use JWT tokens', 'jwtRefresh is broken', 'Deploy on Friday']) await share(a, text);
    expect(await texts({ keyword: 'jwt' })).toEqual(['jwtRefresh is broken', 'Use JWT tokens']);
    expect(await texts({ keyword: 'WT TOK' })).toEqual(['Use JWT tokens']);
    expect(await texts({ keyword: 'FRESH' })).toEqual(['jwtRefresh is broken']);
    expect(await texts({ keyword: '' })).toHaveLength(3);
    expect(await texts({ keyword: 'nothing like it' })).toEqual([]);
  });

  it('is found by its project (SC-104)', async () => {
    const long = 'a-very-long-name-of-a-project-that-nobody-would-type';
    await share(a, 'ours');
    await share(a, 'theirs', { project: 'other' });
    await share(a, 'long', { project: long });
    expect(await texts({ project: 'my-app' })).toEqual(['ours']);
    expect(await texts({ project: 'other' })).toEqual(['theirs']);
    expect(await texts({ project: long })).toEqual(['long']);
    expect(await texts({ project: 'none' })).toEqual([]);
    expect(await texts()).toEqual(['long', 'theirs', 'ours']);
  });

  it('outlives its session, under its name (SC-106)', async () => {
    await share(a, 'Tests need Redis');
    await a.deregister();
    await one.client.session.close();
    expect(await query()).toMatchObject([{ content: 'Tests need Redis', shared_by: 'Anna' }]);
  });

  it('is one entry however often it is shared, and without secrets (SC-108)', async () => {
    const first = await share(a, 'Tests need Redis');
    expect(await share(a, 'Tests need Redis')).toEqual(first);
    expect(await query()).toHaveLength(1);
    const token = `ghp_${'a1B2'.repeat(9)}`;
    expect((await share(a, `The token is ${token}`)).masked).toHaveLength(1);
    expect(JSON.stringify(await query())).not.toContain(token);
  });

  it('as much as one answer carries is shown, the newest of it (SC-102)', async () => {
    const words = (at: number) => `${at} ${'lorem ipsum '.repeat(900)}`;
    for (const at of [1, 2, 3, 4]) await share(a, words(at));
    expect((await texts()).map(text => text?.[0])).toEqual(['4', '3']);
    expect((await texts({ keyword: '1 lorem' })).map(text => text?.[0])).toEqual(['1']);
  });
});

describe('deleting', () => {
  it('is for who shared it; others are told whom to ask while that one is here (SC-107)', async () => {
    const { context_id } = await share(a, 'Tests need Redis');
    expect(await remove(b, context_id)).toEqual({
      deleted: false,
      reason: 'not_owner',
      shared_by: 'Anna',
      next: expect.stringContaining(a.id),
    });
    expect(await texts()).toHaveLength(1);
    expect(await remove(a, context_id)).toEqual({ deleted: true });
    expect(await texts()).toEqual([]);
    expect(await remove(a, context_id)).toEqual({ deleted: false, reason: 'not_found' });
  });

  it('is for anybody once that one is gone (SC-107)', async () => {
    const { context_id } = await share(a, 'Tests need Redis');
    await a.deregister();
    expect(await remove(b, context_id)).toEqual({ deleted: true });
    expect(await texts()).toEqual([]);
  });
});
