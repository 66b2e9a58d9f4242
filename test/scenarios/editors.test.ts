/** The hooks of editors, told as their documentation has it, with real servers and the real hook command. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type LiveSession, until, Workspace } from '../support/workspace.ts';

let place: Workspace;
let heron: LiveSession;

beforeEach(async () => {
  place = new Workspace();
  heron = await place.session({ args: ['--handle', 'heron', '--tools', 'all'] });
  await heron.handle();
});

afterEach(() => place.dispose());

/** What a hook answers; it is started by the same process as the server of its session, as an editor does it. */
async function hook(client: string, event: string, input: object, environment: Record<string, string> = {}) {
  const result = await place.command(['hook', client, event], { input: JSON.stringify(input), environment });
  expect(result).toMatchObject({ code: 0, stderr: '' });
  return result.stdout === '' ? null : JSON.parse(result.stdout);
}

const others = async () => {
  const { sessions, you } = await heron.call('session_list');
  return sessions.filter((session: { handle: string }) => session.handle !== you);
};

async function handleOfOther(): Promise<string> {
  await until('it has joined', async () => (await others()).length > 0);
  return (await others())[0].handle;
}

async function send(body: string): Promise<string> {
  return (await heron.call('message_send', { to: [await handleOfOther()], body })).message;
}

/** Of what follows from a hook that was answered: its server may be at it still. */
const soon = { timeout: 45_000 };

async function stateOf(message: string): Promise<string> {
  const { messages } = await heron.call('conversation_history', { conversation: message });
  return messages.find(({ id }: { id: string }) => id === message).recipients[0].state;
}

const time = '2026-10-09T10:30:00.000Z';

describe('Cursor', () => {
  const told = (event: string, more: object = {}) => ({
    conversation_id: 'chat-1',
    generation_id: 'turn-1',
    hook_event_name: event,
    cursor_version: '2.4.1',
    workspace_roots: [place.repository],
    ...more,
  });

  beforeEach(() => place.session({ clientName: 'cursor-vscode' }));

  it('is told a message with the first event that shows it to its model, and not before', async () => {
    expect(
      await hook('cursor', 'beforeSubmitPrompt', told('beforeSubmitPrompt', { prompt: 'Fix the login' })),
    ).toBeNull();
    await expect.poll(others, soon).toMatchObject([{ client: 'cursor', task: 'Fix the login', reach: 'hooks' }]);
    const message = await send('The PLUM-TREE is mine.');
    const tool = { tool_name: 'Shell', tool_input: { command: 'ls' }, tool_use_id: 't1' };
    expect(await hook('cursor', 'preToolUse', told('preToolUse', tool))).toBeNull();
    expect(await stateOf(message)).toBe('queued');
    const shown = await hook('cursor', 'postToolUse', told('postToolUse', { ...tool, tool_output: '{}' }));
    expect(Object.keys(shown)).toEqual(['additional_context']);
    expect(shown.additional_context).toContain('PLUM-TREE');
    await expect.poll(() => stateOf(message), soon).toBe('read');
    expect(await hook('cursor', 'postToolUse', told('postToolUse', { ...tool, tool_use_id: 't2' }))).toBeNull();
  });

  it('goes on by an urgent message when it stops, unless its user has stopped it', async () => {
    await hook('cursor', 'beforeSubmitPrompt', told('beforeSubmitPrompt', { prompt: 'Fix the login' }));
    await heron.call('message_send', { to: [await handleOfOther()], body: 'The PLUM-TREE burns.', priority: 'urgent' });
    expect(await hook('cursor', 'stop', told('stop', { status: 'aborted', loop_count: 0 }))).toBeNull();
    const held = await hook('cursor', 'stop', told('stop', { status: 'completed', loop_count: 0 }));
    expect(held.followup_message).toContain('PLUM-TREE');
    expect(Object.keys(held)).toEqual(['followup_message']);
  });

  it('is left alone by the hooks of Claude Code, which it runs too', async () => {
    const inherited = { CLAUDECODE: '1', CLAUDE_PID: String(process.pid) };
    const prompt = { ...told('UserPromptSubmit', { prompt: 'Fix the login' }), session_id: 'chat-1' };
    expect(await hook('claude-code', 'UserPromptSubmit', prompt, inherited)).toBeNull();
    expect(await others()).toEqual([]);
  });
});

