import { describe, expect, it } from 'vitest';
import { geminiCli } from './gemini-cli.ts';

const hooks = geminiCli.hooks;
const base = { session_id: 'A', cwd: '/home/ann/shop', timestamp: '2026-11-21T17:42:12.657Z' };
const promptOf = (prompt: string) => hooks?.read('BeforeAgent', { ...base, prompt })?.event.prompt;

describe('hooks of Gemini CLI', () => {
  it('take what the user wrote for the prompt, and neither what hooks put before it nor our own words', () => {
    expect(promptOf('Move it.\nNow.')).toBe('Move it.\nNow.');
    expect(promptOf('<hook_context>Signalbox: you.</hook_context>\n\n  Move it.')).toBe('Move it.');
    expect(promptOf('<hook_context>a</hook_context><hook_context>b\nc</hook_context>\n\nMove it.')).toBe('Move it.');
    expect(promptOf('Look at <hook_context>x</hook_context>')).toBe('Look at <hook_context>x</hook_context>');
    expect(promptOf('Signalbox: an urgent message came before you stopped.\nDo that.')).toBeNull();
    expect(promptOf('<hook_context>a</hook_context>')).toBeNull();
  });

  it('carry nothing where Gemini shows its model nothing: before a tool, and after one that failed', () => {
    const used = (response: object) => hooks?.read('AfterTool', { ...base, tool_name: 'x', tool_response: response });
    expect(hooks?.write('BeforeTool', { context: 'News.' }).stdout).toBe('');
    expect(used({ llmContent: 'x', error: { message: 'failed' } })?.event.carries).toBe(false);
    expect(used({ llmContent: 'x' })?.event.carries).toBeUndefined();
  });

  it('keep the session when its context is cleared, and end it with every other end', () => {
    const end = (reason: string) => hooks?.read('SessionEnd', { ...base, reason })?.event.kind;
    expect(['clear', 'exit', 'logout', ''].map(end)).toEqual([undefined, 'end', 'end', 'end']);
    expect(hooks?.read('SessionStart', { ...base, session_id: 'B', source: 'clear' })?.owner).toMatchObject({
      conversation: 'B',
      start: 'clear',
    });
  });

  it('are told apart as events by their instant, and heard from Gemini alone', () => {
    expect(hooks?.read('BeforeAgent', base)).toMatchObject({
      isExact: true,
      fingerprint: expect.stringContaining('12.657'),
    });
    expect(hooks?.isCaller({ GEMINI_SESSION_ID: 'A' }, base)).toBe(true);
    expect(hooks?.isCaller({ GEMINI_CLI: '1', CLAUDE_PROJECT_DIR: '/x' }, base)).toBe(false);
  });
});
