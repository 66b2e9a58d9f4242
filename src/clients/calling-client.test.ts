import { describe, expect, it } from 'vitest';
import { callingClient } from './index.ts';

const session = '4b0f7c52-5d0a-4b9e-9d53-0a4c5a0d9a10';
const edit = { session_id: session, cwd: '/shop', tool_name: 'Write', tool_input: { file_path: '/shop/a.ts' } };

/** What tells of an edit, and what stands in the environment, when a client runs a hook that was written for Claude Code. */
const runners = {
  'Claude Code': [
    { ...edit, hook_event_name: 'PreToolUse', tool_use_id: 'toolu_1', permission_mode: 'default' },
    { CLAUDECODE: '1', CLAUDE_PID: '77', CLAUDE_PROJECT_DIR: '/shop' },
  ],
  'Copilot CLI': [
    // As 1.0.102 sends it, with its own names of fields in the input of the tool.
    {
      hook_event_name: 'PreToolUse',
      session_id: session,
      timestamp: '2026-11-21T21:13:52.952Z',
      cwd: '/shop',
      tool_name: 'Write',
      tool_input: { path: '/shop/a.ts', file_text: 'x' },
    },
    { COPILOT_CLI: '1', CLAUDE_PROJECT_DIR: '/shop', COPILOT_PROJECT_DIR: '/shop' },
  ],
  'VS Code': [
    { ...edit, hook_event_name: 'PreToolUse', tool_use_id: 'tool-1', timestamp: '2026-11-20T10:30:02.000Z' },
    {},
  ],
  Cursor: [{ ...edit, hook_event_name: 'PreToolUse', conversation_id: session, cursor_version: '2.4.21' }, {}],
} as const;

describe('an edit that a repository’s hooks for Claude Code tell of', () => {
  it.each(Object.entries(runners))(
    'by %s is judged for the one that has no hooks of its own, and for nobody else',
    (name, [input, own]) => {
      // Whatever client the program was started from has left its marks in the environment.
      for (const marks of [own, { CLAUDECODE: '1', CLAUDE_PID: '77', ...own }]) {
        expect(callingClient('claude-code', marks, input)?.title).toBe(name === 'Claude Code' ? name : undefined);
      }
    },
  );
});

describe('an edit that the hooks for Copilot CLI tell of', () => {
  it('is Copilot’s or VS Code’s, whoever runs them', () => {
    const copilot = {
      sessionId: session,
      timestamp: 1_795_284_664_869,
      toolName: 'edit',
      toolArgs: { path: '/shop/a.ts' },
    };
    const vscode = { ...edit, hook_event_name: 'PreToolUse', timestamp: '2026-11-20T10:30:02.000Z' };
    expect(callingClient('copilot-cli', { COPILOT_CLI: '1' }, copilot)?.title).toBe('Copilot CLI');
    expect(callingClient('copilot-cli', {}, vscode)?.title).toBe('VS Code');
    expect(callingClient('copilot-cli', { COPILOT_CLI: '1' }, vscode)?.title).toBe('VS Code');
  });
});
