/** VS Code: its own file of servers, and the hooks that it shares with Copilot CLI. */
import { serverEntry } from './command.ts';
import { copilotHooks } from './copilot-cli.ts';
import type { ClientSetup } from './define-setup.ts';
import { byScope, joined } from './place.ts';

export const vscode: ClientSetup = {
  id: 'vscode',
  name: 'VS Code',
  signs: place => ({ programs: ['code'], paths: [joined(place, place.configHome, 'Code', 'User')] }),
  files: place => [
    {
      kind: 'json',
      paths: [byScope(place, joined(place, place.configHome, 'Code', 'User', 'mcp.json'), '.vscode/mcp.json')],
      parts: [{ kind: 'entry', path: ['servers', 'signalbox'], value: { type: 'stdio', ...serverEntry(place) } }],
    },
    copilotHooks(place),
  ],
  next: () => [
    'VS Code asks whether it may start the server; "MCP: List Servers" shows it.',
    'Its hooks are a preview; it reads them from the same file as Copilot CLI.',
  ],
};
