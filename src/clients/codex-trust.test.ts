import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { hookTrust, type TrustQuestion } from './codex-trust.ts';
import type { Json } from './define-client.ts';

const file = '/code/shop/.codex/hooks.json';
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const state = (hashes: Readonly<Record<string, string | object>>) => ({
  hooks: {
    state: Object.fromEntries(
      Object.entries(hashes).map(([place, hash]) => [
        `${file}:${place}`,
        typeof hash === 'string' ? { trusted_hash: `sha256:${hash}` } : hash,
      ]),
    ),
  },
});
const ask = (hooks: object, config: object, more: Partial<TrustQuestion> = {}) =>
  hookTrust({ file, hooks: { hooks }, config, isOurs: () => true, sha256, ...more });
const command = (line: string, more: object = {}) => ({ type: 'command', command: line, ...more });

// The digests are those that Codex 0.169.0 told for exactly these hooks (`hooks/list` of its app server).
const checking = command('true', { timeout: 5, statusMessage: 'checking' });
const withMatcher = { PreToolUse: [{ matcher: 'Bash|mcp__probe__.*', hooks: [command('echo'), checking] }] };
const digestOfChecking = '8bfae6ff9a8ced9d5cc8b5cd9f01d28995c2fe8bcbcd1315603a5e9efec987b3';
const onlyChecking = { isOurs: ({ command: line }: Json) => line === 'true' };

describe('trust in the hooks of Codex', () => {
  it('is known by the digest that Codex makes itself', () => {
    expect(ask(withMatcher, state({ 'pre_tool_use:0:1': digestOfChecking }), onlyChecking)).toBe('trusted');
  });

  it.each([
    ['another command', { command: 'false' }],
    ['another time', { timeout: 6 }],
    ['another status line', { statusMessage: 'looking' }],
  ])('is lost with %s', (_what, change) => {
    const changed = {
      PreToolUse: [{ matcher: 'Bash|mcp__probe__.*', hooks: [command('echo'), { ...checking, ...change }] }],
    };
    const isOurs = ({ timeout }: Json) => timeout !== undefined;
    expect(ask(changed, state({ 'pre_tool_use:0:1': digestOfChecking }), { isOurs })).toBe('modified');
  });

  it('counts the time that Codex really grants: all of its own where none is told, little at the end', () => {
    const meaning = (event: string, timeout: number) =>
      sha256(
        `{"event_name":"${event}","hooks":[{"async":false,"command":"signalbox","timeout":${timeout},"type":"command"}]}`,
      );
    const hooks = {
      SessionStart: [{ hooks: [command('signalbox')] }],
      SessionEnd: [{ hooks: [command('signalbox', { timeout: 10 })] }],
    };
    const hashes = { 'session_start:0:0': meaning('session_start', 600), 'session_end:0:0': meaning('session_end', 3) };
    expect(ask(hooks, state(hashes))).toBe('trusted');
  });

  it('is missing where nothing was said, in a place that moved, and where its user has switched a hook off', () => {
    expect(ask(withMatcher, {}, onlyChecking)).toBe('untrusted');
    expect(ask(withMatcher, state({ 'pre_tool_use:0:0': digestOfChecking }), onlyChecking)).toBe('untrusted');
    const off = { trusted_hash: `sha256:${digestOfChecking}`, enabled: false };
    expect(ask(withMatcher, state({ 'pre_tool_use:0:1': off }), onlyChecking)).toBe('untrusted');
  });

  it('is that of the worst of our hooks, and of no other', () => {
    const config = state({ 'pre_tool_use:0:1': digestOfChecking, 'pre_tool_use:0:0': 'other' });
    expect(ask(withMatcher, config, onlyChecking)).toBe('trusted');
    expect(ask(withMatcher, config)).toBe('modified');
    expect(ask({ ...withMatcher, Stop: [{ hooks: [checking] }] }, config, onlyChecking)).toBe('untrusted');
    expect(ask(withMatcher, config, { isOurs: () => false })).toBe('absent');
  });

  it.each([
    [null],
    [[]],
    ['x'],
    [{ hooks: 7 }],
    [{ hooks: { Stop: {} } }],
    [{ hooks: { Stop: [null, { hooks: [3] }] } }],
  ])('nothing that stands in the files breaks the look: %j', value => {
    const isOurs = ({ command: line }: Json) => line === 'true';
    expect(hookTrust({ file, hooks: value, config: value, isOurs, sha256 })).toBe('absent');
  });
});
