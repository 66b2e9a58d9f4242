/** The clients we know. */
import type { ClientTraits } from '../tools/callers.ts';
import { claudeCode } from './claude-code.ts';
import { claudeDesktop } from './claude-desktop.ts';
import { codex } from './codex.ts';
import { copilotCli } from './copilot-cli.ts';
import { cursor } from './cursor.ts';
import type { ClientDefinition, Json } from './define-client.ts';
import { geminiCli } from './gemini-cli.ts';
import { openCode } from './opencode.ts';
import { vsCode } from './vscode.ts';
import { windsurf } from './windsurf.ts';

export const clients: readonly ClientDefinition[] = [
  claudeCode,
  codex,
  geminiCli,
  copilotCli,
  openCode,
  cursor,
  vsCode,
  windsurf,
  claudeDesktop,
];

/** The client of that name; undefined for one we do not know. */
export function clientNamed(name: string): ClientDefinition | undefined {
  return clients.find(({ traits }) => traits.name === name);
}

/**
 * The client that really calls with a hook that was written for `name`: that one, or another that runs its hooks. Undefined for
 * anybody else, who has hooks of its own.
 */
export function callingClient(
  name: string,
  environment: Readonly<Record<string, string | undefined>>,
  input: Json,
): ClientDefinition | undefined {
  const candidates = [clientNamed(name), ...clients.filter(client => client.readsHooksOf?.includes(name))];
  return candidates.find(client => client?.hooks?.isCaller(environment, input));
}

/** The client that calls itself so over MCP. */
export function clientSpeaking(mcpName: string | undefined): ClientDefinition | undefined {
  return clients.find(({ mcpNames }) => mcpName !== undefined && mcpNames.includes(mcpName));
}

/** How a client runs conversations that we know nothing of: each server is a session of its own. */
export function traitsOf(mcpName: string | undefined): ClientTraits {
  const known = clientSpeaking(mcpName);
  return known?.traits ?? { name: mcpName ?? '', conversations: 'many', environment: 'own' };
}
