/** `signalbox completion SHELL`: prints what the shell has to be told. */
import { operations } from '../../../tools/index.ts';
import { exitCodes } from '../exit-codes.ts';
import { type Invocation, printResult } from '../invocation.ts';
import { createProgram, type Shell } from '../program.ts';
import { bashScript } from './bash.ts';
import { fishScript } from './fish.ts';
import { completedCommands } from './words.ts';
import { zshScript } from './zsh.ts';

export async function printCompletion(shell: Shell, invocation: Invocation): Promise<number> {
  const script = completionScript(shell);
  await printResult(invocation, { shell, script }, () => script);
  return exitCodes.ok;
}

export function completionScript(shell: Shell): string {
  const program = createProgram({
    tools: operations,
    run: async () => {},
    write: () => {},
    colour: false,
    columns: 80,
  });
  const commands = completedCommands(program);
  return { bash: bashScript, zsh: zshScript, fish: fishScript }[shell](commands);
}
