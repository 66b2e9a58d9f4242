import { describe, expect, it } from 'vitest';
import { codex } from './codex.ts';

const main = { session_id: 'A', thread_id: 'A', thread_source: 'user', turn_id: 't' };
const sub = {
  ...main,
  thread_id: 'S',
  parent_thread_id: 'A',
  thread_source: 'subagent',
  subagent_kind: 'thread_spawn',
};
const meta = (turn: unknown) => ({ progressToken: 1, callId: 'call_1', 'x-codex-turn-metadata': turn });

describe('a call of Codex', () => {
  it('tells its conversation, and the sub-agent by the thread that is not the conversation’s own', () => {
    expect(codex.ownerOf(meta(main))).toEqual({ id: 'call_1', conversation: 'A', agent: null });
    expect(codex.ownerOf(meta(sub))).toEqual({ id: 'call_1', conversation: 'A', agent: { id: 'S', type: null } });
    expect(codex.ownerOf(meta(JSON.stringify(sub)))).toMatchObject({ conversation: 'A', agent: { id: 'S' } });
    expect(codex.ownerOf({ sessionId: 'A', threadId: 'S' })).toMatchObject({ conversation: 'A', agent: { id: 'S' } });
  });

  it('of a thread alone is of the conversation that has its name', () => {
    expect(codex.ownerOf({ threadId: 'A' })).toEqual({ id: null, conversation: 'A', agent: null });
  });

  it('of a thread that its user began is nobody’s sub-agent', () => {
    expect(codex.ownerOf(meta({ ...main, thread_id: 'T' }))).toMatchObject({ conversation: 'A', agent: null });
  });

  it.each([{}, { 'x-codex-turn-metadata': 'no JSON' }, meta([]), meta({ session_id: 7 }), meta(null)])(
    'without what tells it is nobody’s: %j',
    value => {
      expect(codex.ownerOf(value)).toMatchObject({ conversation: null, agent: null });
    },
  );
});

describe('an answer to a hook of Codex', () => {
  const events = [
    'SessionStart',
    'UserPromptSubmit',
    'PreToolUse',
    'PostToolUse',
    'SubagentStart',
    'Stop',
    'SubagentStop',
  ];
  const others = ['SessionEnd', 'PreCompact', 'PostCompact', 'Interrupt', 'PermissionRequest'];

  it.each([...events, ...others])(
    'holds only fields that Codex takes on %s: any other makes it drop all of them',
    event => {
      const { stdout } = codex.hooks?.write(event, { context: 'C', hold: 'H', notice: 'N' }) ?? { stdout: '' };
      if (others.includes(event)) return expect(stdout).toBe('');
      const { hookSpecificOutput = {}, ...outer } = stdout === '' ? {} : JSON.parse(stdout);
      const known = event === 'Stop' ? ['systemMessage', 'decision', 'reason'] : ['systemMessage'];
      expect(known).toEqual(expect.arrayContaining(Object.keys(outer)));
      expect(['hookEventName', 'additionalContext']).toEqual(expect.arrayContaining(Object.keys(hookSpecificOutput)));
      if (event === 'Stop') expect(outer).toMatchObject({ decision: 'block', reason: 'H' });
      return undefined;
    },
  );
});

describe('a refusal to Codex', () => {
  it('holds nothing but itself and a line for the user', () => {
    const answer = { deny: 'Locked.', context: 'C', notice: 'N' };
    expect(JSON.parse(codex.hooks?.write('PreToolUse', answer).stdout ?? '')).toEqual({
      systemMessage: 'N',
      hookSpecificOutput: {
        hookEventName: 'PreToolUse',
        permissionDecision: 'deny',
        permissionDecisionReason: 'Locked.',
      },
    });
  });
});

describe('waking Codex', () => {
  const daemon = '/home/.codex/packages/app-server-daemon/releases/1/bin/codex';

  it('is done by the very program that serves its terminals, the text as one word', () => {
    const words = [daemon, 'app-server', '--listen', 'unix://', '--managed-daemon'];
    expect(codex.wakeCommand?.(words, 'A', 'Signalbox: $(x)')).toEqual([
      ...[daemon, 'queue', '--thread', 'A'],
      ...['--message', 'Signalbox: $(x)'],
    ]);
  });

  it.each([
    [['codex', 'exec', '--json', 'Begin.']],
    [['codex', 'exec', 'Speak of app-server.']],
    [['codex', '--no-daemon']],
    [['codex', 'app-server']],
    [[]],
  ])('is not tried where the text would be lost or lie about: %j', words => {
    expect(codex.wakeCommand?.(words, 'A', 'x')).toBeUndefined();
  });
});
