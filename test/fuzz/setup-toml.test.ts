/** Configurations of Codex in every shape survive being set up and taken back. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TomlTable } from '../../src/clients/setup/define-setup.ts';
import { withoutOurs } from '../../src/clients/setup/edits/edit.ts';
import { hasTomlTable, withoutTomlTable, withTomlTable } from '../../src/clients/setup/edits/toml.ts';

const table = (version: string): TomlTable => ({
  path: ['mcp_servers', 'signalbox'],
  value: { command: '/usr/bin/node', args: [`/opt/${version}/signalbox.mjs`, 'mcp'] },
});

/** Tables and what stands before the first, with the names that could be in the way. */
const piece = fc.constantFrom(
  '# a comment',
  '',
  '[mcp_servers.other]\ncommand = "x" # [mcp_servers.signalbox]',
  '[projects."/a.b [c]"]\ntrust_level = "trusted"',
  '[[hooks.Stop]]\nname = "a"',
  '[mcp_servers."signalbox two"]\nargs = [\n  "a",\n]',
  '[tui]\nnotes = """\ntwo\nlines"""',
  '  [deep]  # indented\n  a.b = 1979-05-27',
);
const texts = fc
  .record({
    head: fc.constantFrom('', 'model = "x"\n', "a = '''\n[t]\n'''\n", '\n', '  '),
    pieces: fc.uniqueArray(piece, { maxLength: 5 }),
    tail: fc.constantFrom('', '\n', '\n\n', '\n# end', ' '),
    end: fc.constantFrom('\n', '\r\n'),
    mark: fc.constantFrom('', '\ufeff'),
  })
  .map(({ head, pieces, tail, end, mark }) => mark + (head + pieces.join('\n') + tail).replaceAll('\n', end));

describe('a TOML file of any shape', () => {
  it('set up and taken back is the same to the byte, also when nobody knows what was there', () => {
    fc.assert(
      fc.property(texts, text => {
        const done = withTomlTable(text, table('1'), 'config.toml');
        expect(hasTomlTable(done, table('2'), 'config.toml')).toBe(true);
        expect(withTomlTable(done, table('1'), 'config.toml')).toBe(done);
        const updated = withTomlTable(done, table('2'), 'config.toml');
        expect(updated).toBe(done.replace('/opt/1/', '/opt/2/'));
        expect(withoutOurs(updated, { kind: 'toml', paths: ['x'], table: table('3') }, text, 'x')).toBe(text);
        const back = withoutTomlTable(updated, table('3'), undefined, 'config.toml') ?? '';
        expect(back).toBe(text.replace(/^\ufeff$/, ''));
      }),
      { numRuns: 2_000 },
    );
  });

  it('keeps what the client has written behind, in front of and into our block since', () => {
    fc.assert(
      fc.property(texts, piece, piece, (text, into, behind) => {
        const done = withTomlTable(text, table('1'), 'config.toml');
        const others = (part: string, name: string) => part.replace(/^(\s*\[+)/gm, `$1x_${name}.`);
        const since =
          done.replace('# signalbox: end', `${others(into, 'into')}\n# signalbox: end`) + others(behind, 'behind');
        const back = withoutTomlTable(since, table('2'), undefined, 'config.toml') ?? '';
        expect(back).not.toContain('/opt/');
        expect(back).not.toContain('# signalbox: ');
        for (const line of [text.replace(/^\ufeff/, ''), others(into, 'into'), others(behind, 'behind')]
          .join('\n')
          .split(/\r?\n/)) {
          expect(back).toContain(line.trim());
        }
      }),
      { numRuns: 2_000 },
    );
  });
});
