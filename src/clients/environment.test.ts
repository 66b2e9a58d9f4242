import { describe, expect, it } from 'vitest';
import { clientEnvironment } from './environment.ts';

describe('the environment of Codex', () => {
  it('tells a command in the shell of its model whose it is, and a server that was started there nothing', () => {
    const codex = { CODEX_SESSION_ID: 'A', CODEX_THREAD_ID: 'A', CODEX_CI: '1' };
    expect(clientEnvironment(codex, 'command')).toMatchObject({ conversation: 'A', session: null, pid: null });
    expect(clientEnvironment(codex, 'session')).toMatchObject({ conversation: null });
  });

  it('says less than that of a client which names its process', () => {
    const both = { CODEX_SESSION_ID: 'A', CLAUDECODE: '1', CLAUDE_CODE_SESSION_ID: 'B', CLAUDE_PID: '7' };
    expect(clientEnvironment(both, 'command')).toMatchObject({ conversation: 'B', pid: 7 });
  });
});

describe('the mark of a plugin of ours', () => {
  it('tells a command in the shell of its model whose it is, unless a client inside that shell says so itself', () => {
    const marked = { SIGNALBOX_CONVERSATION: 'A', CLAUDECODE: '', CLAUDE_CODE_SESSION_ID: '', CODEX_SESSION_ID: '' };
    expect(clientEnvironment(marked, 'command')).toMatchObject({ conversation: 'A', session: null, pid: null });
    expect(clientEnvironment(marked, 'session')).toMatchObject({ conversation: null });
    expect(clientEnvironment({ ...marked, CODEX_SESSION_ID: 'B' }, 'command')).toMatchObject({ conversation: 'B' });
  });
});
