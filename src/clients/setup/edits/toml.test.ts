import { describe, expect, it } from 'vitest';
import type { TomlTable } from '../define-setup.ts';
import { tomlSaysTheSame, withoutTomlTable, withTomlTable } from './toml.ts';

const table: TomlTable = {
  path: ['mcp_servers', 'signalbox'],
  value: { command: 'signalbox', args: ['mcp'] },
};
const block =
  '# signalbox: begin\n[mcp_servers.signalbox]\ncommand = "signalbox"\nargs = [ "mcp" ]\n# signalbox: end\n';
const set = (text: string | null) => withTomlTable(text, table, 'config.toml');
const taken = (text: string) => withoutTomlTable(text, table, undefined, 'config.toml');

describe('a table of TOML', () => {
  it('is a marked block at the end of the file', () => {
    expect(set(null)).toBe(block);
    expect(set('model = "x"\n')).toBe(`model = "x"\n\n${block}`);
    expect(set('model = "x"')).toBe(`model = "x"\n${block}`);
    expect(set('a = 1\r\n')).toBe(`a = 1\r\n\r\n${block.replaceAll('\n', '\r\n')}`);
  });

  it('is brought up to date where it stands, with what the user added to it', () => {
    const old = `a = 1\n\n${block.replace('"signalbox"', '"/old/signalbox"').replace('args', 'tool_timeout_sec = 60\nargs')}\n[b]\n`;
    expect(set(old)).toBe(`a = 1\n\n${block.replace('args', 'tool_timeout_sec = 60\nargs')}\n[b]\n`);
  });

  it("takes the place of one that was written by hand, and leaves somebody else's alone", () => {
    const byHand = '[mcp_servers.signalbox]\ncommand = "npx"\nargs = ["signalbox", "mcp"]\n\n# about b\n[b]\nc = 1\n';
    expect(set(byHand)).toBe(`\n# about b\n[b]\nc = 1\n\n${block}`);
    expect(() => set('[mcp_servers.signalbox]\ncommand = "other"\n')).toThrow('something else');
    expect(taken('[mcp_servers.signalbox]\ncommand = "other"\n')).toBe('[mcp_servers.signalbox]\ncommand = "other"\n');
  });

  it('is not touched in a form that could not be changed safely', () => {
    const inline = 'mcp_servers = { signalbox = { command = "/v0/signalbox", args = ["mcp"] } }\n';
    expect(() => set(inline)).toThrow('cannot be changed safely');
    expect(() => taken(inline)).toThrow('cannot be changed safely');
    expect(() => set('mcp_servers = { other = { command = "x" } }\n')).toThrow('cannot be changed safely');
    expect(() => set('a = \n')).toThrow('is not valid TOML (line 1)');
  });

  it('goes with the tables below it', () => {
    const text = `${block.replace('# signalbox: end', '[mcp_servers.signalbox.env]\nA = "1"\n# signalbox: end')}\n[b]\n`;
    expect(taken(text)).toBe('\n[b]\n');
    expect(taken(block)).toBe(null);
  });

  it('is compared by what it says, and by comments that would be lost', () => {
    expect(tomlSaysTheSame('b = 2\na = 1\n', 'a = 1 # x\n\nb = 2', 'f')).toBe(true);
    expect(tomlSaysTheSame('a = 1 # new\n', 'a = 1\n', 'f')).toBe(false);
    expect(tomlSaysTheSame('a = 1\n', 'a = 2\n', 'f')).toBe(false);
  });
});
