/** Gemini CLI: server and hooks in one settings file. */
import {
  forgiving,
  forgivingPowerShell,
  hookLine,
  hookPowerShellLine,
  serverEntry,
  strict,
  strictPowerShell,
} from './command.ts';
import type { ClientSetup, JsonPart, SetupPlace } from './define-setup.ts';
import { byScope, joined, movable } from './place.ts';

const events = ['SessionStart', 'BeforeAgent', 'BeforeTool', 'AfterTool', 'AfterAgent', 'SessionEnd'] as const;
const timeoutMs = 10_000;

export const geminiCli: ClientSetup = {
  id: 'gemini-cli',
  name: 'Gemini CLI',
  signs: place => ({ programs: ['gemini'], paths: [folder(place)] }),
  files: place => [
    {
      kind: 'json',
      paths: [byScope(place, joined(place, folder(place), 'settings.json'), '.gemini/settings.json')],
      parts: [
        { kind: 'entry', path: ['mcpServers', 'signalbox'], value: serverEntry(place) },
        ...events.map(event => hook(place, event)),
      ],
    },
  ],
  next: ({ scope }) => [
    ...(scope === 'project' ? ['Gemini CLI reads these settings in folders that it was told to trust.'] : []),
  ],
};

/** Gemini forbids the tool when its hook cannot be started, and shows its user whatever a hook complains of. */
function hook(place: SetupPlace, event: (typeof events)[number]): JsonPart {
  const isStrict = event === 'BeforeTool' && place.failsClosed === true;
  const command = (place.platform === 'win32' ? powerShellLine : shellLine)(place, event, isStrict);
  const handler = { type: 'command', name: 'signalbox', command, timeout: timeoutMs };
  return { kind: 'elements', path: ['hooks', event], value: [{ hooks: [handler] }] };
}

function powerShellLine(place: SetupPlace, event: string, isStrict: boolean): string {
  const [line, silent] = [hookPowerShellLine(place, 'gemini-cli', event), ' 2>$null'];
  return isStrict ? strictPowerShell(line, silent) : forgivingPowerShell(line + silent);
}

function shellLine(place: SetupPlace, event: string, isStrict: boolean): string {
  const [line, silent] = [hookLine(place, 'gemini-cli', event), ' 2>/dev/null'];
  return isStrict ? strict(line, silent) : forgiving(line + silent);
}

function folder(place: SetupPlace): string {
  return joined(place, movable(place, 'GEMINI_CLI_HOME', place.home), '.gemini');
}
