/** `signalbox compat claude-session-coordinator`: the flags of the old program that print something. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Workspace } from '../support/workspace.ts';
import { configure } from './support/csc.ts';

let place: Workspace;

beforeEach(() => {
  place = new Workspace();
});

afterEach(() => place.dispose());

const run = (...words: string[]) => place.command(['compat', 'claude-session-coordinator', ...words]);

it('The version is that of the vocabulary (CSCL-001)', async () => {
  expect(await run('--version')).toEqual({ code: 0, stdout: 'claude-session-coordinator 0.1.0\n', stderr: '' });
  expect(await run('-v', '--version')).toMatchObject({ code: 0, stdout: 'claude-session-coordinator 0.1.0\n' });
});

it('A configuration is looked through: each thing that is right, and each that is not (CSCL-002)', async () => {
  const lines = async (code: number) => {
    const found = await run('--validate-config');
    expect({ code: found.code, stderr: found.stderr }).toEqual({ code, stderr: '' });
    return found.stdout;
  };
  expect(await lines(0)).toMatch(/^✓ No configuration file.*\n✓ Storage adapter: local\n✓ Store: sqlite:/);
  configure(place, {
    storage: { adapter: 'local' },
    session: { machine_id: 'laptop', project_detection: 'directory' },
  });
  expect(await lines(0)).toMatch(/✓ Storage adapter: local\n.*\n✓ Machine: laptop\n✓ Project detection: directory\n$/);
  configure(place, { storage: { adapter: 'redis' } });
  expect(await lines(1)).toMatch(/✓ Storage adapter: redis\n✗ Store: sqlite:/);
  configure(place, { storage: { adapter: 's3' }, session: { project_detection: 'magic' } });
  expect(await lines(1)).toMatch(/✗ Storage adapter: s3\n.*\n.*\n✗ Project detection: magic\n$/);
  place.write('.claude/session-coordinator-config.json', '{');
  expect(await lines(1)).toMatch(/^✗ \.claude\/session-coordinator-config\.json is not a JSON object\.\n$/);
});

it('The usage is told to who asks, and to who asks for what there is not (CSCL-003, CSCL-004)', async () => {
  expect(await run('--help')).toMatchObject({ code: 0, stderr: '', stdout: expect.stringMatching(/^usage: /) });
  expect(await run('--port', '1')).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('--port') });
  expect(await run()).toMatchObject({
    code: 2,
    stdout: '',
    stderr: expect.stringContaining('signalbox mcp --profile claude-session-coordinator'),
  });
});
