/** Cursor: a file of servers and a file of hooks. */
import { asked, hookLine, serverEntry } from './command.ts';
import type { ClientSetup, JsonPart, SetupPlace } from './define-setup.ts';
import { inHome, inRoot } from './place.ts';

/** Where a sub-agent ends Cursor does not tell whose end it is, so of those nothing is asked. */
const events = [
  'sessionStart',
  'beforeSubmitPrompt',
  'preToolUse',
  'postToolUse',
  'postToolUseFailure',
  'stop',
  'sessionEnd',
] as const;

export const cursor: ClientSetup = {
  id: 'cursor',
  name: 'Cursor',
  signs: place => ({ programs: ['cursor', 'cursor-agent'], paths: [inHome(place, '.cursor')] }),
  files: place => [
    {
      kind: 'json',
      paths: [inFolder(place, 'mcp.json')],
      parts: [{ kind: 'entry', path: ['mcpServers', 'signalbox'], value: serverEntry(place) }],
    },
    {
      kind: 'json',
      paths: [inFolder(place, 'hooks.json')],
      parts: [{ kind: 'frame', path: ['version'], value: 1 }, ...events.map(event => hook(place, event))],
    },
  ],
  next: () => ['Start Cursor again; Settings › MCP shows whether the server is on.'],
};

function hook(place: SetupPlace, event: (typeof events)[number]): JsonPart {
  const isQuestion = event === 'preToolUse';
  const command = asked(place, hookLine(place, 'cursor', event), isQuestion);
  const handler = { command, timeout: 10, ...(isQuestion && place.failsClosed ? { failClosed: true } : {}) };
  return { kind: 'elements', path: ['hooks', event], value: [handler] };
}

function inFolder(place: SetupPlace, name: string): string {
  return place.scope === 'user' ? inHome(place, '.cursor', name) : inRoot(place, '.cursor', name);
}
