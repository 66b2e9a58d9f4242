/** `signalbox demo`: the demonstration itself knows nothing of terminals. */
import { exitCodes } from './exit-codes.ts';
import type { Invocation } from './invocation.ts';

export async function runDemonstration({ globals, terminal }: Invocation): Promise<number> {
  const { runDemo } = await import('../../demo/demo.ts');
  const write = (text: string) => void terminal.print(text);
  const isProven = await runDemo({ color: terminal.colour, write, json: globals.json });
  return isProven ? exitCodes.ok : exitCodes.refused;
}
