/** Runs a tool as a command: the same call as over MCP, with a person or a script at the other end. */
import type { Composition } from '../../compose.ts';
import type { HubDoor } from '../../hub-door.ts';
import { callTool } from '../../tools/call-tool.ts';
import type { ToolContext, ToolDefinition } from '../../tools/define-tool.ts';
import { operations } from '../../tools/index.ts';
import type { Participant } from '../../tools/participant.ts';
import { exitCodes } from './exit-codes.ts';
import { type Invocation, pageFor, printResult, withComposition } from './invocation.ts';
import { oneLine } from './layout.ts';
import { rendered } from './renderers.ts';
import type { Terminal } from './terminal.ts';

/**
 * Calls the tool as whoever runs the command, prints the answer, and returns the exit code. Ctrl-C ends a wait and leaves
 * nothing behind. What depends on the answer having been seen (messages become read) happens after it has left.
 */
export function runTool(tool: ToolDefinition, input: Record<string, unknown>, invocation: Invocation): Promise<number> {
  return withComposition(invocation, async parts => {
    const { world, hub } = parts;
    if (hub) return runAtHub(tool, input, invocation, { world, hub });
    const caller = await parts.visitor();
    const interruption = watchForInterruption();
    const afterwards: (() => Promise<void>)[] = [];
    try {
      const context = contextOf(caller, interruption.signal, invocation.terminal, afterwards);
      const answer = await callTool(operations, tool.name, input, context);
      const isRefused = tool.cli?.refused?.(answer.output) === true;
      if (interruption.signal.aborted && isRefused) return interruption.exitCode();
      const page = pageFor(invocation, parts.world.clock.now());
      const isRead = await printResult(invocation, answer.output, () => rendered(tool, operations, answer, page));
      if (isRead) for (const action of afterwards) await action();
      return isRefused ? exitCodes.refused : exitCodes.ok;
    } finally {
      invocation.terminal.progress(undefined);
      interruption.stop();
      await caller.leave();
    }
  });
}

/** The same where the store is behind a hub: it is called there. */
async function runAtHub(
  tool: ToolDefinition,
  input: Record<string, unknown>,
  invocation: Invocation,
  parts: Pick<Composition, 'world'> & { readonly hub: HubDoor },
): Promise<number> {
  const { callAtHub } = await import('../bridge/ask.ts');
  const { terminal } = invocation;
  const interruption = watchForInterruption();
  let exitCode: number = exitCodes.ok;
  try {
    await callAtHub(parts, {
      ...{ tool: tool.name, input, signal: interruption.signal },
      progress: (...how) => terminal.progress(progressLine(...how)),
      show: async answer => {
        const isRefused = tool.cli?.refused?.(answer.output) === true;
        exitCode = isRefused ? exitCodes.refused : exitCodes.ok;
        if (interruption.signal.aborted && isRefused) {
          exitCode = interruption.exitCode();
          return false;
        }
        const page = pageFor(invocation, parts.world.clock.now());
        return printResult(invocation, answer.output, () => rendered(tool, operations, answer, page));
      },
    });
    return exitCode;
  } finally {
    terminal.progress(undefined);
    interruption.stop();
  }
}

function progressLine(message: string, done: number, total: number): string {
  return `${oneLine(message)} … ${done} of ${total} s (Ctrl-C ends it)`;
}

function contextOf(
  caller: Participant,
  signal: AbortSignal,
  terminal: Terminal,
  afterwards: (() => Promise<void>)[],
): ToolContext {
  return {
    caller,
    signal,
    path: 'cli',
    progress: (...how) => terminal.progress(progressLine(...how)),
    afterAnswer: action => afterwards.push(action),
  };
}

const signalNumbers = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 } as const;

/** The first signal asks the call to end; a second one ends the process as it would without us. */
function watchForInterruption(): { readonly signal: AbortSignal; exitCode(): number; stop(): void } {
  const controller = new AbortController();
  let exitCode: number = exitCodes.interrupted;
  const names = Object.keys(signalNumbers) as (keyof typeof signalNumbers)[];
  const interrupt = (name: NodeJS.Signals) => {
    exitCode = 128 + signalNumbers[name as keyof typeof signalNumbers];
    controller.abort();
    stop();
  };
  const stop = () => {
    for (const name of names) process.off(name, interrupt);
  };
  for (const name of names) process.on(name, interrupt);
  return { signal: controller.signal, exitCode: () => exitCode, stop };
}
