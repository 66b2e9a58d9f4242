/** One way to name a tool of an MCP server, whatever a client makes of it. */
import type { ModelRequest } from './model-request.ts';
import type { OfferedTool } from './wires/wire.ts';

/**
 * The tool that `mcp:SERVER/TOOL` means among those offered in a request, or only mentioned in its texts, as clients do with tools
 * that have to be searched for. Any other name is the client's own. Undefined when there is no such tool.
 */
export function toolNamed(wanted: string, request: ModelRequest): OfferedTool | undefined {
  const [, server = '', tool = ''] = /^mcp:([^/]+)\/(.+)$/.exec(wanted) ?? [];
  if (!tool) return request.offered.find(offered => offered.name === wanted) ?? { name: wanted };
  const ending = `_${plain(server)}_${plain(tool)}`;
  const fits = (offered: OfferedTool) => `_${plain(`${offered.namespace ?? ''}_${offered.name}`)}`.endsWith(ending);
  return request.offered.find(fits) ?? mentionedTools(request).find(fits);
}

/** `mcp__plugin_a_b__c`, `mcp_b_c`, `b_c` and `b-c` differ in what stands between the words. */
const plain = (name: string) =>
  name
    .replaceAll(/[^a-zA-Z0-9]+/g, '_')
    .replaceAll(/_+/g, '_')
    .replace(/^_/, '');

function mentionedTools(request: ModelRequest): OfferedTool[] {
  const names = request.users.flatMap(text => text.match(/\bmcp__[\w-]+/g) ?? []);
  return names.map(name => ({ name }));
}