describe('VS Code', () => {
  const told = (event: string, more: object = {}) => ({
    timestamp: time,
    cwd: place.repository,
    session_id: 'chat-1',
    hook_event_name: event,
    ...more,
  });

  it('is answered in its own words by the hooks of Copilot CLI, which it runs as its own', async () => {
    await place.session({ clientName: 'Visual Studio Code' });
    const prompt = told('UserPromptSubmit', { prompt: 'Fix the login' });
    expect(await hook('copilot-cli', 'userPromptSubmitted', prompt)).toBeNull();
    await expect.poll(others, soon).toMatchObject([{ client: 'vscode', task: 'Fix the login' }]);
    const message = await send('The PLUM-TREE is mine.');
    const tool = told('PreToolUse', { tool_name: 'run_in_terminal', tool_input: {}, tool_use_id: 't1' });
    const answer = await hook('copilot-cli', 'preToolUse', tool);
    expect(answer.hookSpecificOutput.hookEventName).toBe('PreToolUse');
    expect(answer.hookSpecificOutput.additionalContext).toContain('PLUM-TREE');
    // The user may still forbid the tool: that it has ended proves that the model saw what went with it.
    await expect.poll(() => stateOf(message), soon).toBe('delivered');
    const ended = told('PostToolUse', { tool_name: 'run_in_terminal', tool_input: {}, tool_use_id: 't1' });
    await hook('copilot-cli', 'postToolUse', ended);
    await expect.poll(() => stateOf(message), soon).toBe('read');
  });

  it('is known also when it was started from a shell of Copilot CLI or Claude Code, and by no hook of Claude Code', async () => {
    await place.session({ clientName: 'Visual Studio Code' });
    const inherited = { COPILOT_CLI: '1', CLAUDECODE: '1', CLAUDE_PID: String(process.pid) };
    const prompt = told('UserPromptSubmit', { prompt: 'Fix the login' });
    expect(await hook('claude-code', 'UserPromptSubmit', prompt, inherited)).toBeNull();
    expect(await others()).toEqual([]);
    await hook('copilot-cli', 'userPromptSubmitted', prompt, inherited);
    await expect.poll(others, soon).toMatchObject([{ client: 'vscode' }]);
  });

  it('is one session for its hooks and for the calls that name the same conversation', async () => {
    const code = await place.session({ clientName: 'Visual Studio Code' });
    await hook('copilot-cli', 'userPromptSubmitted', told('UserPromptSubmit', { prompt: 'Fix the login' }));
    const request = { name: 'lock_acquire', arguments: { paths: ['src/auth.ts'] } };
    await code.client.callTool({ ...request, _meta: { 'vscode.conversationId': 'chat-1' } });
    await expect.poll(others, soon).toMatchObject([{ client: 'vscode', task: 'Fix the login', locks: 1 }]);
  });

  it('does one thing for an event that two of the files it reads tell', async () => {
    await place.session({ clientName: 'Visual Studio Code' });
    await hook('copilot-cli', 'userPromptSubmitted', told('UserPromptSubmit', { prompt: 'Fix the login' }));
    await send('The PLUM-TREE is mine.');
    const tool = told('PreToolUse', { tool_name: 'run_in_terminal', tool_input: {}, tool_use_id: 't1' });
    const answers = [await hook('copilot-cli', 'preToolUse', tool), await hook('vscode', 'PreToolUse', tool)];
    expect(answers.filter(answer => answer !== null)).toHaveLength(1);
  });
});

describe('Windsurf', () => {
  it('is seen by its hooks, and keeps its messages until it takes them, because it shows no answer', async () => {
    const wind = await place.session({ clientName: 'windsurf-client' });
    const told = (event: string, about: object) => ({
      agent_action_name: event,
      trajectory_id: 'chat-1',
      execution_id: 'turn-1',
      timestamp: time,
      tool_info: about,
    });
    await hook('windsurf', 'pre_user_prompt', told('pre_user_prompt', { user_prompt: 'Fix the login' }));
    await expect.poll(others, soon).toMatchObject([{ client: 'windsurf', task: 'Fix the login' }]);
    const message = await send('The PLUM-TREE is mine.');
    expect(await hook('windsurf', 'pre_run_command', told('pre_run_command', { command_line: 'ls' }))).toBeNull();
    expect(await hook('windsurf', 'post_cascade_response', told('post_cascade_response', {}))).toBeNull();
    expect(await stateOf(message)).toBe('queued');
    const call = { mcp_server_name: 'signalbox', mcp_tool_name: 'message_read', mcp_tool_arguments: {} };
    await hook('windsurf', 'pre_mcp_tool_use', told('pre_mcp_tool_use', call));
    expect((await wind.call('message_read')).messages).toMatchObject([{ body: 'The PLUM-TREE is mine.' }]);
    expect(await others()).toHaveLength(1);
  });
});
