import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type CommandResult, type LiveSession, Workspace } from '../support/workspace.ts';

let place: Workspace;
let otter: LiveSession;

beforeEach(async () => {
  place = new Workspace();
  otter = await place.session({ args: ['--handle', 'otter'] });
  await otter.call('session_update', { task: 'Move login' });
});

afterEach(() => place.dispose());

const json = ({ stdout }: CommandResult) => JSON.parse(stdout);

/** Runs a command in the shell of a session. */
function as(handle: string, ...words: string[]): Promise<CommandResult> {
  return place.command(words, { environment: { SIGNALBOX_SESSION: handle } });
}

async function who(file: string): Promise<{ code: number | null; [field: string]: unknown }> {
  const result = await place.command(['who', file, '--json']);
  return { code: result.code, ...json(result) };
}

function commit(message: string): string {
  place.git('add', '-A');
  place.git('-c', 'user.name=Ann', '-c', 'user.email=ann@example.invalid', 'commit', '-q', '-m', message);
  return place.git('rev-parse', 'HEAD').trim();
}

describe('who wrote a line', () => {
  it('goes from unknown over the recorded edit to the commit and the session that made it', async () => {
    expect(await who('src/auth.ts:1')).toMatchObject({
      code: 0,
      answer: 'known',
      commit: { author: 'Test' },
      edits: [],
    });
    place.write('src/auth.ts', 'export {};\nlogin();\n');
    expect(await who('src/auth.ts:2')).toMatchObject({ code: 1, answer: 'unknown', uncommitted: true });
    await otter.call('intent_announce', { type: 'file_edit', targets: ['src'], description: 'new login' });
    expect((await as('otter', 'edit', 'record', 'src/auth.ts', '--lines', '2')).stdout).toMatch(
      /modified src\/auth.ts/,
    );
    expect(await who('src/auth.ts:2')).toMatchObject({
      code: 0,
      answer: 'known',
      edits: [
        {
          session: 'otter',
          here: true,
          task: 'Move login',
          intent: expect.stringMatching(/^i\d+ file_edit: new login$/),
          lines: '2',
          by: 'command',
          branch: 'main',
        },
      ],
    });
    expect(await who('src/auth.ts:1')).toMatchObject({ answer: 'known', commit: { author: 'Test' } });
    const id = commit('Login');
    expect((await as('otter', 'edit', 'record', '--commit', 'HEAD')).code).toBe(0);
    expect(json(await as('otter', 'edit', 'record', '--commit', id, '--json'))).toMatchObject({
      edits: [],
      known: ['src/auth.ts'],
    });
    expect(await who('src/auth.ts:2')).toMatchObject({
      code: 0,
      answer: 'known',
      commit: { id, author: 'Ann', summary: 'Login' },
      edits: [{ session: 'otter', by: 'commit' }],
    });
    expect(await who('src/auth.ts:99')).toMatchObject({ code: 1, answer: 'unknown' });
  });

  it('names all who may have, where edits do not say their lines, and only since the commit', async () => {
    const heron = await place.session({ args: ['--handle', 'heron'] });
    await heron.handle();
    await as('heron', 'edit', 'record', 'src/auth.ts');
    place.write('src/auth.ts', 'export {};\nold();\n');
    commit('Old');
    await as('heron', 'edit', 'record', '--commit', 'HEAD');
    place.write('src/auth.ts', 'export {};\nold();\nnew();\n');
    await as('otter', 'edit', 'record', 'src/auth.ts');
    const alone = await place.command(['who', 'src/auth.ts:3']);
    expect(alone.stdout).toMatch(/^\? Line 3 of src\/auth.ts is not committed; it is by otter, .*only recorded edit/);
    await as('heron', 'edit', 'record', 'src/auth.ts');
    expect((await place.command(['who', 'src/auth.ts:3'])).stdout).toContain('one of heron, otter');
  });

  it('is told of a file that git does not know yet', async () => {
    place.write('src/new.ts', 'one();\n');
    expect(await who('src/new.ts:1')).toMatchObject({ code: 1, answer: 'unknown' });
    await as('otter', 'edit', 'record', 'src/new.ts', '--change', 'created');
    expect(await who('src/new.ts:1')).toMatchObject({ code: 0, answer: 'known', edits: [{ session: 'otter' }] });
  });
});

describe('who changed a file', () => {
  it('is told with the lock on it and whether it is committed, from any folder, for a file that is gone as well', async () => {
    await otter.call('lock_acquire', { paths: ['src/auth.ts'], reason: 'move login' });
    rmSync(join(place.repository, 'src/auth.ts'));
    await as('otter', 'edit', 'record', join(place.repository, 'src/auth.ts'));
    const result = await place.command(['who', 'auth.ts'], { directory: join(place.repository, 'src') });
    expect(result.code).toBe(0);
    expect(result.stdout).toMatch(/^✓ src\/auth.ts was last deleted by otter/);
    expect(result.stdout).toMatch(/locked now by otter \(exclusive\) for "move login"/);
    expect(result.stdout).toMatch(/It has changes that are not committed/);
  });

  it('keeps the edits of two checkouts apart', async () => {
    const other = place.worktree('other');
    await as('otter', 'edit', 'record', join(other, 'README.md'));
    expect(await who('README.md')).toMatchObject({ answer: 'known', edits: [{ checkout: other, branch: 'other' }] });
    place.write('README.md', '# Other shop\n');
    expect(await who('README.md:1')).toMatchObject({ answer: 'unknown' });
  });
});
