/** What hooks of simulated clients tell and ask: events, tools that are about to run, and tools that have. */
import clientEvent from '../../src/tools/client-event.ts';
import type { ToolDefinition } from '../../src/tools/define-tool.ts';
import guardCheck from '../../src/tools/guard-check.ts';
import guardDone from '../../src/tools/guard-done.ts';
import { operations } from '../../src/tools/index.ts';
import type { Dice } from './dice.ts';
import { commands, editedFiles, otherCheckout, type Scene, text } from './scene.ts';

/** What only hooks call. */
export const hookOperations: readonly ToolDefinition[] = [clientEvent, guardCheck, guardDone];

/** Everything that a seat may call. */
export const known: readonly ToolDefinition[] = [...operations, ...hookOperations];

/** What a hook of a client tells. */
export function hookEvent(dice: Dice, isSubAgent: boolean): Record<string, unknown> {
  const kinds = [
    'before-tool',
    'before-tool',
    'after-tool',
    'batch-end',
    isSubAgent ? 'child-start' : 'prompt',
  ] as const;
  const kind = dice.pick([...kinds, ...(isSubAgent ? [] : (['stop', 'start'] as const))]);
  return eventOf(kind, dice);
}

/** The end of a turn, or the beginning of the next one. */
export function turnEvent(dice: Dice): Record<string, unknown> {
  return eventOf(dice.pick(['stop', 'stop', 'prompt']), dice);
}

function eventOf(kind: string, dice: Dice): Record<string, unknown> {
  return {
    kind,
    ...(kind === 'start' ? { source: dice.pick(['startup', 'resume', 'clear', 'compact']) } : {}),
    ...(kind === 'prompt' ? { prompt: text(dice) } : {}),
    ...(kind === 'stop' ? { isHeld: dice.chance(0.3) } : {}),
  };
}

/** What a tool is asked about before it runs, and told of afterwards. `root` is the checkout that its client works in. */
export interface ToolInput extends Record<string, unknown> {
  readonly action: Record<string, unknown>;
  readonly call: string | null;
  readonly directory: string;
}

/** A tool that a client may run next: mostly an edit, now and then a command. */
export function toolInput({ dice, mood, fresh }: Pick<Scene, 'dice' | 'mood' | 'fresh'>, root: string): ToolInput {
  const call = dice.chance(0.7) ? `call-${fresh()}` : null;
  if (dice.chance(0.15)) {
    const { command } = dice.pick(commands);
    return { action: { kind: 'shell', command, directory: null }, call, directory: root };
  }
  // Mostly one: each set of files that is refused is a place in line of its own.
  const most = dice.weighted([
    [6, 1],
    [3, 2],
    [1, 3],
  ]);
  const some = mood.isCrowded && dice.chance(0.6) ? [editedFiles[0]] : dice.some(editedFiles, 1, most);
  const away = dice.chance(0.08) ? `${otherCheckout(root)}/` : '';
  const files = some.map(path => ({
    path: `${away}${path}`,
    change: dice.pick(['modified', 'modified', 'created', 'deleted']),
  }));
  return { action: { kind: 'edit', files }, call, directory: root };
}
