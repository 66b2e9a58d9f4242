/** What `signalbox setup` writes for each client, put there by hand. */
import { createHash } from 'node:crypto';
import { dirname, join } from 'node:path';
import { binary } from '../../support/workspace.ts';
import type { Bench } from './bench.ts';
import type { Home } from './home.ts';

const hookProgram = join(dirname(binary), 'hook.cjs');

/** Has `signalbox setup` itself configure Claude Code: for one user, or with `--project` for the bench's repository. */
export async function setUpClaude(bench: Bench, home: Home, ...options: readonly string[]): Promise<void> {
  const { code, stdout, stderr } = await bench.signalbox(home, ['setup', '--yes', ...options, 'claude-code']);
  if (code !== 0) throw new Error(`setup failed: ${stdout}\n${stderr}`);
}

/** Has `signalbox setup` itself configure Gemini CLI or opencode. */
export async function setUp(bench: Bench, home: Home, client: 'gemini-cli' | 'opencode'): Promise<void> {
  const { code, stdout, stderr } = await bench.signalbox(home, ['setup', '--yes', client]);
  if (code !== 0) throw new Error(`setup failed: ${stdout}\n${stderr}`);
}

/** Claude Code, for one user: the server, hooks that call its tool, and commands where no server is there or to be waited for. */
export function configureClaude(home: Home): void {
  const servers = { signalbox: { type: 'stdio', command: 'signalbox', args: ['mcp'] } };
  home.writeJson('.claude.json', { ...JSON.parse(home.read('.claude.json')), mcpServers: servers });
  const settings = JSON.parse(home.read('.claude/settings.json'));
  home.writeJson('.claude/settings.json', { ...settings, hooks: claudeHooks() });
}

function claudeHooks(): object {
  const command = (event: string, more: object = {}) => ({
    type: 'command',
    command: 'node',
    args: [hookProgram, 'claude-code', event],
    timeout: 10,
    ...more,
  });
  const tool = (...fields: string[]) => ({
    type: 'mcp_tool',
    server: 'signalbox',
    tool: 'client_event',
    input: {
      client: 'claude-code',
      ...Object.fromEntries(['hook_event_name', 'session_id', 'cwd', ...fields].map(name => [name, `\${${name}}`])),
    },
    timeout: 5,
  });
  const batch = ['prompt_id', 'agent_id', 'agent_type'];
  const wake = command('Wake', {
    timeout: 86_400,
    asyncRewake: true,
    rewakeSummary: 'Signalbox: a message waits',
    rewakeMessage: 'Signalbox:',
  });
  return {
    SessionStart: [
      { matcher: 'startup|resume|fork', hooks: [command('SessionStart')] },
      { matcher: 'clear|compact', hooks: [tool('source')] },
    ],
    UserPromptSubmit: [{ hooks: [tool('prompt', 'prompt_id')] }],
    PreToolUse: [{ matcher: '*', hooks: [tool(...batch, 'tool_name', 'tool_use_id')] }],
    PostToolBatch: [{ hooks: [tool(...batch)] }],
    SubagentStart: [{ hooks: [tool(...batch)] }],
    SubagentStop: [{ hooks: [tool(...batch, 'stop_hook_active')] }],
    Stop: [{ hooks: [tool('prompt_id', 'stop_hook_active'), wake] }],
    SessionEnd: [{ hooks: [command('SessionEnd')] }],
  };
}

/** The hooks that a repository brings for everybody who works in it: commands only. */
export function sharedClaudeHooks(): object {
  const events = ['SessionStart', 'UserPromptSubmit', 'PreToolUse', 'PostToolUse'];
  const all = [...events, 'SubagentStart', 'SubagentStop', 'Stop', 'SessionEnd'];
  const handler = (event: string) => ({
    type: 'command',
    command: `signalbox hook claude-code ${event} || true`,
    timeout: 10,
  });
  return Object.fromEntries(all.map(event => [event, [{ hooks: [handler(event)] }]]));
}

const copilotEvents = [
  'sessionStart',
  'userPromptSubmitted',
  'preToolUse',
  'preMcpToolCall',
  'postToolUse',
  'postToolUseFailure',
  'agentStop',
  'subagentStart',
  'subagentStop',
  'notification',
];

/** Copilot CLI, for one user: the server, and hooks that never fail but where a line for the user is told by that. */
export function configureCopilot(home: Home, events: readonly string[] = copilotEvents): void {
  const signalbox = { type: 'local', command: 'signalbox', args: ['mcp'], tools: ['*'] };
  home.writeJson('.copilot/mcp-config.json', { mcpServers: { signalbox } });
  home.writeJson('.copilot/hooks/signalbox.json', copilotHooks(`node ${hookProgram}`, events));
}

/** The file of hooks, as it lies in a home or a repository. */
export function copilotHooks(program: string, events: readonly string[] = copilotEvents): object {
  const ending = (event: string) => (event === 'userPromptSubmitted' ? 'exit $(( $? == 2 ? 2 : 0 ))' : 'true');
  const hook = (event: string) => [
    { type: 'command', bash: `${program} copilot-cli ${event} || ${ending(event)}`, timeoutSec: 10 },
  ];
  return { version: 1, hooks: Object.fromEntries(events.map(event => [event, hook(event)])) };
}

/** What stands in Codex's configuration once its user has trusted the hooks that are there: for each its digest. */
export function trustCodexHooks(home: Home): void {
  const { hooks } = JSON.parse(home.read('.codex/hooks.json'));
  const groups = Object.entries(hooks) as [string, { hooks: { command: string; timeout: number }[] }[]][];
  const entries = groups.map(([event, [group]]) => {
    const name = event.replace(/(?<=.)[A-Z]/g, letter => `_${letter}`).toLowerCase();
    const { command, timeout } = group?.hooks[0] ?? { command: '', timeout: 0 };
    const meaning = { event_name: name, hooks: [{ async: false, command, timeout, type: 'command' }] };
    const digest = createHash('sha256').update(JSON.stringify(meaning)).digest('hex');
    return `\n[hooks.state."${home.path('.codex/hooks.json')}:${name}:0:0"]\ntrusted_hash = "sha256:${digest}"\n`;
  });
  home.write('.codex/config.toml', home.read('.codex/config.toml') + entries.join(''));
}
