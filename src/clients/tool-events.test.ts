import { describe, expect, it } from 'vitest';
import type { Json } from './define-client.ts';
import { clientNamed } from './index.ts';

const read = (client: string, event: string, input: Json) => clientNamed(client)?.hooks?.read(event, input);
const eventOf = (client: string, event: string, input: Json) => read(client, event, input)?.event;
const shell = (command: string, directory: string | null = null) => ({ kind: 'shell', command, directory });

describe('an event of Claude Code', () => {
  const told = { session_id: 'A', cwd: '/shop', prompt_id: 'p', tool_name: 'Edit', tool_use_id: 'toolu_1' };
  const asFields = {
    file_path: '/shop/a.ts',
    notebook_path: '',
    command: '',
    path: '',
    source: '',
    destination: '',
    dryRun: '',
  };
  const asItIs = { file_path: '/shop/a.ts', old_string: 'a', new_string: 'b', replace_all: false };

  it.each(['PreToolUse', 'PostToolUse', 'PostToolUseFailure'])(
    'is the same by the connection of the server and by command, so that %s is judged once',
    name => {
      const byTool = read('claude-code', name, {
        ...told,
        hook_event_name: name,
        agent_id: '',
        agent_type: '',
        tool_input: asFields,
      });
      const byCommand = read('claude-code', name, {
        ...told,
        hook_event_name: name,
        permission_mode: 'default',
        tool_input: asItIs,
      });
      expect(byTool).toEqual(byCommand);
      expect(byTool?.event).toMatchObject({
        action: { kind: 'edit', files: [{ path: '/shop/a.ts', change: 'modified' }] },
        call: 'toolu_1',
      });
    },
  );

  it('tells of a command in the background only before it runs', () => {
    const command = { ...told, tool_name: 'Bash', tool_input: { command: 'make' } };
    expect(eventOf('claude-code', 'PreToolUse', command)?.action).toEqual(shell('make'));
    const done = (backgroundTaskId?: string) =>
      eventOf('claude-code', 'PostToolUse', { ...command, tool_response: { stdout: '', backgroundTaskId } });
    expect(done()?.action).toEqual(shell('make'));
    expect(done('')?.action).toEqual(shell('make'));
    expect(done('b1')).toMatchObject({ kind: 'after-tool', call: 'toolu_1' });
    expect(done('b1')?.action).toBeUndefined();
  });
});

describe('an event of Codex', () => {
  const told = { session_id: 'A', turn_id: 't', cwd: '/shop/sub', tool_use_id: 'call_1' };
  const patch = '*** Begin Patch\n*** Update File: a.ts\n@@\n-a\n+b\n*** Delete File: b.ts\n*** End Patch';
  const files = [
    { path: 'a.ts', change: 'modified' },
    { path: 'b.ts', change: 'deleted' },
  ];
  const of = (tool: string, command: string, more: Json = {}) => ({
    ...told,
    tool_name: tool,
    tool_input: { command },
    ...more,
  });

  it('tells all files of a patch as one edit, also where a command is nothing but that patch', () => {
    for (const input of [of('apply_patch', patch), of('Bash', `apply_patch <<'EOF'\n${patch}\nEOF`)]) {
      expect(eventOf('codex', 'PreToolUse', input)).toMatchObject({ action: { kind: 'edit', files }, call: 'call_1' });
    }
    const both = `cd x; apply_patch <<'EOF'\n${patch}\nEOF`;
    expect(eventOf('codex', 'PreToolUse', of('Bash', both))?.action).toEqual(shell(both));
  });

  it('says of a patch that it failed where Codex says so, and of a command nothing', () => {
    const done = (tool: string, command: string, tool_response: string) =>
      eventOf('codex', 'PostToolUse', of(tool, command, { tool_response }))?.hasFailed;
    expect(done('apply_patch', patch, 'Exit code: 0\nOutput:\nSuccess.')).toBeUndefined();
    expect(done('apply_patch', patch, 'Exit code: 1\nOutput:\nNo such file')).toBe(true);
    expect(done('Bash', 'echo "Exit code: 1"', 'Exit code: 1')).toBeUndefined();
  });
});

describe('an event of Gemini CLI', () => {
  const told = { session_id: 'A', cwd: '/shop', timestamp: '2026-11-21T17:42:12.657Z' };
  const of = (tool: string, input: Json, more: Json = {}) => ({ ...told, tool_name: tool, tool_input: input, ...more });

  it('tells the folder of a command, of one in the background only before it, and of a failed tool that it failed', () => {
    const command = of('run_shell_command', { command: 'make', dir_path: 'sub' });
    expect(eventOf('gemini-cli', 'BeforeTool', command)?.action).toEqual(shell('make', 'sub'));
    const left = of('run_shell_command', { command: 'make', is_background: true });
    expect(eventOf('gemini-cli', 'BeforeTool', left)?.action).toEqual(shell('make'));
    expect(eventOf('gemini-cli', 'AfterTool', left)?.action).toBeUndefined();
    const failed = of('replace', { file_path: 'a.ts' }, { tool_response: { llmContent: '', error: { message: 'x' } } });
    expect(eventOf('gemini-cli', 'AfterTool', failed)).toMatchObject({
      hasFailed: true,
      carries: false,
      action: { kind: 'edit' },
    });
  });

  it('is another one than that of another file at the same moment', () => {
    const of2 = (file_path: string) =>
      read('gemini-cli', 'BeforeTool', of('write_file', { file_path, content: 'x' }))?.fingerprint;
    expect(of2('a.ts')).not.toBe(of2('b.ts'));
    expect(of2('a.ts')).toBe(of2('a.ts'));
  });
});

