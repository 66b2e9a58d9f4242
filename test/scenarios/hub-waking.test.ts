/** Waking a resting session by its client's own command, on a machine whose store is behind a hub: real processes, but for the client. */
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ana, hub, officeForEachTest, startHub } from '../support/office.ts';
import { binary, type LiveSession, until, Workspace } from '../support/workspace.ts';

officeForEachTest();

/** Ana's machine. */
let place: Workspace;

beforeEach(() => {
  place = new Workspace();
  Object.assign(place.environment, { SIGNALBOX_STORE: hub.url, SIGNALBOX_TOKEN: ana.token });
});

afterEach(() => place.dispose());

/** Stands for Codex's process that serves terminals: it starts the server, and runs a hook for whoever connects. */
const client = `
import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
const [socket, ...words] = process.argv.slice(process.argv.indexOf('--') + 1);
const child = spawn(words[0], words.slice(1), { stdio: 'inherit' });
child.on('exit', code => process.exit(code ?? 1));
process.on('SIGTERM', () => child.kill());
createServer(peer => {
  peer.once('data', line => {
    const input = JSON.parse(line);
    const words = [process.env.SIGNALBOX_PROGRAM, 'hook', 'codex', input.hook_event_name];
    const hook = spawn(process.execPath, words, { stdio: ['pipe', 'pipe', 'inherit'] });
    hook.stdin.end(JSON.stringify(input));
    hook.stdout.pipe(peer);
  });
}).listen(socket);
`;

/** What the command was given that wakes, once for each time. */
const woken = (): string[] => (existsSync(notes()) ? readFileSync(notes(), 'utf8').trim().split('\n') : []);
const notes = () => join(place.folder, 'woken');
const text = 'Signalbox: something waits for you. message_read shows what has not been shown to you.';

/** A session in a terminal of Codex, by how its process was started; its hooks as a function. */
async function terminal(...words: string[]) {
  const [script, socket, bin] = ['client.mjs', 'client.sock', 'codex'].map(name => join(place.folder, name));
  writeFileSync(script as string, client);
  writeFileSync(bin as string, `#!/bin/sh\necho "$*" >> '${notes()}'\n`);
  chmodSync(bin as string, 0o755);
  const environment = {
    SIGNALBOX_PROGRAM: binary,
    PATH: `${place.folder}${delimiter}${process.env.PATH ?? ''}`,
  };
  const through = ['node', script as string, ...words, '--', socket as string];
  const session = await place.session({ through, environment, clientName: 'codex-mcp-client' });
  const hook = (hook_event_name: string, more: object = {}) =>
    new Promise<string>((resolve, reject) => {
      let said = '';
      const input = { session_id: 'A', cwd: place.repository, hook_event_name, ...more };
      const line = connect(socket as string, () => line.write(`${JSON.stringify(input)}\n`));
      line.on('data', piece => {
        said += piece;
      });
      line.on('error', reject).on('close', () => resolve(said));
    });
  const rests = async () => {
    await hook('UserPromptSubmit', { prompt: 'Go on.' });
    await hook('Stop', { stop_hook_active: false });
  };
  await hook('SessionStart', { source: 'startup' });
  await rests();
  return { session, hook, rests };
}

async function seen(peer: LiveSession) {
  const { sessions } = await peer.call('session_list');
  return sessions.find(({ client }: { client: string | null }) => client === 'codex');
}

describe('a session of Codex that rests in a terminal behind a hub', () => {
  it('is woken for a message by the machine, with words that are always the same, and is from the next hub too', async () => {
    const { hook, rests } = await terminal('app-server', '--listen', 'unix://');
    const heron = await place.session({ args: ['--handle', 'heron'] });
    await until('it is one that is woken', async () => (await seen(heron))?.reach === 'wake');
    const { handle } = await seen(heron);
    await heron.call('message_send', { to: [handle], body: 'PLUM-TREE' });
    await until('it is woken', () => woken().length === 1);
    expect(woken()).toEqual([`queue --thread A --message ${text}`]);
    expect(await hook('UserPromptSubmit', { prompt: text })).toContain('PLUM-TREE');
    await rests();
    await hub.kill();
    await startHub([], {}, hub.port);
    // Long after its stop another hub stands ready for it, without a hook.
    await heron.call('message_send', { to: [handle], body: 'PEAR-TREE', key: 'pear' });
    await until('it is woken again', () => woken().length === 2);
    expect(await hook('UserPromptSubmit', { prompt: text })).toContain('PEAR-TREE');
  });

  it('is not where its client has no way to, and nobody is told otherwise', async () => {
    await terminal('exec', 'Begin.');
    const heron = await place.session({ args: ['--handle', 'heron'] });
    const { reach, handle } = await seen(heron);
    expect(reach).toBe('hooks');
    await heron.call('message_send', { to: [handle], body: 'PLUM-TREE' });
    expect(woken()).toEqual([]);
  });
});
