/** Real clients on a hub over HTTP: no server of ours runs beside them. */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { Bench, type ClientProgram } from './support/bench.ts';
import { Claude, type ClaudeVersion, claudeVersions } from './support/claude.ts';
import { Codex } from './support/codex.ts';
import { Copilot } from './support/copilot.ts';
import { Gemini } from './support/gemini.ts';
import type { Home } from './support/home.ts';
import { goodbye, type HubStage, hubStage } from './support/hub.ts';
import { call, Gate } from './support/mock-model.ts';
import { Opencode } from './support/opencode.ts';
import type { Running } from './support/running.ts';

const auth = { paths: ['src/auth.ts'] };
const lock = 'mcp:signalbox/lock_acquire';

/** Adds to a client's configuration. */
function addJson(home: Home, path: string, more: object): void {
  home.writeJson(path, { ...(home.has(path) ? JSON.parse(home.read(path)) : {}), ...more });
}

/** A piece of the guide, for the hub of the test. */
function inGuide(piece: RegExp, url: string): string {
  const guide = readFileSync(new URL('../../docs/guides/team.md', import.meta.url), 'utf8');
  const [found = ''] = piece.exec(guide) ?? [];
  return found.replaceAll('http://127.0.0.1:4720/mcp?project=github.com/acme/shop', url);
}

describe('Claude Code with a hub as its server', () => {
  /** Set up as the guide says: the server by its own command, and one hook. */
  async function claudeStage(version: ClaudeVersion) {
    const claude = new Claude(version);
    const stage = await hubStage(await Bench.open(), claude);
    const { bench, home, token, url } = stage;
    const environment = { SIGNALBOX_TOKEN: token };
    await promisify(execFile)('sh', ['-c', inGuide(/^claude mcp add-json .*?\n\}'\n/ms, url)], {
      env: bench.environmentOf(claude, { home, environment }),
      cwd: bench.folder,
    });
    addJson(home, '.claude/settings.json', JSON.parse(inGuide(/^\{\n {2}"hooks": .*?\n\}\n/ms, url)));
    return { ...stage, claude, environment };
  }

  it.each(claudeVersions)(
    '%s is a session of its own over HTTP: it takes a lock, is written to and answers',
    async version => {
      const { bench, home, peer, claude, environment } = await claudeStage(version);
      const gate = new Gate('Done.');
      const ann = bench.model
        .lane('ann')
        .script(
          call('mcp:signalbox/session_update', { handle: 'wren', task: 'Mend the login' }),
          call(lock, { ...auth, reason: 'rewrite' }),
          call('mcp:signalbox/message_send', { to: [peer.handle], body: 'I have the login' }),
          call('mcp:signalbox/message_wait', { timeoutSeconds: 40 }),
          gate.step,
        );
      const session = claude.print(bench, { home, prompt: ann.prompt('Work.'), environment });
      expect(await peer.call('message_wait', { timeoutSeconds: 45 })).toMatchObject({
        messages: [{ from: 'wren', body: 'I have the login' }],
      });
      expect(await peer.meets(1)).toMatchObject([{ handle: 'wren', task: 'Mend the login', locks: 1 }]);
      const refused = await peer.call('lock_acquire', auth);
      expect(refused.blockedBy).toContainEqual(expect.objectContaining({ holder: 'wren', reason: 'rewrite' }));
      await peer.send('wren', 'Take the form too');
      await gate.reached;
      expect(JSON.stringify(ann.last?.results)).toContain('Take the form too');
      gate.open();
      expect(await session.ended).toMatchObject({ code: 0 });
    },
  );

  it.each(claudeVersions)(
    '%s is told apart from another of the same token by its process, and its hook ends its session with it',
    async version => {
      const { bench, home, peer, claude, environment } = await claudeStage(version);
      const [first, second] = [new Gate('Done.'), new Gate('Done.')];
      const ann = bench.model.lane('ann').script(call(lock, auth), first.step);
      const bob = bench.model.lane('bob').script(call(lock, auth), second.step);
      const one = claude.print(bench, { home, prompt: ann.prompt('Work.'), environment });
      await first.reached;
      const two = claude.print(bench, { home, prompt: bob.prompt('Work too.'), environment });
      await second.reached;
      expect(JSON.stringify(bob.last?.results)).toContain('blockedBy');
      expect((await peer.meets(2, 'claude-code')).map(({ locks }) => locks).sort()).toEqual([0, 1]);
      first.open();
      expect(await one.ended).toMatchObject({ code: 0 });
      expect(await peer.meets(1)).toMatchObject([{ locks: 0 }]);
      expect(await peer.call('lock_acquire', auth)).toMatchObject({ granted: true });
      second.open();
      expect(await two.ended).toMatchObject({ code: 0 });
      await peer.meets(0);
    },
  );

  it.each(claudeVersions)('%s keeps its session and its lock when its user clears the conversation', async version => {
    const { bench, home, peer, claude, environment } = await claudeStage(version);
    const ann = bench.model.lane('ann').script(call(lock, auth), 'Locked.', 'Here.');
    const talk = claude.converse(bench, { home, environment });
    await talk.ask(ann.prompt('Lock it.'));
    const [before] = await peer.meets(1);
    await talk.ask('/clear');
    await talk.ask(ann.prompt('Are you there?'));
    expect(await peer.meets(1)).toMatchObject([{ handle: before?.handle, locks: 1 }]);
    await talk.end();
    await peer.meets(0);
  });
});

