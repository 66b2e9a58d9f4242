import { describe, expect, it } from 'vitest';
import type { JsonPart } from '../define-setup.ts';
import { withJsonParts, withoutJsonParts } from './json.ts';

const server: JsonPart = {
  kind: 'entry',
  path: ['mcpServers', 'signalbox'],
  value: { command: 'signalbox', args: ['mcp'] },
};
const handler = { type: 'command', command: 'signalbox hook codex Stop' };
const hook: JsonPart = { kind: 'elements', path: ['hooks', 'Stop'], value: [{ hooks: [handler] }] };
const other = { type: 'command', command: 'beep' };

const set = (text: string | null, ...parts: JsonPart[]) => withJsonParts(text, parts, 'settings.json');
const taken = (text: string, ...parts: JsonPart[]) => withoutJsonParts(text, parts, undefined, 'settings.json');
const data = (text: string | null) => JSON.parse(text ?? 'null');

describe('setting up a JSON file', () => {
  it('writes a new one that a person can read', () => {
    expect(set(null, server, hook)).toBe(`{
  "mcpServers": {
    "signalbox": { "command": "signalbox", "args": ["mcp"] }
  },
  "hooks": {
    "Stop": [{ "hooks": [{ "type": "command", "command": "signalbox hook codex Stop" }] }]
  }
}
`);
    expect(set(' \n', server)).toBe(set(null, server));
  });

  it('keeps comments where they belong, tabs, CRLF, a mark at the start and a missing last line end', () => {
    const text =
      '\ufeff{\r\n\t// servers\r\n\t"mcpServers": {\r\n\t\t"a": { "command": "a" } // mine\r\n\t\t// end\r\n\t},\r\n\t"x": 1, // last\r\n}';
    expect(set(text, server)).toBe(
      text.replace('} // mine', '}, // mine\r\n\t\t"signalbox": { "command": "signalbox", "args": ["mcp"] }'),
    );
  });

  it('brings an older entry up to date where it stands, and keeps what the user added to it', () => {
    const old =
      '{ "mcpServers": { "signalbox": { "env": {"A": "1"}, "command": "node", "args": ["/old/signalbox.mjs", "mcp", "--tools", "all"] }, "z": {} } }';
    expect(set(old, server)).toBe(
      '{ "mcpServers": { "signalbox": { "env": {"A": "1"}, "command": "signalbox", "args": ["mcp", "--tools", "all"] }, "z": {} } }',
    );
  });

  it('appends its hooks behind those of others and takes back such as it no longer wants', () => {
    const text = JSON.stringify({
      hooks: { Stop: [{ hooks: [other] }], Gone: [{ hooks: [handler] }, { hooks: [other] }], Old: [handler] },
    });
    expect(data(set(text, hook))).toEqual({
      hooks: { Stop: [{ hooks: [other] }, { hooks: [handler] }], Gone: [{ hooks: [other] }] },
    });
  });

  it.each([
    ['{ "a": ', 'is not valid JSON (line 1)'],
    ['{\n"a": 1,,\n}', 'is not valid JSON (line 2)'],
    ['[]', 'holds no JSON object'],
    ['{ "mcpServers": [] }', 'mcpServers is not an object'],
    ['{ "mcpServers": null }', 'mcpServers is not an object'],
    ['{ "mcpServers": {}, "mcpServers": {} }', 'has "mcpServers" twice'],
    ['{ "hooks": { "Stop": {} } }', 'hooks.Stop is not a list'],
    [`{ "a": ${'['.repeat(100_000)} }`, 'cannot be read as JSON'],
  ])('refuses %.40s: %s', (text, message) => {
    expect(() => set(text, server, hook)).toThrow(message);
  });

  it('does not take the place of something else that has its name', () => {
    expect(() => set('{ "mcpServers": { "signalbox": { "command": "other" } } }', server)).toThrow('something else');
  });
});

describe('taking it back without knowing what was there', () => {
  it('takes only its own hook out of a group that somebody has put it into', () => {
    const text = JSON.stringify({ hooks: { Stop: [{ matcher: 'x', hooks: [other, handler] }] } });
    expect(data(taken(text, hook))).toEqual({ hooks: { Stop: [{ matcher: 'x', hooks: [other] }] } });
  });

  it('finds what another version wrote under other events', () => {
    const text = JSON.stringify({
      hooks: { Other: [{ hooks: [{ type: 'command', command: '/v0/signalbox hook codex Other' }] }], Kept: [] },
    });
    expect(data(taken(text, hook))).toEqual({ hooks: { Kept: [] } });
  });

  it('leaves no file behind that holds nothing any more', () => {
    const frame: JsonPart = { kind: 'frame', path: ['version'], value: 1 };
    expect(taken(set(null, frame, hook), frame, hook)).toBe(null);
    expect(taken('{ "version": 1, "mine": 2 }', frame, hook)).toBe('{ "version": 1, "mine": 2 }');
  });

  it('leaves a server alone that only has its name', () => {
    const text = '{ "mcpServers": { "signalbox": { "command": "other" } } }';
    expect(taken(text, server)).toBe(text);
  });
});
