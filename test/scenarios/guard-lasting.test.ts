/** Sessions with hooks for whom something changes under way: the policy they are under, or the store itself. */
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ClientAtWork } from '../support/client-at-work.ts';
import { pause, until, Workspace } from '../support/workspace.ts';

let place: Workspace;

beforeEach(() => {
  place = new Workspace();
});

afterEach(() => place.dispose());

const declare = (guard: unknown) => place.write('signalbox.json', JSON.stringify({ guard }));
const both = async () => [await ClientAtWork.start(place, 'otter'), await ClientAtWork.start(place, 'heron')] as const;

describe('a policy that is changed while servers run', () => {
  it('holds for them at once, and the last valid one stays while the file is wrong', async () => {
    const [otter, heron] = await both();
    await otter.edits('src/auth.ts', 'export const a = 1;\n');
    expect((await heron.edits('src/auth.ts', 'x')).denied).toContain('otter');
    declare({ edits: 'off' });
    await until('the policy holds', async () => (await heron.edits('src/auth.ts', 'y')).denied === null);
    const third = await place.session({ clientName: 'claude-code' });
    let calls = 0;
    const said = async () => {
      calls += 1;
      const about = { client: 'claude-code', hook_event_name: 'PreToolUse', session_id: 'c3', cwd: place.repository };
      const tool = { tool_name: 'Bash', tool_input: { command: 'true' }, tool_use_id: `c3-${calls}` };
      const result = await third.client.callTool({ name: 'client_event', arguments: { ...about, ...tool } });
      return String(JSON.parse((result.content as { text: string }[])[0]?.text ?? '{}').systemMessage ?? '');
    };
    expect(await said()).toBe('');
    declare({ edits: 'of' });
    let notice = '';
    await until('the notice is given', async () => {
      notice = await said();
      return notice !== '';
    });
    expect(notice).toContain('the last valid one stays in force');
    expect(notice).toContain('"guard.edits" in');
    expect(await said()).toBe('');
    expect((await heron.edits('src/auth.ts', 'z')).denied).toBeNull();
  });

  it('is told to the person and the other sessions when a session changes it, by an edit or a command', async () => {
    const [otter, heron] = await both();
    const { denied, told } = await otter.edits('signalbox.json', JSON.stringify({ guard: { edits: 'off' } }));
    expect([denied, told]).toEqual([null, expect.stringContaining('edits "block" -> "off" now, for everybody')]);
    expect(await heron.prompts('Go on.')).toContain('otter changed the policy of the guard in signalbox.json');
    const { stdout } = await place.command(['message', 'read', '--json']);
    expect(stdout).toContain('otter changed the policy of the guard');
    let news = '';
    await until('the command may run', async () => {
      const { denied: no, told: said } = await heron.runs(`echo '{ "guard": { "git": "off" } }' > signalbox.json`);
      news = said;
      return no === null;
    });
    expect(news).toContain('edits "off" -> "block", git "block" -> "off"');
  });
});

describe('uncommitted work that another session goes on with', () => {
  it('is told to that one with its edit, unless git knows a commit of it', async () => {
    declare({ graceSeconds: 0 });
    const [otter, heron] = await both();
    await otter.edits('src/auth.ts', 'export const a = 1;\n');
    await otter.edits('README.md', '# Shop, by otter\n');
    await otter.stops();
    // Times of commits are whole seconds.
    await pause(1_100);
    place.git('add', 'README.md');
    place.git('-c', 'user.name=Test', '-c', 'user.email=test@example.invalid', 'commit', '-q', '-m', 'Readme');
    const { denied, told } = await heron.edits('src/auth.ts', 'export const b = 1;\n');
    expect([denied, told]).toEqual([null, expect.stringMatching(/otter changed src\/auth\.ts here .* no commit/)]);
    expect((await heron.edits('README.md', '# Shop, by heron\n')).told).not.toContain('no commit');
    expect(await otter.prompts('Go on.')).toContain('heron changed src/auth.ts');
  });
});

describe.runIf(!process.env.SIGNALBOX_TEST_STORE_SERVER)('a store that is removed while sessions work', () => {
  it('is made anew, the sessions are in it with their next hooks, and each is told what is lost', async () => {
    const [otter, heron] = await both();
    await otter.edits('src/auth.ts', 'export const a = 1;\n');
    const file = join(place.home, 'signalbox.db');
    expect(existsSync(file)).toBe(true);
    for (const end of ['', '-wal', '-shm']) rmSync(`${file}${end}`, { force: true });
    const lost = 'The store of Signalbox was removed or replaced while you worked';
    // Each process looks at the file once a second.
    for (const session of [heron, otter]) {
      await until('it is told', async () => (await session.runs('true')).told.includes(lost));
    }
    expect(existsSync(file)).toBe(true);
    expect((await heron.edits('src/auth.ts', 'export const b = 1;\n')).denied).toBeNull();
    const again = async () => (await otter.edits('src/auth.ts', 'export const c = 1;\n')).denied;
    expect(await again()).toContain('changed src/auth.ts');
    expect(await again()).toContain('being edited by heron');
    await heron.stops();
    expect((await otter.edits('README.md', '# Shop 2\n')).denied).toBeNull();
    const { sessions } = JSON.parse((await place.command(['session', 'list', '--json'])).stdout);
    expect(sessions.map(({ handle }: { handle: string }) => handle).sort()).toEqual(['heron', 'otter']);
  });
});
