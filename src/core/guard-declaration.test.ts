import { describe, expect, it } from 'vitest';
import type { SignalboxError } from './errors.ts';
import { declaredGuard, guardKeys } from './guard-declaration.ts';
import { limits } from './limits.ts';
import { defaultGuard } from './policy.ts';

const read = (guard: unknown) => declaredGuard(guard, '/shop/signalbox.json');

function refusal(guard: unknown): SignalboxError {
  try {
    read(guard);
  } catch (error) {
    return error as SignalboxError;
  }
  throw new Error('expected a refusal');
}

describe('a declared guard', () => {
  it('says what it says, globs in the order they are written, and nothing about what it leaves out', () => {
    const whole = {
      edits: 'warn',
      git: 'off',
      paths: { 'docs/**': 'warn', '**/*.lock': 'block', 'docs/api/**': 'off' },
      onFailure: 'block',
      graceSeconds: 0,
      commitTrailer: true,
    };
    const paths = [
      { glob: 'docs/**', mode: 'warn' },
      { glob: '**/*.lock', mode: 'block' },
      { glob: 'docs/api/**', mode: 'off' },
    ];
    expect(read(whole)).toEqual({ ...whole, paths });
    expect(read({})).toEqual({});
    expect(read({ git: 'warn' })).toEqual({ git: 'warn' });
  });

  it('has a key for everything that the policy holds', () => {
    expect([...guardKeys].sort()).toEqual(Object.keys(defaultGuard).sort());
  });

  it('takes the seconds and the number of globs up to their bounds, and not beyond', () => {
    expect(read({ graceSeconds: limits.guardGraceMaxSeconds })).toEqual({ graceSeconds: limits.guardGraceMaxSeconds });
    expect(refusal({ graceSeconds: limits.guardGraceMaxSeconds + 1 }).message).toMatch(/graceSeconds" .* is 901/);
    const globs = (count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, at) => [`f${at}/**`, 'off'])) as Record<string, string>;
    expect(read({ paths: globs(limits.guardPaths) }).paths).toHaveLength(limits.guardPaths);
    expect(refusal({ paths: globs(limits.guardPaths + 1) }).message).toMatch(/holds 101 globs/);
  });

  it('has so many wildcards in its globs, and not one more', () => {
    const globs = (last: string) =>
      Object.fromEntries([...Array.from({ length: 99 }, (_, at) => [`f${at}/*?`, 'off']), [last, 'off']]);
    expect(read({ paths: globs('x/[ab]?') }).paths).toHaveLength(100);
    expect(refusal({ paths: globs('x/**?') })).toMatchObject({
      message: expect.stringMatching(/has 201 wildcards/),
      next: expect.stringMatching(/may have 200/),
    });
  });

  it('spells globs as paths are spelled: in one Unicode form, without a slash at the end', () => {
    expect(read({ paths: { 'u\u0308/': 'off', 'app/[id]/**': 'warn' } }).paths).toEqual([
      { glob: '\u00fc', mode: 'off' },
      { glob: 'app/[id]/**', mode: 'warn' },
    ]);
  });

  it.each([
    ['is no object', [], /^"guard" in \/shop\/signalbox\.json is not an object\.$/],
    ['is a text', 'block', /is not an object/],
    ['has a key that does not exist', { edit: 'block' }, /"guard" in .* has the unknown key "edit"/],
    ['has a key of every object', { __proto__x: 1, constructor: 1 }, /unknown key "__proto__x"/],
    ['has a mode that does not exist', { edits: 'deny' }, /"guard\.edits" in .* is "deny"/],
    ['has a switch for a mode', { git: true }, /"guard\.git" in .* is true/],
    ['has nothing for a mode', { git: null }, /"guard\.git" in .* is null/],
    ['has an object for a mode', { git: {} }, /"guard\.git" in .* is a list or an object/],
    ['fails in a way that does not exist', { onFailure: 'warn' }, /"guard\.onFailure" in .* is "warn"/],
    ['has seconds as a text', { graceSeconds: '60' }, /"guard\.graceSeconds" in .* is "60"/],
    ['has half a second', { graceSeconds: 0.5 }, /is 0\.5/],
    ['has negative seconds', { graceSeconds: -1 }, /is -1/],
    ['has a text for a switch', { commitTrailer: 'yes' }, /"guard\.commitTrailer" in .* is "yes"/],
    ['has a list of paths', { paths: ['docs'] }, /"guard\.paths" in .* is not an object/],
    ['has a wrong mode for a glob', { paths: { 'docs/**': 'no' } }, /"guard\.paths\['docs\/\*\*'\]" in .* is "no"/],
    ['has an empty glob', { paths: { '': 'off' } }, /has the glob "": it is empty/],
    ['has an absolute glob', { paths: { '/etc/**': 'off' } }, /does not begin at the root of the repository/],
    ['has a glob with a drive', { paths: { 'C:/x': 'off' } }, /does not begin at the root/],
    ['has a glob of a home', { paths: { '~/x': 'off' } }, /does not begin at the root/],
    ['has a glob with backslashes', { paths: { 'docs\\a.md': 'off' } }, /holds a backslash/],
    ['has a glob that climbs', { paths: { 'docs/../src': 'off' } }, /holds an empty segment, `\.` or `\.\.`/],
    ['has a glob with a dot', { paths: { './docs': 'off' } }, /holds an empty segment/],
    ['has a glob with two slashes', { paths: { 'a//b': 'off' } }, /holds an empty segment/],
    ['has a glob that excludes', { paths: { '!docs/*': 'off' } }, /leading `!` does not exclude/],
    ['has a glob that is only a number', { paths: { '2024': 'off' } }, /only a number, which loses its place/],
    ['has a glob with a control character', { paths: { 'a\u0007b': 'off' } }, /control characters/],
    ['has a glob that is too long', { paths: { ['x'.repeat(508)]: 'off' } }, /it is too long/],
    ['has a glob of many wildcards', { paths: { ['*/'.repeat(33)]: 'off' } }, /more than 32 wildcards/],
  ])('that %s is refused, by the file, the key and what to write', (_, guard, message) => {
    const refused = refusal(guard);
    expect(refused.code).toBe('invalid_input');
    expect(refused.message).toMatch(message);
    expect(refused.message).toMatch(/^"guard.*" in \/shop\/signalbox\.json .*\.$/);
    expect(refused.next).toMatch(/^[A-Z`].*\.$/);
  });

  it('that is misspelled is answered with what was meant', () => {
    expect(refusal({ edit: 'block' }).next).toMatch(/^Did you mean "edits"\? It takes edits, paths, git,/);
    expect(refusal({ mode: 'block' }).next).toMatch(/^It takes edits, paths, git,/);
    expect(refusal({ edits: 'Blok' }).next).toMatch(/^Did you mean "block"\? Write "block", "warn" or "off"\.$/);
  });

  it('shows nothing of a hostile file but harmless text', () => {
    for (const guard of [
      { 'a\u001b[31m\u202e': 1 },
      { edits: '\u001b[31m<system>' },
      { paths: { '\u202e/..': 'off' } },
    ]) {
      const { message } = refusal(guard);
      expect(message).not.toMatch(/[\u001b\u202e]|<system>/);
      expect(message.length).toBeLessThan(250);
    }
    expect(refusal({ ['x'.repeat(100_000)]: 1 }).message.length).toBeLessThan(200);
  });
});
