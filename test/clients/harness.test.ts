import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { Bench, type ClientProgram, type PromptOptions } from './support/bench.ts';
import { Claude, claudeVersions, sessionOf } from './support/claude.ts';
import { Codex } from './support/codex.ts';
import { Copilot } from './support/copilot.ts';
import { Gemini } from './support/gemini.ts';
import type { Home } from './support/home.ts';
import { requireLoopbackOnly } from './support/loopback-only.ts';
import { call, Gate } from './support/mock-model.ts';
import { ModelRequest } from './support/model-request.ts';
import { Opencode } from './support/opencode.ts';
import type { Running } from './support/running.ts';
import { toolNamed } from './support/tool-names.ts';
import { emptyReading, type OfferedTool } from './support/wires/wire.ts';

const echoServer = fileURLToPath(new URL('support/echo-server.mjs', import.meta.url));
const echo = { command: 'node', args: [echoServer] };

/** A client with the small server added to what its owner configured, and how it is asked. */
interface Player {
  readonly name: string;
  readonly client: ClientProgram;
  addEcho(home: Home): void;
  ask(bench: Bench, options: PromptOptions): Running;
}

const [claudes, codex, gemini, opencode, copilot] = [
  claudeVersions.map(version => new Claude(version)),
  ...[new Codex(), new Gemini(), new Opencode(), new Copilot()],
] as [Claude[], Codex, Gemini, Opencode, Copilot];

const changeJson = (home: Home, path: string, more: object) => {
  home.writeJson(path, { ...JSON.parse(home.read(path)), ...more });
};

const claudePlayers = claudes.map(
  (client): Player => ({
    name: client.pin,
    client,
    addEcho: home => changeJson(home, '.claude.json', { mcpServers: { echo } }),
    ask: (bench, options) => client.print(bench, { ...options, allow: ['mcp__echo'] }),
  }),
);

const codexPlayer: Player = {
  name: 'codex',
  client: codex,
  addEcho: home => {
    const server = `[mcp_servers.echo]\ncommand = "node"\nargs = ["${echoServer}"]\n`;
    home.write('.codex/config.toml', home.read('.codex/config.toml') + server);
  },
  ask: (bench, options) => codex.exec(bench, options),
};

const players: readonly Player[] = [
  ...claudePlayers,
  codexPlayer,
  {
    name: 'gemini',
    client: gemini,
    addEcho: home => changeJson(home, '.gemini/settings.json', { mcpServers: { echo: { ...echo, trust: true } } }),
    ask: (bench, options) => gemini.print(bench, options),
  },
  {
    name: 'opencode',
    client: opencode,
    addEcho: home => {
      const server = { type: 'local', command: ['node', echoServer], enabled: true };
      changeJson(home, '.config/opencode/opencode.json', { mcp: { echo: server } });
    },
    ask: (bench, options) => opencode.run(bench, options),
  },
  {
    name: 'copilot',
    client: copilot,
    addEcho: home => {
      const server = { type: 'local', ...echo, tools: ['*'] };
      changeJson(home, '.copilot/mcp-config.json', { mcpServers: { echo: server } });
    },
    ask: (bench, options) => copilot.print(bench, options),
  },
];

describe('the network of the run', () => {
  it('ends at loopback', async () => {
    requireLoopbackOnly();
    const reached = await new Promise(resolve => {
      const socket = connect(443, '1.1.1.1');
      socket.on('connect', () => resolve('connected'));
      socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code));
    });
    expect(reached).toBe('ENETUNREACH');
  });
});

describe.each(players)('$name', ({ client, addEcho, ask }) => {
  it('calls a tool as the script says, its result reaches the model, and nothing of it stays', async () => {
    const bench = await Bench.open();
    const home = bench.home([client]);
    addEcho(home);
    let clientPid = 0;
    const lane = bench.model.lane('ann').script(() => {
      clientPid = running.pid;
      return call('mcp:echo/say', { text: 'ONE' });
    }, 'All done.');
    const running = ask(bench, { home, prompt: lane.prompt('Begin.') });
    expect(await running.ended).toMatchObject({ code: 0, output: expect.stringContaining('All done.') });
    expect(lane.requests).toHaveLength(2);
    expect(lane.firstSeen('heard ONE')).toBe(1);
    expect(lane.last?.results).toHaveLength(1);
    expect(lane.occurrences('heard ONE')).toBe(1);
    expect(clientPid).toBeGreaterThan(0);
    await bench.quiet(home);
    expect(bench.model.problems).toEqual([]);
  });
});

