import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { claudeHooks } from '../../src/clients/setup/claude-hooks.ts';
import type { SetupPlace } from '../../src/clients/setup/define-setup.ts';

const file = fileURLToPath(new URL('../../plugin/hooks/hooks.json', import.meta.url));

/** A server of a plugin is known by another name than one that a person has set up. */
const pluginServer = 'plugin:signalbox:signalbox';

/** Claude Code fills in where it has put the plugin. */
const launcher = '$'.concat('{CLAUDE_PLUGIN_ROOT}/bin/signalbox.mjs');

/** The hooks that setup writes, with the plugin's own launcher and server. */
function pluginHooks(): string {
  const place: SetupPlace = {
    scope: 'user',
    platform: 'linux',
    home: '/home/ann',
    configHome: '/home/ann/.config',
    environment: {},
    root: '/home/ann/shop',
    program: { command: 'node', args: [launcher] },
    hookProgram: { command: 'node', args: [launcher, 'hook'] },
  };
  const hooks: Record<string, unknown[]> = {};
  for (const part of claudeHooks(place)) {
    if (part.kind === 'elements') hooks[part.path.at(-1) ?? ''] = [...part.value];
  }
  const named = (key: string, value: unknown) => (key === 'server' ? pluginServer : value);
  const description = 'Tell Signalbox what this session does, and bring it what others sent.';
  return `${JSON.stringify({ description, hooks }, named, 2)}\n`;
}

it("the plugin's hooks are those that setup writes; SIGNALBOX_UPDATE_GOLDEN=1 records them anew", () => {
  const expected = pluginHooks();
  if (process.env.SIGNALBOX_UPDATE_GOLDEN === '1') {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, expected);
  }
  expect(readFileSync(file, 'utf8')).toBe(expected);
});
