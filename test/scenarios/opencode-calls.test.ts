/** What opencode's plugin leaves on calls and in shells, and what another client has left in the environment of a server. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Workspace } from '../support/workspace.ts';

const mark = { signalboxCall: 'call-1' };
const auth = { paths: ['src/auth.ts'] };

let place: Workspace;
beforeEach(() => {
  place = new Workspace();
});
afterEach(() => place.dispose());

describe('the mark on a call of opencode', () => {
  it('is taken out before the tool sees it', async () => {
    const session = await place.session({ clientName: 'opencode' });
    expect(await session.call('lock_acquire', { ...auth, ...mark })).toMatchObject({ granted: true });
  });

  it('is an unknown argument from anybody else', async () => {
    const session = await place.session();
    await expect(session.call('lock_acquire', { ...auth, ...mark })).rejects.toThrow('signalboxCall');
  });
});

describe('the environment of a server', () => {
  it('gives a client that tells its servers nothing no conversation of the client it was started from', async () => {
    const outer = { CLAUDECODE: '1', CLAUDE_CODE_SESSION_ID: 'outer' };
    const session = await place.session({ clientName: 'opencode', environment: outer, args: ['--handle', 'otter'] });
    await session.call('lock_acquire', auth);
    const { stderr } = await place.command(['lock', 'release', '--all'], { environment: outer });
    expect(stderr).toContain('session has not joined yet');
  });
});
