/** Which hooks Claude Code gets: calls of the server that is connected already, and commands where none is. */
import { forgiving, hookLine, hookWords, strict } from './command.ts';
import type { JsonObject, JsonPart, SetupPlace } from './define-setup.ts';

/** At the start no server is connected yet, and at the end none is any more. */
const beginnings = 'startup|resume|fork';
/** Then the server is there, and the session has another beginning. */
const freshStarts = 'clear|compact';

/** Whose a call of ours is has to be known before it comes. */
const ourTools = 'mcp__.*signalbox.*';

/** Tools that change files or run commands, servers for files among them: they are heard before and after. Of all others it is enough to hear when they have ended. */
const guardedTools = [
  ...['Write', 'Edit', 'MultiEdit', 'NotebookEdit', 'Bash', 'PowerShell', 'Monitor'],
  'mcp__.+__(?:(?:write|edit|create|delete)_file|move_file)',
];
/** A matcher is searched for in a name, and some names are parts of others. */
const anyOf = (...names: readonly string[]) => `^(?:${names.join('|')})$`;

const commandTimeoutSeconds = 10;
const toolTimeoutSeconds = 5;
/** A waiter lies beside an idle session until a message comes. */
const wakeTimeoutSeconds = 86_400;

const common = fields('hook_event_name', 'session_id', 'cwd');
const tool = { ...common, ...fields('prompt_id', 'tool_name', 'tool_use_id', 'agent_id', 'agent_type') };
const batch = { ...common, ...fields('prompt_id', 'agent_id', 'agent_type') };
/** What of a tool's input says which files it is about, and not what it writes into them. */
const toldInput = ['file_path', 'notebook_path', 'command', 'path', 'source', 'destination', 'dryRun'];
const guarded = { ...tool, tool_input: within('tool_input', toldInput) };
const done = { ...guarded, tool_response: within('tool_response', ['backgroundTaskId']) };

/** The hooks of a user: those that can call a tool start no process. */
export function claudeHooks(place: SetupPlace): JsonPart[] {
  const command = (event: string, more: JsonObject = {}): JsonObject => {
    const [program, ...args] = hookWords(place, 'claude-code', event);
    // Without a shell in between, so that the hook's parent is the client.
    return { type: 'command', command: program, args, timeout: commandTimeoutSeconds, ...more };
  };
  const wake = command('Wake', {
    timeout: wakeTimeoutSeconds,
    asyncRewake: true,
    rewakeSummary: 'Signalbox: a message waits',
    rewakeMessage: 'Signalbox:',
  });
  return [
    list('SessionStart', [
      { matcher: beginnings, hooks: [command('SessionStart')] },
      { matcher: freshStarts, hooks: [toolCall({ ...common, ...fields('source') })] },
    ]),
    list('UserPromptSubmit', [{ hooks: [toolCall({ ...common, ...fields('prompt', 'prompt_id') })] }]),
    list('PreToolUse', [
      { matcher: ourTools, hooks: [toolCall(tool)] },
      { matcher: anyOf(...guardedTools), hooks: [place.failsClosed ? mustBeAnswered(place) : toolCall(guarded)] },
    ]),
    list('PostToolUse', [{ matcher: anyOf(...guardedTools), hooks: [toolCall(done)] }]),
    list('PostToolUseFailure', [{ matcher: anyOf(...guardedTools), hooks: [toolCall(guarded)] }]),
    list('PostToolBatch', [{ hooks: [toolCall(batch)] }]),
    list('SubagentStart', [{ hooks: [toolCall(batch)] }]),
    list('SubagentStop', [{ hooks: [toolCall({ ...batch, ...fields('stop_hook_active') })] }]),
    list('Stop', [{ hooks: [toolCall({ ...common, ...fields('prompt_id', 'stop_hook_active') }), wake] }]),
    list('SessionEnd', [{ hooks: [command('SessionEnd')] }]),
  ];
}

/** The hooks of a repository: Copilot CLI and VS Code read the file, too, and refuse it whole for anything but plain commands. */
export function sharedClaudeHooks(place: SetupPlace): JsonPart[] {
  const events = [
    'SessionStart',
    'UserPromptSubmit',
    'PreToolUse',
    'PostToolUse',
    'PostToolUseFailure',
    'SubagentStart',
    'SubagentStop',
    'Stop',
    'SessionEnd',
  ];
  return events.map(event => {
    const isStrict = event === 'PreToolUse' && place.failsClosed === true;
    // Copilot forbids every tool when one cannot be started.
    const handler = isStrict ? mustBeAnswered(place) : shellCommand(forgiving(shellLine(place, event)));
    const matcher = sharedMatchers[event];
    return list(event, [{ ...(matcher ? { matcher } : {}), hooks: [handler] }]);
  });
}

const sharedMatchers: Readonly<Record<string, string>> = {
  PreToolUse: anyOf(...guardedTools, ourTools),
  PostToolUseFailure: anyOf(...guardedTools),
};

/**
 * A command also for a user: Claude Code leaves out calls of a server that it knows to be gone, and the tool runs. Versions that do not
 * know `onFailure` let it run only after a time-out.
 */
function mustBeAnswered(place: SetupPlace): JsonObject {
  return { ...shellCommand(strict(shellLine(place, 'PreToolUse'))), onFailure: 'block' };
}

/** Every client that reads these hooks runs them with a POSIX shell, on Windows too. */
function shellLine(place: SetupPlace, event: string): string {
  return hookLine({ ...place, platform: 'linux' }, 'claude-code', event);
}

function shellCommand(command: string): JsonObject {
  return { type: 'command', command, timeout: commandTimeoutSeconds };
}

function toolCall(input: JsonObject): JsonObject {
  return {
    type: 'mcp_tool',
    server: 'signalbox',
    tool: 'client_event',
    input: { client: 'claude-code', ...input },
    timeout: toolTimeoutSeconds,
  };
}

function list(event: string, value: readonly JsonObject[]): JsonPart {
  return { kind: 'elements', path: ['hooks', event], value };
}

/** The same for fields of a field. */
function within(field: string, names: readonly string[]): JsonObject {
  return Object.fromEntries(names.map(name => [name, `\${${field}.${name}}`]));
}

/** Arguments that Claude Code fills in from what it tells a hook. */
function fields(...names: readonly string[]): JsonObject {
  return Object.fromEntries(names.map(name => [name, `\${${name}}`]));
}
