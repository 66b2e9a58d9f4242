/** A client with hooks whose model speaks `claude-session-coordinator`: tools and hooks are one session. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type LiveSession, Workspace } from '../support/workspace.ts';
import { Coordinator } from './support/csc.ts';

let place: Workspace;
let one: Coordinator;
let heron: LiveSession;

/** Stands between: the server takes this process for its client. */
const inBetween = `
import { spawn } from 'node:child_process';
const child = spawn(process.argv[2], process.argv.slice(3), { stdio: 'inherit' });
child.on('exit', code => process.exit(code ?? 1));
process.on('SIGTERM', () => child.kill());
`;

beforeEach(async () => {
  place = new Workspace();
  const script = join(place.folder, 'client.mjs');
  writeFileSync(script, inBetween);
  const through = [process.execPath, script];
  one = await Coordinator.start(place, { through, clientName: 'claude-code' });
  heron = await place.session({ args: ['--handle', 'heron'] });
  await heron.handle();
});

afterEach(() => place.dispose());

/** What a hook of the client tells over its connection. */
const hook = (event: string, more: object) =>
  one.client.raw('client_event', {
    client: 'claude-code',
    hook_event_name: event,
    session_id: 'conversation-1',
    cwd: place.repository,
    ...more,
  });
const edits = (path: string) =>
  hook('PreToolUse', {
    tool_name: 'Write',
    tool_use_id: 'call-1',
    tool_input: { file_path: join(place.repository, path), content: 'x\n' },
  });
const others = async (): Promise<string[]> => {
  const { sessions, you } = await heron.call('session_list');
  return sessions.map(({ handle }: { handle: string }) => handle).filter((handle: string) => handle !== you);
};
const locks = async () => (await heron.call('lock_list')).locks;

it('What the client edits is edited by its instance; signing off frees it, and whoever goes on is that instance no more (CSC-085)', async () => {
  await hook('SessionStart', { source: 'startup' });
  const [before] = await others();
  expect(await one.taken()).toEqual(['heron']);
  await one.signOn();
  expect(await others()).toEqual(['claude_1']);
  expect(before).not.toBe('claude_1');
  await edits('src/app.ts');
  expect(await locks()).toMatchObject([{ holder: 'claude_1' }]);
  await one.signOff();
  expect([await others(), await locks()]).toEqual([[], []]);
  await hook('UserPromptSubmit', { prompt: 'Go on.' });
  const [after] = await others();
  expect(after).toEqual(expect.any(String));
  expect(after).not.toBe('claude_1');
  const two = await Coordinator.start(place);
  expect(await two.signOn()).toBe('claude_1');
  expect((await others()).sort()).toEqual([after, 'claude_1'].sort());
  expect(await one.signOn()).toBe('claude_2');
  expect((await others()).sort()).toEqual(['claude_1', 'claude_2']);
});
