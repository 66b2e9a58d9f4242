import { describe, expect, it } from 'vitest';
import { copilotCli } from './copilot-cli.ts';
import type { ClientHooks } from './define-client.ts';

const hooks = copilotCli.hooks as ClientHooks;
const ofMain = {
  sessionId: 'conversation-1',
  timestamp: 1_795_284_664_310,
  toolCallId: 'call-1',
  serverName: 'signalbox',
  toolName: 'lock_acquire',
  arguments: { paths: ['src/auth.ts'] },
};
const ofAgent = {
  ...ofMain,
  sessionId: 'agent-1',
  agentId: 'agent-1',
  agentType: 'general-purpose',
  parentAgentId: 'conversation-1',
};
const ownerFrom = (input: object) => {
  const { metaToUse } = JSON.parse(hooks.stamp?.('preMcpToolCall', { ...input })?.stdout ?? '');
  return copilotCli.ownerOf({ progressToken: 1, ...metaToUse });
};

describe('a call of one of our tools in Copilot CLI', () => {
  it('says whose it is, for the session and for a sub-agent', () => {
    expect(ownerFrom(ofMain)).toEqual({ id: 'call-1', conversation: 'conversation-1', agent: null });
    const agent = { id: 'agent-1', type: 'general-purpose' };
    expect(ownerFrom(ofAgent)).toEqual({ id: 'call-1', conversation: 'conversation-1', agent });
  });

  it('of another server is told nothing of ours', () => {
    for (const serverName of ['github', 'notsignalbox', '', 7]) {
      expect(hooks.stamp?.('preMcpToolCall', { ...ofMain, serverName })).toEqual({ stdout: '' });
    }
    expect(hooks.stamp?.('preToolUse', ofMain)).toBeUndefined();
  });

  it.each([{}, { signalbox: null }, { signalbox: 'x' }, { signalbox: { conversation: 7, agent: 'x', call: {} } }])(
    'is nobody’s where it says nothing that can be read: %j',
    meta => {
      expect(copilotCli.ownerOf(meta)).toEqual({ id: null, conversation: null, agent: null });
    },
  );
});

describe('the hooks of Copilot CLI', () => {
  it('answer Copilot CLI and nobody who runs its files or was started from its shell', () => {
    const copilot = { COPILOT_CLI: '1' };
    expect(hooks.isCaller(copilot, ofMain)).toBe(true);
    expect(hooks.isCaller({}, ofMain)).toBe(false);
    expect(hooks.isCaller(copilot, { ...ofMain, timestamp: '2026-11-21T18:11:04.310Z' })).toBe(false);
    expect(hooks.isCaller(copilot, {})).toBe(false);
  });

  it('tell an event by the time that all files give it, and a second one of its kind by another', () => {
    const tell = (more: object) => hooks.read('preToolUse', { ...ofMain, ...more })?.fingerprint;
    expect(tell({})).toBe(tell({}));
    expect(tell({ timestamp: ofMain.timestamp + 1 })).not.toBe(tell({}));
    expect(tell({ toolArgs: { paths: ['src/other.ts'] } })).not.toBe(tell({}));
    expect(tell({ timestamp: undefined })).toBeNull();
  });

  it('take what we said ourselves for no prompt of the user, and what Copilot says itself for one without a text', () => {
    const kindOf = (prompt: string) => hooks.read('userPromptSubmitted', { ...ofMain, prompt })?.event;
    expect(kindOf('Signalbox: messages for you.')).toMatchObject({ kind: 'batch-end', prompt: null });
    expect(kindOf('<system_notification>\nShell command "x" has completed.\n</system_notification>')).toMatchObject({
      kind: 'prompt',
      prompt: null,
      carries: false,
    });
    expect(kindOf('Move the login.')).toMatchObject({ kind: 'prompt', prompt: 'Move the login.' });
  });

  it('show a line to the user with the prompt only, by an exit code that holds nothing back', () => {
    const answer = { context: 'Signalbox: messages for you.', notice: 'Signalbox is not working.' };
    expect(hooks.write('userPromptSubmitted', answer)).toEqual({
      stdout: '{"additionalContext":"Signalbox: messages for you."}',
      stderr: 'Signalbox is not working.\n',
      exitCode: 2,
    });
    for (const event of ['preToolUse', 'preMcpToolCall', 'postToolUse', 'agentStop', 'sessionStart']) {
      expect(hooks.write(event, { notice: answer.notice })).toEqual({ stdout: '' });
    }
  });
});
