import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type LiveSession, Workspace } from '../support/workspace.ts';

let place: Workspace;

beforeEach(() => {
  place = new Workspace();
});

afterEach(() => place.dispose());

const session = (handle: string, directory = place.repository): Promise<LiveSession> =>
  place.session({ args: ['--handle', handle, '--tools', 'all'], directory });

describe('what a session knew', () => {
  it('outlives it: one that comes later is told in its digest, and finds it', async () => {
    const otter = await session('otter');
    const shared = await otter.call('context_share', {
      type: 'decision',
      title: 'Session store',
      content: 'Logins use server sessions, no JWT.',
      tags: ['auth'],
    });
    await otter.call('context_share', { type: 'note', content: 'The printer is out of paper.' });
    await otter.call('session_end');
    await otter.close();

    const heron = await session('heron', place.worktree('feature-login'));
    await heron.call('session_update', { task: 'Finish the login page' });
    const brief = await place.command(['brief'], { environment: { SIGNALBOX_SESSION: 'heron' } });
    expect(brief).toMatchObject({ code: 0, stderr: '' });
    const [decision, note] = brief.stdout.split('\n').filter(line => line.startsWith('- '));
    expect(brief.stdout).toMatch(/^You are heron on branch feature-login\./);
    expect(decision).toContain(`decision ${shared.entry} by otter`);
    expect(decision).toContain('"Session store": "Logins use server sessions, no JWT."');
    expect(note).toContain('printer');
    const { entries } = await heron.call('context_query', { query: 'login session' });
    expect(entries).toMatchObject([{ id: shared.entry, author: 'otter', revision: 1, branch: 'main' }]);
  });

  it('is found by type and by keyword while both are here', async () => {
    const [otter, heron] = [await session('otter'), await session('heron')];
    await otter.call('context_share', { type: 'decision', content: 'Use PostgreSQL for persistence.' });
    await otter.call('context_share', { type: 'convention', content: 'Tests live beside the source.' });
    const found = async (input: object) =>
      (await heron.call('context_query', input)).entries.map((entry: { content: string }) => entry.content);
    expect(await found({ type: 'decision' })).toEqual(['Use PostgreSQL for persistence.']);
    expect(await found({ query: 'postgresql' })).toEqual(['Use PostgreSQL for persistence.']);
    expect(await found({ type: 'convention', query: 'postgresql' })).toEqual([]);
    expect(await found({})).toEqual(['Tests live beside the source.', 'Use PostgreSQL for persistence.']);
  });

  it('of a secret is in no answer, no digest and nothing that is stored', async () => {
    const otter = await session('otter');
    const token = `ghp_${'Ab3Cd4Ef5Gh6'.repeat(3)}`;
    const { entry, warnings } = await otter.call('context_share', { type: 'note', content: `CI uses ${token}.` });
    expect(warnings).toEqual([expect.stringContaining('GitHub token')]);
    const told = [
      JSON.stringify(await otter.call('context_query', { query: entry })),
      (await place.command(['brief'])).stdout,
      (await place.command(['context', 'query', '--json'])).stdout,
      (await place.command(['export'])).stdout,
    ];
    for (const text of told) {
      expect(text).toContain('[masked: GitHub token …');
      expect(text).not.toContain('Ab3Cd4Ef5Gh6');
    }
  });

  it('is revised by another, visibly, and removed by a person after both have gone', async () => {
    const [otter, heron] = [await session('otter'), await session('heron')];
    const blocker = { type: 'blocker', title: 'CI' };
    const { entry } = await otter.call('context_share', { ...blocker, content: 'Out of disk.' });
    const second = await heron.call('context_share', { ...blocker, content: 'Still out of disk.' });
    expect(second).toMatchObject({ entry, revision: 2, replaced: expect.stringContaining('revision 1 by otter') });
    await Promise.all([otter.close(), heron.close()]);
    const removed = await place.command(['context', 'delete', entry]);
    expect(removed).toMatchObject({
      code: 0,
      stdout: expect.stringContaining(`Removed ${entry}, blocker by heron: "CI"`),
    });
    expect((await place.command(['context', 'delete', entry])).code).toBe(3);
    expect((await place.command(['brief'])).stdout).toMatch(/^You are operator, alone here: [^\n]*\n$/);
  });
});
