/**
 * The tool that hooks call over the connection of the server, where a client can do that: no process starts for a hook, and being in no list it costs
 * the model nothing. Its answer is the text that the client takes for the hook's output.
 */
import type { CallToolResult } from '@modelcontextprotocol/server';
import type { ToolContext } from '../../tools/define-tool.ts';
import { answerHook, type EventDesk } from '../hook/answer.ts';

export const hookTool = 'client_event';

/**
 * Answers a hook. Never an error: a client shows that to its user at every step, and what is wrong is told once in the answer.
 * `input.client` names the client whose hook it is; all else is what that client fills in. Without a desk there is nothing to say.
 */
export async function hookAnswer(
  desk: EventDesk | null,
  input: Readonly<Record<string, unknown>>,
  { signal, afterAnswer }: ToolContext,
): Promise<CallToolResult> {
  if (desk === null) return said('');
  const client = typeof input.client === 'string' ? input.client : 'claude-code';
  const event = typeof input.hook_event_name === 'string' ? input.hook_event_name : '';
  try {
    const answer = await answerHook(desk, { client, event, input, teller: hookTool }, signal);
    if (answer) afterAnswer(answer.shown);
    return said(answer?.written.stdout ?? '');
  } catch {
    return said('');
  }
}

/** Where there is nothing to say an empty object, which every client takes for "go on". */
function said(text: string): CallToolResult {
  return { content: [{ type: 'text', text: text || '{}' }] };
}
