/** Claude Desktop: a server for the user. It has no hooks and knows no repository. */
import { serverEntry } from './command.ts';
import type { ClientSetup, SetupPlace } from './define-setup.ts';
import { joined } from './place.ts';

export const claudeDesktop: ClientSetup = {
  id: 'claude-desktop',
  name: 'Claude Desktop',
  signs: place => ({ programs: [], paths: [folder(place)] }),
  files: place =>
    place.scope === 'project'
      ? []
      : [
          {
            kind: 'json',
            paths: [joined(place, folder(place), 'claude_desktop_config.json')],
            parts: [{ kind: 'entry', path: ['mcpServers', 'signalbox'], value: serverEntry(place) }],
          },
        ],
  next: () => ['Quit Claude Desktop and start it again. It has no hooks: messages arrive when a tool is called.'],
};

function folder(place: SetupPlace): string {
  return joined(place, place.configHome, 'Claude');
}
