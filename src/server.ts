/** What `signalbox mcp` needs, in one piece: each separate piece costs every session some time at its start. */
export { compose } from './compose.ts';
export { settings } from './config.ts';
export { profileNamed } from './profiles/index.ts';
export { everything } from './surfaces/mcp/beside-tools.ts';
export { serve } from './surfaces/mcp/serve.ts';
export { callTool } from './tools/call-tool.ts';
export { selectTools } from './tools/toolset.ts';
