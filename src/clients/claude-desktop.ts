/** Claude Desktop. It has no hooks and tells nothing with its calls: messages arrive when a tool is called. */
import { type ClientDefinition, untold } from './define-client.ts';

export const claudeDesktop: ClientDefinition = {
  traits: { name: 'claude-desktop', conversations: 'many', environment: 'nothing' },
  title: 'Claude Desktop',
  mcpNames: ['claude-ai'],
  hooks: null,
  ownerOf: () => untold,
};
