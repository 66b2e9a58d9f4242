import { describe, expect, it } from 'vitest';
import { filesEnding, importsOf, type SourceFile } from './sources.ts';

/** Each layer, and which own layers it may import besides itself. Imports point inward; `compose.ts` knows everybody. */
const mayImport: Record<string, readonly string[]> = {
  core: [],
  guard: ['core'],
  tools: ['core', 'guard'],
  engines: ['core'],
  engine: ['core', 'engines'],
  system: ['core'],
  bridge: ['core', 'tools'],
  clients: ['core', 'tools'],
  'git-hooks': ['core', 'guard', 'system'],
  surfaces: [
    'core',
    'tools',
    'bridge',
    'profiles',
    'clients',
    'config',
    'version',
    'compose',
    'hub-door',
    'setup',
    'git-hooks',
    'demo',
  ],
  'opencode-plugin': ['core', 'clients', 'system'],
  hook: ['core', 'system', 'surfaces'],
  'hook-main': ['hook'],
  'git-hook': ['core', 'clients', 'guard', 'system', 'surfaces'],
  'git-hook-main': ['git-hook'],
  profiles: ['core', 'tools'],
  demo: ['core', 'version'],
  config: ['core'],
  version: [],
  'hub-door': ['core', 'bridge', 'clients', 'system', 'tools', 'version'],
  compose: ['core', 'tools', 'hub-door', 'engines', 'system', 'clients', 'config', 'version'],
  setup: ['core', 'clients', 'system'],
  server: ['compose', 'config', 'profiles', 'surfaces', 'tools'],
  main: ['core', 'config', 'server', 'surfaces', 'hook', 'git-hooks'],
};

/** Which packages a layer may use; Node's own modules only where something real is touched. */
const packages: Record<string, readonly RegExp[]> = {
  core: [],
  guard: [],
  tools: [/^zod\/v4$/],
  engines: [/^node:/, /^@photostructure\/sqlite$/, /^pg$/, /^ioredis$/],
  engine: [],
  system: [/^node:/, /^ipaddr\.js$/, /^ws$/, /^jose$/],
  bridge: [/^zod\/v4$/],
  clients: [/^jsonc-parser$/, /^smol-toml$/],
  surfaces: [
    /^node:/,
    /^@modelcontextprotocol\/server/,
    /^zod\/v4$/,
    /^commander$/,
    /^diff$/,
    /^hono$/,
    /^@hono\/node-server$/,
  ],
  profiles: [/^zod\/v4$/],
  demo: [/^node:/, /^@modelcontextprotocol\/client/],
  config: [],
  version: [],
  'hub-door': [],
  compose: [/^node:(os|path)$/],
  setup: [/^node:(fs|os|path)$/],
  'git-hooks': [/^node:(fs|path)$/],
  server: [],
  'opencode-plugin': [/^node:(child_process|net|os|path)$/],
  hook: [/^node:(net|os|path)$/],
  'hook-main': [],
  'git-hook': [],
  'git-hook-main': [],
  main: [/^node:util$/],
};

const rule =
  'Imports point inward. The table is in test/tidy/layers.test.ts and in ARCHITECTURE.md; move the code, or change both with a decision record.';

const sources = filesEnding('.ts').filter(file => file.path.startsWith('src/') && !file.isTest);

const layerOf = (path: string) =>
  path
    .replace(/^src\//, '')
    .replace(/\.ts$/, '')
    .split('/')[0] ?? path;

function violations(file: SourceFile): string[] {
  const layer = layerOf(file.path);
  const allowed = mayImport[layer];
  if (!allowed) return [`${file.path}: the layer "${layer}" is not in the table`];
  return importsOf(file)
    .filter(({ target, isOwn }) =>
      isOwn
        ? layerOf(target) !== layer && !allowed.includes(layerOf(target))
        : !(packages[layer] ?? []).some(pattern => pattern.test(target)),
    )
    .map(({ target }) => `${file.path} imports ${target}`);
}

describe('the layers', () => {
  it('import only what the table allows', () => {
    expect(sources.length).toBeGreaterThan(20);
    expect(sources.flatMap(violations), rule).toEqual([]);
  });

  it('are told apart by this test: a rule that reaches for the outside would be found', () => {
    const guilty = {
      path: 'src/core/x.ts',
      text: "import { readFileSync } from 'node:fs';\nimport x from '../tools/index.ts';",
      isTest: false,
    };
    expect(violations(guilty)).toEqual(['src/core/x.ts imports node:fs', 'src/core/x.ts imports src/tools/index.ts']);
    expect(violations({ ...guilty, path: 'src/strange/x.ts' })).toHaveLength(1);
  });

  it('have no cycle of imports', () => {
    const graph = new Map(
      sources.map(file => [
        file.path,
        importsOf(file)
          .filter(entry => entry.isOwn)
          .map(entry => entry.target),
      ]),
    );
    const done = new Set<string>();
    const cycles: string[] = [];
    const visit = (path: string, trail: string[]): void => {
      if (trail.includes(path)) {
        cycles.push([...trail.slice(trail.indexOf(path)), path].join(' → '));
        return;
      }
      if (done.has(path)) return;
      for (const next of graph.get(path) ?? []) visit(next, [...trail, path]);
      done.add(path);
    };
    for (const path of graph.keys()) visit(path, []);
    expect(cycles).toEqual([]);
  });
});
