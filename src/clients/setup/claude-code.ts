/** Claude Code: its server among those of the user or the repository, its hooks in the settings. */
import { claudeHooks, sharedClaudeHooks } from './claude-hooks.ts';
import { isObject, serverEntry } from './command.ts';
import type { ClientSetup, SetupPlace } from './define-setup.ts';
import { readData } from './edits/json-tree.ts';
import { byScope, inHome, inRoot, joined, movable } from './place.ts';

export const claudeCode: ClientSetup = {
  id: 'claude-code',
  name: 'Claude Code',
  signs: place => ({ programs: ['claude'], paths: [folder(place), serversFile(place)] }),
  provided: {
    path: place => joined(place, folder(place), 'settings.json'),
    says: text =>
      hasPlugin(text) ? 'The plugin of Signalbox is installed there, which brings server and hooks along.' : undefined,
  },
  files: place => [
    {
      kind: 'json',
      paths: [byScope(place, serversFile(place), '.mcp.json')],
      parts: [{ kind: 'entry', path: ['mcpServers', 'signalbox'], value: { type: 'stdio', ...serverEntry(place) } }],
    },
    place.scope === 'user'
      ? { kind: 'json', paths: [joined(place, folder(place), 'settings.json')], parts: claudeHooks(place) }
      : { kind: 'json', paths: [inRoot(place, '.claude', 'settings.json')], parts: sharedClaudeHooks(place) },
  ],
  next: ({ scope }) => [
    ...(scope === 'project' ? ['Claude Code asks once in each checkout whether the server may be used.'] : []),
    'To be asked less, allow `mcp__signalbox` in /permissions.',
  ],
};

/** Whether the settings turn on our plugin, from whatever marketplace. */
function hasPlugin(settings: string): boolean {
  const { enabledPlugins } = readData(settings) as { enabledPlugins?: unknown };
  return (
    isObject(enabledPlugins) &&
    Object.entries(enabledPlugins).some(([name, on]) => on === true && name.startsWith('signalbox@'))
  );
}

function folder(place: SetupPlace): string {
  return movable(place, 'CLAUDE_CONFIG_DIR', inHome(place, '.claude'));
}

/** In the home folder itself, unless the folder was moved. */
function serversFile(place: SetupPlace): string {
  return joined(place, movable(place, 'CLAUDE_CONFIG_DIR', place.home), '.claude.json');
}
