import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import {
  argumentsBehind,
  forgiving,
  forgivingButTwo,
  hookLine,
  hookPowerShellLine,
  isOurHook,
  isOurServer,
} from './command.ts';

const place = (command: string, args: string[], platform = 'linux') =>
  ({
    scope: 'user',
    platform,
    home: '/home/ann',
    configHome: '/home/ann/.config',
    environment: {},
    root: '/r',
    program: { command, args },
    hookProgram: { command, args: [...args, 'hook'] },
  }) as const;

describe('the command line of a hook', () => {
  it.each([
    ['/usr/bin/node', '/opt/signalbox.mjs', '/usr/bin/node /opt/signalbox.mjs hook codex Stop'],
    [
      '/opt/my node/bin/node',
      "/o'x/$HOME/signalbox.mjs",
      `'/opt/my node/bin/node' '/o'\\''x/$HOME/signalbox.mjs' hook codex Stop`,
    ],
  ])('is taken literally by a shell: %s %s', (node, entry, line) => {
    expect(hookLine(place(node, [entry]), 'codex', 'Stop')).toBe(line);
  });

  it('is quoted as Windows does there, and called by PowerShell when it is quoted', () => {
    const there = place('C:\\Program Files\\node.exe', ['C:\\s\\signalbox.mjs'], 'win32');
    expect(hookLine(there, 'cursor', 'stop')).toBe(
      '"C:\\Program Files\\node.exe" C:\\s\\signalbox.mjs hook cursor stop',
    );
    expect(hookPowerShellLine(there, 'cursor', 'stop')).toBe(
      "& 'C:\\Program Files\\node.exe' 'C:\\s\\signalbox.mjs' hook cursor stop",
    );
    expect(hookPowerShellLine(place('signalbox', []), 'cursor', 'stop')).toBe('signalbox hook cursor stop');
  });
});

describe('a hook in which somebody does more than call us', () => {
  it.each([
    'echo see /opt/signalbox hook codex x',
    'tee /tmp/log | signalbox hook codex Stop',
    'signalbox hook codex Stop; say done',
    'my-node-script.sh /opt/dist/hook.cjs-backup codex Stop',
  ])('is theirs: %s', command => {
    expect(isOurHook({ type: 'command', command })).toBe(false);
  });

  it.each([
    'signalbox hook claude-code Stop || true',
    "'/opt/my node/bin/node' '/a b/hook.cjs' codex Stop 2>/dev/null || true",
    "& 'C:\\node.exe' 'C:\\x\\hook.cjs' copilot-cli agentStop; exit 0",
    '/usr/bin/node /opt/signalbox.mjs hook cursor stop',
  ])('and one that does not is ours: %s', command => {
    expect(isOurHook({ type: 'command', command })).toBe(true);
  });
});

describe('the hook of a client that forbids every tool when a hook fails', () => {
  const sh = (line: string) => spawnSync('/bin/sh', ['-c', line], { stdio: 'ignore' }).status;

  it('ends well whatever becomes of the program', () => {
    for (const line of ['/nowhere/node hook', 'exit 1', 'exit 2', 'true'])
      expect(sh(forgiving(`(${line})`)), line).toBe(0);
  });

  it('lets through only the exit code that shows its user a line', () => {
    const codes = ['/nowhere/node hook', 'exit 1', 'exit 2', 'true'].map(line => sh(forgivingButTwo(`(${line})`)));
    expect(codes).toEqual([0, 0, 2, 0]);
  });
});

describe('a server of ours', () => {
  it.each([
    [{ command: 'signalbox', args: ['mcp'] }],
    [{ command: '/usr/bin/node', args: ['/opt/1.0/dist/signalbox.mjs', 'mcp', '--tools', 'all'] }],
    [{ command: 'npx', args: ['-y', 'signalbox@0.1.0', 'mcp'], env: { A: '1' } }],
    [{ type: 'local', command: ['C:\\node.exe', 'C:\\x\\signalbox.mjs', 'mcp'] }],
  ])('is known by what it starts: %j', entry => {
    expect(isOurServer(entry)).toBe(true);
  });

  it.each([
    [{ command: 'node', args: ['signalbox-viewer.mjs', 'mcp'] }],
    [{ command: 'signalbox', args: ['status'] }],
    [{ command: '/opt/signalbox/other', args: ['mcp'] }],
    [{ url: 'http://127.0.0.1:1/signalbox mcp' }],
    [null],
    ['signalbox mcp'],
  ])('is not taken for one by a likeness: %j', entry => {
    expect(isOurServer(entry)).toBe(false);
  });

  it('keeps what somebody has put behind it', () => {
    expect(argumentsBehind({ command: 'signalbox', args: ['mcp', '--tools', 'all'] })).toEqual(['--tools', 'all']);
  });
});

describe('a hook of ours', () => {
  it.each([
    [{ type: 'command', command: "'/o p/node' '/x y/signalbox.mjs' hook codex Stop" }],
    [{ type: 'command', command: '/usr/bin/node', args: ['/opt/signalbox.mjs', 'hook', 'claude-code', 'Wake'] }],
    [{ bash: 'signalbox hook copilot-cli preToolUse || true' }],
    [{ command: '"C:\\n p\\node.exe" "C:\\x\\hook.cjs" cursor stop' }],
    [{ type: 'command', command: '/usr/bin/node', args: ['/opt/dist/hook.cjs', 'claude-code', 'Wake'] }],
    [{ type: 'mcp_tool', server: 'signalbox', tool: 'client_event' }],
  ])('is known by what it calls: %j', hook => {
    expect(isOurHook(hook)).toBe(true);
  });

  it.each([
    [{ type: 'command', command: 'echo signalbox hook' }],
    [{ type: 'command', command: 'my-signalbox hook codex Stop' }],
    [{ type: 'mcp_tool', server: 'other', tool: 'client_event' }],
    [{ type: 'command', command: 'signalbox status' }],
    [{ type: 'command', command: 'node /mine/hook.cjs mine stop' }],
    [{ type: 'mcp_tool', server: 'plugin:signalbox:signalbox', tool: 'client_event' }],
  ])('is not taken for one by a likeness: %j', hook => {
    expect(isOurHook(hook)).toBe(false);
  });
});
