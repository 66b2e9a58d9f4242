import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { operations } from '../../src/tools/index.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const json = (path: string) => JSON.parse(readFileSync(join(root, path), 'utf8'));

describe('the plugin for Claude Code', () => {
  it('has the version of the package, in its own manifest and in the marketplace', () => {
    const { version } = json('package.json');
    const { metadata, plugins } = json('.claude-plugin/marketplace.json');
    const told = [json('plugin/.claude-plugin/plugin.json').version, metadata.version, plugins[0].version];
    expect(told).toEqual([version, version, version]);
  });

  it('is what the marketplace offers, by a folder that is in the package', () => {
    const { plugins } = json('.claude-plugin/marketplace.json');
    expect(plugins).toMatchObject([{ name: 'signalbox', source: './plugin' }]);
    expect(json('package.json').files).toEqual(expect.arrayContaining(['.claude-plugin', 'plugin']));
  });

  const commands = readdirSync(join(root, 'plugin/commands'));

  it.each(commands)('command %s allows the tools that it names, and they exist', name => {
    const text = readFileSync(join(root, 'plugin/commands', name), 'utf8');
    const [, head = '', body = ''] = /^---\n([\s\S]*?)\n---\n([\s\S]*)$/.exec(text) ?? [];
    const allowed = [...head.matchAll(/mcp__plugin_signalbox_signalbox__(\w+)/g)].map(([, tool]) => tool ?? '');
    const known = operations.map(tool => tool.name);
    for (const tool of allowed) expect(known).toContain(tool);
    const named = [...body.matchAll(/`([a-z]+_[a-z]+)`/g)].map(([, tool]) => tool ?? '');
    for (const tool of named) expect(allowed).toContain(tool);
    expect(head).toMatch(/^description: ".+"$/m);
  });

  it('tells of every command in its README', () => {
    const readme = readFileSync(join(root, 'plugin/README.md'), 'utf8');
    const told = [...readme.matchAll(/`\/signalbox:([a-z]+)/g)].map(([, name]) => `${name}.md`);
    expect(told.sort()).toEqual(commands.sort());
  });
});
