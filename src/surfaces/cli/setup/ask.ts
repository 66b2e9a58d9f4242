/** One question to the person at the terminal. */
import { createInterface } from 'node:readline/promises';
import type { Terminal } from '../terminal.ts';

/** Whether the answer begins with a y. The end of input and Ctrl-C mean no. Asks on standard error, which nobody redirects by habit. */
export async function agrees(question: string, terminal: Terminal): Promise<boolean> {
  await terminal.complain(`${question} [y/N] `);
  const lines = createInterface({ input: process.stdin, terminal: false });
  try {
    for await (const line of lines) return /^\s*y(es)?\s*$/i.test(line);
    await terminal.complain('\n');
    return false;
  } finally {
    lines.close();
    process.stdin.unref?.();
  }
}

export function canBeAsked(): boolean {
  return process.stdin.isTTY === true;
}
