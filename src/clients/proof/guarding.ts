/** What each client tells before an edit and before a shell command, and how a refusal looks to it: for trying whether its hooks ask. */
import { type Json, parsedValue, textOf } from '../define-client.ts';
import type { ClientId } from '../setup/define-setup.ts';

/** The two things that hooks ask about. */
export type Asking = 'edit' | 'shell';

export interface Guarding {
  readonly event: Readonly<Record<Asking, string>>;
  /** What a matcher of that event is held against. */
  readonly subject: Readonly<Record<Asking, string>>;
  /** What is told beside what every event tells. */
  readonly input: (asking: Asking, about: { readonly file: string; readonly command: string }) => Json;
}

const both = (value: string) => ({ edit: value, shell: value });

/** The form that Claude Code began. */
function claudeShaped(event: string, edit: string, shell: string, field = 'file_path'): Guarding {
  return {
    event: both(event),
    subject: { edit, shell },
    input: (asking, { file, command }) => ({
      tool_name: asking === 'edit' ? edit : shell,
      tool_use_id: `self-test-${asking}`,
      tool_input: asking === 'edit' ? { [field]: file, content: '' } : { command },
    }),
  };
}

const patchOf = (file: string) => `*** Begin Patch\n*** Add File: ${file}\n+\n*** End Patch`;

const guardings: Readonly<Partial<Record<ClientId, Guarding>>> = {
  'claude-code': claudeShaped('PreToolUse', 'Write', 'Bash'),
  codex: {
    event: both('PreToolUse'),
    subject: { edit: 'apply_patch', shell: 'Bash' },
    input: (asking, { file, command }) => ({
      tool_name: asking === 'edit' ? 'apply_patch' : 'Bash',
      tool_use_id: `self-test-${asking}`,
      tool_input: { command: asking === 'edit' ? patchOf(file) : command },
    }),
  },
  'gemini-cli': claudeShaped('BeforeTool', 'write_file', 'run_shell_command'),
  'copilot-cli': {
    event: both('preToolUse'),
    subject: { edit: 'create', shell: 'bash' },
    input: (asking, { file, command }) => ({
      toolName: asking === 'edit' ? 'create' : 'bash',
      toolArgs: asking === 'edit' ? { path: file, file_text: '' } : { command },
    }),
  },
  opencode: {
    event: both('tool.execute.before'),
    subject: both(''),
    input: (asking, { file, command }) => ({
      tool: asking === 'edit' ? 'write' : 'bash',
      call: `self-test-${asking}`,
      arguments: asking === 'edit' ? { filePath: file } : { command },
    }),
  },
  cursor: claudeShaped('preToolUse', 'Write', 'Shell'),
  vscode: claudeShaped('preToolUse', 'create_file', 'run_in_terminal', 'filePath'),
  windsurf: {
    event: { edit: 'pre_write_code', shell: 'pre_run_command' },
    subject: both(''),
    input: (asking, { file, command }) => ({
      tool_info: asking === 'edit' ? { file_path: file, edits: [] } : { command_line: command, cwd: '' },
    }),
  },
};

/** Null for a client without hooks that could forbid anything. */
export const guardingOf = (id: ClientId): Guarding | null => guardings[id] ?? null;

/** The reason of a refusal, in whatever form the client takes one; null when it would let the tool run. */
export function refusalIn({
  stdout,
  stderr,
  code,
}: {
  stdout: string;
  stderr: string;
  code: number | null;
}): string | null {
  if (code === 2) return stderr.trim() || stdout.trim();
  const answer = objectOf(parsedValue(stdout));
  const specific = objectOf(answer.hookSpecificOutput);
  for (const each of [specific, answer]) {
    if (each.permissionDecision === 'deny') return textOf(each.permissionDecisionReason);
    if (each.decision === 'deny') return textOf(each.reason);
    if (each.permission === 'deny') return textOf(each.agent_message);
  }
  return textOf(answer.deny);
}

function objectOf(value: unknown): Json {
  return typeof value === 'object' && value !== null ? (value as Json) : {};
}
