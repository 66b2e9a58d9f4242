/** Which tools a connection offers. */
import { SignalboxError } from '../core/errors.ts';
import type { ToolDefinition } from './define-tool.ts';
import { tools } from './index.ts';

/** The noun of a tool's name is its group: `lock_acquire` is in `lock`. */
const groupOf = (tool: ToolDefinition) => tool.name.split('_')[0] ?? tool.name;

/**
 * Reads a selection such as `core`, `all`, `core,session_end` or `lock,message`. The order of `tools` is kept.
 * `invalid_input` for a word that names nothing.
 */
export function selectTools(selection: string): ToolDefinition[] {
  const words = selection
    .split(',')
    .map(word => word.trim())
    .filter(word => word !== '');
  const chosen = new Set<ToolDefinition>();
  for (const word of words) {
    const named = tools.filter(
      tool =>
        word === 'all' || (word === 'core' && tool.set === 'core') || groupOf(tool) === word || tool.name === word,
    );
    if (named.length === 0) {
      const groups = [...new Set(tools.map(groupOf))].join(', ');
      throw new SignalboxError(
        'invalid_input',
        `"${word}" is neither a tool nor a group of tools.`,
        `Use core, all, a group (${groups}) or tool names, separated by commas.`,
      );
    }
    for (const tool of named) chosen.add(tool);
  }
  if (chosen.size > 0) return tools.filter(tool => chosen.has(tool));
  throw new SignalboxError(
    'invalid_input',
    'No tools were selected.',
    'Use core, all, groups or tool names, separated by commas.',
  );
}
