import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type CommandResult, type LiveSession, Workspace } from '../support/workspace.ts';

let place: Workspace;

beforeEach(() => {
  place = new Workspace();
});

afterEach(() => place.dispose());

const json = ({ stdout }: CommandResult) => JSON.parse(stdout);

/** Adds to a counter once, trying again as long as somebody else was first. */
async function addOne(session: LiveSession): Promise<void> {
  for (;;) {
    const { value = 0, revision = 0 } = await session.call('data_get', { key: 'count' });
    try {
      await session.call('data_set', { key: 'count', value: String(value + 1), ifRevision: revision });
      return;
    } catch (error) {
      expect(String(error)).toMatch(/conflict: "count" .*Nothing was changed/);
    }
  }
}

describe('two sessions that count on one key', () => {
  it.each(['legacy', 'modern'] as const)('lose no step to each other, on a %s connection', async era => {
    const args = ['--tools', 'data'];
    const sessions = await Promise.all([place.session({ era, args }), place.session({ era, args })]);
    const rounds = 40;
    await Promise.all(
      sessions.map(async session => {
        for (let round = 0; round < rounds; round++) await addOne(session);
      }),
    );
    expect(await sessions[0].call('data_get', { key: 'count' })).toMatchObject({
      value: 2 * rounds,
      revision: 2 * rounds,
    });
  });
});

describe('a value', () => {
  it('is the same over MCP and on the command line, whatever it is', async () => {
    const otter = await place.session({ args: ['--tools', 'all', '--handle', 'otter'] });
    const values = [{ a: [1, 'ü', null] }, ['x'], 'words', 3001, true, null];
    for (const value of values) {
      await otter.call('data_set', { scope: 'ci', key: 'a', value });
      expect(json(await place.command(['data', 'get', 'a', '--scope', 'ci', '--json']))).toMatchObject({
        found: true,
        value,
        author: 'otter',
      });
      const text = JSON.stringify(value);
      expect((await place.command(['data', 'set', 'a', text, '--scope', 'ci'])).code).toBe(0);
      expect((await otter.call('data_get', { scope: 'ci', key: 'a' })).value).toEqual(value);
    }
  });

  it('outlives the session that set it, and its own scope is still its own when it comes back', async () => {
    const otter = await place.session({ args: ['--tools', 'all', '--handle', 'otter'] });
    await otter.call('data_set', { scope: 'me', key: 'plan', value: 'login first' });
    await otter.close();
    const found = await place.command(['data', 'get', 'plan', '--scope', 'session:otter']);
    expect(found).toMatchObject({ code: 0, stdout: expect.stringMatching(/^login first\nrevision 1 · otter · /) });
    expect((await place.command(['data', 'set', 'plan', 'x', '--scope', 'session:otter'])).code).toBe(5);
  });
});

describe('on the command line', () => {
  it('a missing key is a 1, a lost condition a 4, and a list says what there is', async () => {
    expect((await place.command(['data', 'get', 'nothing'])).code).toBe(1);
    expect((await place.command(['data', 'set', 'build/a', '1', '--if-revision', '0'])).code).toBe(0);
    const lost = await place.command(['data', 'set', 'build/a', '2', '--if-revision', '0']);
    expect(lost).toMatchObject({
      code: 4,
      stderr: expect.stringMatching(/revision 1, set by operator.*--if-revision 1/s),
    });
    expect((await place.command(['data', 'list'])).stdout).toMatch(/project +1\n/);
    expect((await place.command(['data', 'list', '--pattern', 'build/*'])).stdout).toContain('build/a');
    expect((await place.command(['data', 'delete', 'build/a'])).stdout).toBe('Deleted 1 key from project: build/a\n');
    expect((await place.command(['data', 'set', '--', 'offset', '-5'])).code).toBe(0);
    expect(json(await place.command(['data', 'get', 'offset', '--json']))).toMatchObject({ value: -5 });
  });
});
