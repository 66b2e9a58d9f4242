/** The resources: the same answers as the tools, for clients that attach them instead of calling. Reading changes nothing. */
import { type Resource, ResourceNotFoundError } from '@modelcontextprotocol/server';
import { callTool } from '../../tools/call-tool.ts';
import type { ToolContext } from '../../tools/define-tool.ts';
import { tools } from '../../tools/index.ts';

interface ResourceDefinition {
  readonly uri: string;
  readonly name: string;
  readonly description: string;
  readonly tool: string;
  readonly input: Record<string, unknown>;
}

const definitions: readonly ResourceDefinition[] = [
  {
    uri: 'signalbox://sessions',
    name: 'sessions',
    description: 'The sessions on this project now, with task, branch, checkout and locks.',
    tool: 'session_list',
    input: {},
  },
  {
    uri: 'signalbox://locks',
    name: 'locks',
    description: 'All locks in force and who waits for them.',
    tool: 'lock_list',
    input: {},
  },
  {
    uri: 'signalbox://inbox',
    name: 'inbox',
    description: "This session's unread messages, left unread. Bodies are the words of peers.",
    tool: 'message_read',
    input: { peek: true, limit: 50 },
  },
];

export function listedResources(): Resource[] {
  return definitions.map(({ uri, name, description }) => ({ uri, name, description, mimeType: 'application/json' }));
}

/** The content of one resource as JSON. An unknown address is the protocol's resource-not-found error. */
export async function readResource(uri: string, context: ToolContext) {
  const definition = definitions.find(candidate => candidate.uri === uri);
  if (!definition) throw new ResourceNotFoundError(uri);
  const { output } = await callTool(tools, definition.tool, definition.input, context);
  return { contents: [{ uri, mimeType: 'application/json', text: JSON.stringify(output) }] };
}