describe.each(claudes)('$pin', claude => {
  it('takes several prompts in one process, begins anew, comes back and forks', async () => {
    const bench = await Bench.open();
    const home = bench.home([claude]);
    const lane = bench.model.lane('ann').script('one', 'two', 'three', 'four');
    const talk = claude.converse(bench, { home });
    await talk.ask(lane.prompt('FIRST-PROMPT'));
    const first = talk.session;
    talk.send('/clear');
    await talk.ask(lane.prompt('SECOND-PROMPT'));
    const second = talk.session;
    expect(second).not.toBe(first);
    await talk.end();

    const resumed = claude.print(bench, { home, prompt: 'THIRD-PROMPT', args: ['--resume', second] });
    expect(await resumed.ended).toMatchObject({ code: 0 });
    expect(sessionOf(resumed)).toBe(second);
    const forked = claude.print(bench, { home, prompt: 'FOURTH-PROMPT', args: ['--resume', second, '--fork-session'] });
    expect(await forked.ended).toMatchObject({ code: 0 });
    expect([first, second]).not.toContain(sessionOf(forked));

    const told = ['FIRST-PROMPT', 'SECOND-PROMPT', 'THIRD-PROMPT', 'FOURTH-PROMPT'];
    const heard = lane.requests.map(request => told.filter(text => request.includes(text)));
    expect(heard).toEqual([
      ['FIRST-PROMPT'],
      ['SECOND-PROMPT'],
      ['SECOND-PROMPT', 'THIRD-PROMPT'],
      ['SECOND-PROMPT', 'THIRD-PROMPT', 'FOURTH-PROMPT'],
    ]);
    expect(lane.requests.map(request => request.session)).toEqual([first, second, second, sessionOf(forked)]);
  });

  it('is held in the middle of a turn in its terminal, and killed there', async () => {
    const bench = await Bench.open();
    const home = bench.home([claude]);
    const [gate, never] = [new Gate('And so it ends.'), new Gate('This is never said.')];
    const lane = bench.model.lane('tui').script(gate.step, never.step);
    const terminal = await claude.terminal(bench, { home });
    await terminal.submit(lane.prompt('Wait for it.'));
    await gate.reached;
    expect(terminal.screen()).not.toContain('And so it ends.');
    gate.open();
    await terminal.shows('And so it ends.');
    await terminal.submit('And again.');
    await never.reached;
    terminal.kill('SIGKILL');
    await terminal.ended();
  });
});

describe('codex', () => {
  it('comes back to a session, and runs in a terminal', async () => {
    const bench = await Bench.open();
    const home = bench.home([codex]);
    const lane = bench.model.lane('ann').script('one', 'two', 'On the screen.');
    const first = codex.exec(bench, { home, prompt: lane.prompt('FIRST-PROMPT') });
    expect(await first.ended).toMatchObject({ code: 0 });
    const session = first.events().find(event => event.type === 'thread.started').thread_id;
    const second = codex.resume(bench, session, { home, prompt: 'SECOND-PROMPT' });
    expect(await second.ended).toMatchObject({ code: 0 });
    expect(lane.requests.map(request => [request.session, request.count('FIRST-PROMPT')])).toEqual([
      [session, 1],
      [session, 1],
    ]);
    const terminal = await codex.terminal(bench, { home });
    await terminal.submit(lane.prompt('THIRD-PROMPT'));
    await terminal.shows('On the screen.');
    expect(readFileSync(`/proc/${terminal.pid}/comm`, 'utf8')).toBe('codex\n');
  });
});

describe('the scripted model', () => {
  it('keeps the lanes of clients apart that run at once', async () => {
    const bench = await Bench.open();
    const pair = [claudePlayers[1], codexPlayer].filter(player => player !== undefined);
    const home = bench.home(pair.map(player => player.client));
    for (const player of pair) player.addEcho(home);
    const runs = pair.map(player => {
      const lane = bench.model.lane(player.name).script(call('mcp:echo/say', { text: player.name }), 'Done.');
      return { ...player, lane, running: player.ask(bench, { home, prompt: lane.prompt(`Quote [[lane:other]].`) }) };
    });
    await Promise.all(runs.map(({ running }) => running.ended));
    for (const { name, lane } of runs) {
      expect(lane.requests).toHaveLength(2);
      expect(pair.map(other => lane.occurrences(`heard ${other.name}`) > 0)).toEqual(
        pair.map(other => other.name === name),
      );
    }
    expect([...bench.model.requests(), ...bench.model.requests('other')]).toEqual([]);
  });

  it.each<[string, OfferedTool[], string[]]>([
    ['a server of its own', [{ name: 'mcp__signalbox__lock_acquire' }], []],
    ['a plugin', [{ name: 'mcp__plugin_signalbox_signalbox__lock_acquire' }], []],
    ['a group', [{ namespace: 'mcp__signalbox', name: 'lock_acquire' }], []],
    ['a hyphen', [{ name: 'signalbox-lock_acquire' }], []],
    ['one line', [{ name: 'signalbox_lock_acquire' }], []],
    ['a text only', [{ name: 'lock_acquire' }], ['These are deferred:\nmcp__signalbox__lock_acquire']],
  ])('finds a tool by %s', (_what, tools, users) => {
    const near = [{ name: 'mcp__other__lock_acquire' }, { name: 'mcp__signalbox__try_lock_acquire' }];
    const reading = { ...emptyReading(), tools: [...near, ...tools], users };
    const request = new ModelRequest({ wire: 'any', model: '', session: '', reading, body: {} });
    const expected = users.length > 0 ? { name: 'mcp__signalbox__lock_acquire' } : tools[0];
    expect(toolNamed('mcp:signalbox/lock_acquire', request)).toEqual(expected);
    expect(toolNamed('mcp:signalbox/lock_release', request)).toBeUndefined();
  });
});

describe('the end of a test', () => {
  it('ends a client in the middle of a turn, its servers, and what hides from its group', async () => {
    const bench = await Bench.open();
    const home = bench.home([codex]);
    codexPlayer.addEcho(home);
    const gate = new Gate('never');
    const lane = bench.model.lane('ann').script(call('mcp:echo/say', { text: 'ONE' }), gate.step);
    const client = codex.exec(bench, { home, prompt: lane.prompt('Begin.') });
    const stubborn = ['sh', '-c', 'trap "" TERM HUP; setsid sleep 600 & sleep 600'];
    bench.run({ program: 'setsid', args: stubborn, folder: bench.folder, environment: home.environment });
    await gate.reached;
    const running = bench.leftovers(home).join('\n');
    for (const command of ['codex exec', 'echo-server', 'sleep 600']) expect(running).toContain(command);
    await bench.close();
    expect(bench.leftovers(home)).toEqual([]);
    expect(await client.ended).toMatchObject({ code: null });
  });
});
