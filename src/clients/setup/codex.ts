/** Codex: a table in its configuration, and hooks that the user has to trust there. */
import { asked, hookLine, serverEntry } from './command.ts';
import type { ClientSetup, JsonPart, SetupPlace } from './define-setup.ts';
import { inHome, inRoot, joined, movable } from './place.ts';

const events = [
  'SessionStart',
  'UserPromptSubmit',
  'PreToolUse',
  'PostToolUse',
  'Stop',
  'SubagentStart',
  'SubagentStop',
  'SessionEnd',
] as const;

/** Codex starts servers with next to no environment, but hooks with all of it: both must find the same store. */
const passedOn = [
  'SIGNALBOX_HOME',
  'SIGNALBOX_STORE',
  'SIGNALBOX_PROJECT',
  'CODEX_HOME',
  'XDG_STATE_HOME',
  'XDG_CONFIG_HOME',
  'XDG_RUNTIME_DIR',
];

/** Codex shortens what it grants the last hook to this, with a warning. */
const longestAtEndSeconds = 3;

export const codex: ClientSetup = {
  id: 'codex',
  name: 'Codex',
  signs: place => ({ programs: ['codex'], paths: [folder(place)] }),
  files: place => [
    {
      kind: 'toml',
      paths: [inFolder(place, 'config.toml')],
      table: { path: ['mcp_servers', 'signalbox'], value: { ...serverEntry(place), env_vars: passedOn } },
    },
    { kind: 'json', paths: [inFolder(place, 'hooks.json')], parts: events.map(event => hook(place, event)) },
  ],
  next: ({ scope }) => [
    'Trust the hooks: start codex and choose "Trust all and continue", or open /hooks. Until then it passes them over without a word.',
    ...(scope === 'project' ? ['Codex reads these files in folders that it was told to trust.'] : []),
  ],
};

function hook(place: SetupPlace, event: (typeof events)[number]): JsonPart {
  const timeout = event === 'SessionEnd' ? longestAtEndSeconds : 10;
  const command = asked(place, hookLine(place, 'codex', event), event === 'PreToolUse');
  const handler = { type: 'command', command, timeout };
  return { kind: 'elements', path: ['hooks', event], value: [{ hooks: [handler] }] };
}

function inFolder(place: SetupPlace, name: string): string {
  return place.scope === 'user' ? joined(place, folder(place), name) : inRoot(place, '.codex', name);
}

function folder(place: SetupPlace): string {
  return movable(place, 'CODEX_HOME', inHome(place, '.codex'));
}