interface Other {
  readonly client: ClientProgram;
  /** What it calls itself over MCP. */
  readonly name: string;
  /** Writes the server, and the hook by which it says goodbye, as the guide has them. */
  configure(stage: HubStage): void;
  start(stage: HubStage, prompt: string, environment: Record<string, string>): Running;
  /** Whether its session ends with it. */
  readonly saysGoodbye: boolean;
}

const [codex, gemini, copilot, opencode] = [new Codex(), new Gemini(), new Copilot(), new Opencode()];
const ownId = '$SIGNALBOX_SESSION';

const others: readonly Other[] = [
  {
    client: codex,
    name: 'codex-mcp-client',
    configure: ({ home, url }) =>
      home.write(
        '.codex/config.toml',
        `${home.read('.codex/config.toml')}\n[mcp_servers.signalbox]\nurl = "${url}"\nbearer_token_env_var = "SIGNALBOX_TOKEN"\n`,
      ),
    start: ({ bench, home }, prompt, environment) => codex.exec(bench, { home, prompt, environment }),
    saysGoodbye: true,
  },
  {
    client: gemini,
    name: 'gemini-cli-mcp-client',
    configure({ home, url }) {
      const headers = { Authorization: 'Bearer $SIGNALBOX_TOKEN', 'Signalbox-Session': ownId };
      addJson(home, '.gemini/settings.json', {
        mcpServers: { signalbox: { httpUrl: url, headers, timeout: 60_000 } },
        hooks: { SessionEnd: [{ hooks: [{ type: 'command', command: goodbye(url, ownId) }] }] },
      });
    },
    start: ({ bench, home }, prompt, environment) => gemini.print(bench, { home, prompt, environment }),
    saysGoodbye: true,
  },
  {
    client: copilot,
    name: 'copilot-cli',
    configure({ home, url }) {
      const headers = { Authorization: 'Bearer $SIGNALBOX_TOKEN', 'Signalbox-Session': ownId };
      home.writeJson('.copilot/mcp-config.json', {
        mcpServers: { signalbox: { type: 'http', url, headers, tools: ['*'] } },
      });
      const sessionEnd = [{ type: 'command', bash: goodbye(url, ownId), timeoutSec: 5 }];
      home.writeJson('.copilot/hooks/signalbox.json', { version: 1, hooks: { sessionEnd } });
    },
    start: ({ bench, home }, prompt, environment) => copilot.print(bench, { home, prompt, environment }),
    saysGoodbye: true,
  },
  {
    client: opencode,
    name: 'opencode',
    configure({ home, url }) {
      const headers = { Authorization: 'Bearer {env:SIGNALBOX_TOKEN}' };
      addJson(home, '.config/opencode/opencode.json', { mcp: { signalbox: { type: 'remote', url, headers } } });
    },
    start: ({ bench, home }, prompt, environment) => opencode.run(bench, { home, prompt, environment }),
    saysGoodbye: false,
  },
];

describe('another client with a hub as its server', () => {
  it.each(others.map(other => ({ ...other, title: other.client.pin })))(
    '$title is a session of its own over HTTP, two of one token are two, and it ends as the guide says',
    async ({ client, name, configure, start, saysGoodbye }) => {
      const stage = await hubStage(await Bench.open(), client);
      const { bench, peer, token } = stage;
      configure(stage);
      const environment = (id: string) => ({ SIGNALBOX_TOKEN: token, SIGNALBOX_SESSION: id });
      const [first, second] = [new Gate('Done.'), new Gate('Done.')];
      const ann = bench.model.lane('ann').script(call(lock, auth), first.step);
      const bob = bench.model.lane('bob').script(call(lock, auth), second.step);
      const one = start(stage, ann.prompt('Work.'), environment('desk-1'));
      await first.reached;
      const two = start(stage, bob.prompt('Work too.'), environment('desk-2'));
      await second.reached;
      expect(await peer.meets(2, name)).toHaveLength(2);
      const refused = await peer.call('lock_acquire', auth);
      expect(refused).toMatchObject({ granted: false });
      expect((await peer.others()).map(({ locks }) => locks).sort()).toEqual([0, 1]);
      first.open();
      second.open();
      expect(await one.ended).toMatchObject({ code: 0 });
      expect(await two.ended).toMatchObject({ code: 0 });
      if (saysGoodbye) await peer.meets(0);
      else expect(await peer.others()).toHaveLength(2);
    },
  );
});