describe('an event of Copilot CLI', () => {
  const told = { sessionId: 'A', timestamp: 1_795_284_664_869, cwd: '/shop' };
  const of = (toolName: string, toolArgs: unknown, more: Json = {}) => ({ ...told, toolName, toolArgs, ...more });
  const patch = '*** Begin Patch\n*** Add File: a.ts\n+a\n*** End Patch';

  it('tells the files of its tools for edits, of a patch as it stands too, and nothing of one that only looks', () => {
    const action = (tool: string, args: unknown) => eventOf('copilot-cli', 'preToolUse', of(tool, args))?.action;
    expect(action('create', { path: 'a.ts' })).toMatchObject({ files: [{ path: 'a.ts', change: 'created' }] });
    expect(action('edit', { path: 'a.ts' })).toMatchObject({ files: [{ path: 'a.ts', change: 'modified' }] });
    for (const args of [patch, { input: patch }]) {
      expect(action('apply_patch', args)).toMatchObject({ files: [{ path: 'a.ts', change: 'created' }] });
    }
    expect(action('str_replace_editor', { command: 'view', path: 'a.ts' })).toBeUndefined();
    expect(action('str_replace_editor', { command: 'str_replace', path: 'a.ts' })).toMatchObject({ kind: 'edit' });
    expect(action('apply_patch', {})).toMatchObject({ kind: 'unreadable' });
  });

  it.each([
    [{ mode: 'async' }, '<command started in background with shellId: 1>', true],
    [{ mode: 'async', detach: true }, '<command started in detached background with shellId: 1>', true],
    [{}, 'so far\n<command with shellId: 1 moved to background by the user.>', true],
    [{}, 'a background task\n<shellId: 1 completed with exit code 0>', false],
  ])('tells that a command is done when it is: %j %j', (more, textResultForLlm, goesOn) => {
    const args = { command: 'make', ...more };
    const done = of('bash', args, { toolResult: { resultType: 'success', textResultForLlm } });
    expect(eventOf('copilot-cli', 'preToolUse', of('bash', args))?.action).toEqual(shell('make'));
    expect(eventOf('copilot-cli', 'postToolUse', done)?.action).toEqual(goesOn ? undefined : shell('make'));
  });

  it('tells a tool as failed that failed or was forbidden', () => {
    const done = (event: string, resultType: string) =>
      eventOf('copilot-cli', event, of('edit', { path: 'a.ts' }, { toolResult: { resultType } }))?.hasFailed;
    expect(done('postToolUse', 'success')).toBeUndefined();
    expect(done('postToolUse', 'denied')).toBe(true);
    expect(done('postToolUseFailure', '')).toBe(true);
  });

  it('is another one than that of another file at the same moment, with as much in it', () => {
    const of2 = (path: string) =>
      read('copilot-cli', 'preToolUse', of('create', { file_text: 'x', path }))?.fingerprint;
    expect(of2('/shop/a.ts')).not.toBe(of2('/shop/b.ts'));
    expect(of2('/shop/a.ts')).toBe(of2('/shop/a.ts'));
  });
});

describe('an event of VS Code', () => {
  it('tells of a command in the background only before it runs, and of a task what it runs', () => {
    const told = { session_id: 'A', hook_event_name: 'PreToolUse', timestamp: 'x', cwd: '/shop', tool_use_id: '1' };
    const of = (tool_name: string, tool_input: unknown) => ({ ...told, tool_name, tool_input });
    const watch = of('run_in_terminal', '{"command":"npm run watch","isBackground":true}');
    expect(eventOf('vscode', 'PreToolUse', watch)?.action).toEqual(shell('npm run watch'));
    expect(eventOf('vscode', 'PostToolUse', watch)?.action).toBeUndefined();
    const task = of('create_and_run_task', { task: { command: 'git', args: ['stash', 7] } });
    expect(eventOf('vscode', 'preToolUse', task)?.action).toEqual(shell('git stash'));
  });
});

describe('an event of opencode', () => {
  it('is about a call of ours only where it is one', () => {
    const of = (tool: string) => ({
      conversation: 'A',
      directory: '/shop',
      tool,
      call: 'c',
      arguments: { filePath: 'a.ts' },
    });
    expect(read('opencode', 'tool.execute.before', of('write'))).toMatchObject({
      owner: { call: null },
      event: { call: 'c', action: { kind: 'edit', files: [{ path: 'a.ts', change: 'modified' }] } },
    });
    expect(read('opencode', 'tool.execute.before', of('signalbox_lock_list'))?.owner.call).toMatchObject({ id: 'c' });
    const failed = { ...of('edit'), hasFailed: true, isLost: true };
    expect(eventOf('opencode', 'tool.execute.after', failed)).toMatchObject({ hasFailed: true, carries: false });
  });
});
