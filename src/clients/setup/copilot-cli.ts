/** Copilot CLI: its server in a file of servers, its hooks in a file of their own, which VS Code reads as well. */
import {
  forgiving,
  forgivingButTwo,
  forgivingPowerShell,
  forgivingPowerShellButTwo,
  hookLine,
  hookPowerShellLine,
  serverEntry,
  strict,
  strictPowerShell,
} from './command.ts';
import type { ClientSetup, JsonPart, SetupFile, SetupPlace } from './define-setup.ts';
import { byScope, inHome, joined, movable } from './place.ts';

/** Not `sessionEnd`: it is told after every turn of a run without a terminal, and at `/clear`. */
const events = [
  'sessionStart',
  'userPromptSubmitted',
  'preToolUse',
  'preMcpToolCall',
  'postToolUse',
  'postToolUseFailure',
  'agentStop',
  'subagentStart',
  'subagentStop',
  'notification',
] as const;

/** Here an exit code of two shows its user what stands on standard error, and blocks nothing. */
const tellsUser = 'userPromptSubmitted';

export const copilotCli: ClientSetup = {
  id: 'copilot-cli',
  name: 'Copilot CLI',
  signs: place => ({ programs: ['copilot'], paths: [copilotFolder(place)] }),
  files: place => [servers(place), copilotHooks(place)],
  next: ({ scope }) => [
    ...(scope === 'project' ? ['Copilot CLI reads these files in folders that it was told to trust.'] : []),
  ],
};

/** The repository's file is that of Claude Code: one entry serves both, so it has the form that both read. */
function servers(place: SetupPlace): SetupFile {
  const value =
    place.scope === 'user'
      ? { type: 'local', ...serverEntry(place), tools: ['*'] }
      : { type: 'stdio', ...serverEntry(place) };
  return {
    kind: 'json',
    paths: [byScope(place, joined(place, copilotFolder(place), 'mcp-config.json'), '.mcp.json')],
    parts: [{ kind: 'entry', path: ['mcpServers', 'signalbox'], value }],
  };
}

/** The hooks that Copilot CLI and VS Code share. */
export function copilotHooks(place: SetupPlace): SetupFile {
  return {
    kind: 'json',
    paths: [
      byScope(place, joined(place, copilotFolder(place), 'hooks', 'signalbox.json'), '.github/hooks/signalbox.json'),
    ],
    parts: [{ kind: 'frame', path: ['version'], value: 1 }, ...events.map(event => hook(place, event))],
  };
}

function hook(place: SetupPlace, event: (typeof events)[number]): JsonPart {
  const [forBash, forPowerShell] = endings(place, event);
  const handler = {
    type: 'command',
    bash: forBash(hookLine({ ...place, platform: 'linux' }, 'copilot-cli', event)),
    powershell: forPowerShell(hookPowerShellLine(place, 'copilot-cli', event)),
    timeoutSec: 10,
  };
  return { kind: 'elements', path: ['hooks', event], value: [handler] };
}

/** How the lines for both shells end. Copilot forbids every tool when the hook before it fails, with whatever exit code. */
function endings({ failsClosed = false }: SetupPlace, event: (typeof events)[number]) {
  if (event === tellsUser) return [forgivingButTwo, forgivingPowerShellButTwo] as const;
  const isStrict = event === 'preToolUse' && failsClosed;
  return isStrict ? ([strict, strictPowerShell] as const) : ([forgiving, forgivingPowerShell] as const);
}

function copilotFolder(place: SetupPlace): string {
  return movable(place, 'COPILOT_HOME', inHome(place, '.copilot'));
}
