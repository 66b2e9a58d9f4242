/** `signalbox token`, as the admin of a hub meets it. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Workspace } from '../support/workspace.ts';

let place: Workspace;

beforeEach(() => {
  place = new Workspace();
});

afterEach(() => place.dispose());

const token = (...words: string[]) => place.command(['token', ...words]);
const form = /^sbx_[0-9a-hjkmnp-tv-z]{10}_[0-9a-hjkmnp-tv-z]{52}$/m;

describe('a token', () => {
  it('is shown once, when it is made or rotated, and by no other command', async () => {
    const made = await token('create', 'ana', '--role', 'admin', '--notes', 'Laptop');
    const rotated = await token('rotate', 'ana');
    const secrets = [made, rotated].map(({ stdout }) => form.exec(stdout)?.[0] ?? 'none');
    expect(secrets).not.toContain('none');
    expect(secrets[0]).not.toBe(secrets[1]);
    const others = [
      await token('list'),
      await token('show', 'ana'),
      await token('list', '--json'),
      await token('revoke', 'ana'),
    ];
    for (const { code, stdout } of others) {
      expect(code).toBe(0);
      expect(stdout).toContain('ana');
      expect(stdout).not.toMatch(/sbx_/);
      expect(stdout).not.toContain('hash');
    }
  });

  it('is made with what it may do and until when, and shown with it', async () => {
    const { stdout } = await token(
      ...['create', 'ci-runner', '--role', 'read', '--only', 'github.com/acme/*', '--only', 'tools'],
      ...['--tool', 'session_list', '--expires', '2199-12-31', '--json'],
    );
    expect(JSON.parse(stdout)).toMatchObject({ name: 'ci-runner', role: 'read', token: expect.stringMatching(form) });
    const shown = JSON.parse((await token('show', 'ci-runner', '--json')).stdout);
    expect(shown).toMatchObject({
      name: 'ci-runner',
      role: 'read',
      state: 'active',
      projects: ['github.com/acme/*', 'tools'],
      tools: ['session_list'],
      expiresAt: Date.parse('2200-01-01T00:00:00Z'),
      usedAt: null,
    });
    const { stdout: text } = await token('list');
    expect(text).toMatch(/ci-runner {2}read {2}active {2}github\.com\/acme\/\*, tools/);
  });

  it('is revoked for good, and tells a script by its exit code what was wrong', async () => {
    await token('create', 'ana');
    expect((await token('revoke', 'ana')).stdout).toContain('its next use is refused');
    expect((await token('revoke', 'ana')).code).toBe(0);
    expect(JSON.parse((await token('show', 'ana', '--json')).stdout).state).toBe('revoked');
    const codes = await Promise.all([
      token('create', 'ana'),
      token('rotate', 'ana'),
      token('revoke', 'zoe'),
      token('create', 'zoe', '--role', 'root'),
      token('create', 'zoe', '--tool', 'rm'),
      token('create', 'Operator'),
      token('create', 'zoe', '--expires', 'soon'),
    ]);
    expect(codes.map(({ code }) => code)).toEqual([4, 4, 3, 2, 2, 2, 2]);
    expect(codes.every(({ stderr }) => stderr.split('\n').length === 3)).toBe(true);
    expect((await token('list')).stdout).not.toContain('zoe');
  });

  it('is narrowed by --only: a flag that would seem to do it is refused, and nothing made', async () => {
    const wide = [
      await token('create', 'zoe', '--project', 'github.com/acme/shop'),
      await place.command(['webhook', 'create', 'zoe', 'https://example.com', '--project', 'github.com/acme/shop']),
      await place.command(['hub', '--listen', '127.0.0.1:0', '--project', 'github.com/acme/shop']),
    ];
    expect(wide.map(({ code }) => code)).toEqual([2, 2, 2]);
    for (const { stderr } of wide) expect(stderr).toContain('--only');
    expect((await token('list', '--json')).stdout).toContain('[]');
  });

  it('is no part of a project: no list of projects and no export has it', async () => {
    await token('create', 'ana');
    await place.command(['lock', 'acquire', 'src/a.ts']);
    const { stdout } = await place.command(['export']);
    expect(stdout).toContain('src/a.ts');
    expect(stdout).not.toContain('ana');
    expect((await place.command(['export', '--project', '@accounts'])).code).not.toBe(0);
  });

  it('that there is none of is told with how to make one', async () => {
    expect((await token('list')).stdout).toBe('No tokens. Make one: signalbox token create NAME --role admin\n');
  });
});
