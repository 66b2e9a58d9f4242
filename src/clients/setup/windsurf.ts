/** Windsurf: its server for the user only, hooks for the user or the repository. */
import { forgivingButTwo, hookLine, quiet, serverEntry, strict } from './command.ts';
import type { ClientSetup, JsonPart, SetupFile, SetupPlace } from './define-setup.ts';
import { byScope, inHome } from './place.ts';

const events = [
  'pre_user_prompt',
  'pre_write_code',
  'pre_run_command',
  'pre_mcp_tool_use',
  'post_write_code',
  'post_run_command',
  'post_mcp_tool_use',
  'post_cascade_response',
] as const;

/** Here an exit code of two forbids the step, and what stands on standard error says why. */
const questions: readonly string[] = ['pre_write_code', 'pre_run_command', 'pre_mcp_tool_use'];

export const windsurf: ClientSetup = {
  id: 'windsurf',
  name: 'Windsurf',
  signs: place => ({ programs: ['windsurf'], paths: [inHome(place, '.codeium', 'windsurf')] }),
  files: place => [
    ...(place.scope === 'user' ? [servers(place)] : []),
    {
      kind: 'json',
      paths: [byScope(place, inHome(place, '.codeium', 'windsurf', 'hooks.json'), '.windsurf/hooks.json')],
      parts: events.map(event => hook(place, event)),
    },
  ],
  next: ({ scope }) =>
    scope === 'user'
      ? ['Refresh the servers in Cascade, or start Windsurf again.']
      : ["Windsurf reads servers from the user's own file only: everybody runs `signalbox setup windsurf` once."],
};

function servers(place: SetupPlace): SetupFile {
  return {
    kind: 'json',
    paths: [inHome(place, '.codeium', 'windsurf', 'mcp_config.json')],
    parts: [{ kind: 'entry', path: ['mcpServers', 'signalbox'], value: serverEntry(place) }],
  };
}

function hook(place: SetupPlace, event: (typeof events)[number]): JsonPart {
  const handler = { command: commandOf(place, event), show_output: false };
  return { kind: 'elements', path: ['hooks', event], value: [handler] };
}

function commandOf(place: SetupPlace, event: string): string {
  const line = hookLine(place, 'windsurf', event);
  if (place.platform === 'win32' || !questions.includes(event)) return quiet(place, line);
  return place.failsClosed ? strict(line) : forgivingButTwo(line);
}
