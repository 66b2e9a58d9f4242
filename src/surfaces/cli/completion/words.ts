/** The command line as completion scripts need it: for each command its subcommands, options and values. */
import type { Command, Option } from 'commander';
import { everyCommand, pathOf } from '../program.ts';
import { FieldOption } from '../tool-command.ts';

export interface CompletedOption {
  readonly flag: string;
  readonly help: string;
  readonly takesValue: boolean;
  readonly values: readonly string[];
  readonly takesSession: boolean;
}

export interface CompletedCommand {
  /** As typed after the program's name, words separated by one space; empty for the program itself. */
  readonly path: string;
  readonly children: readonly { readonly name: string; readonly help: string }[];
  readonly options: readonly CompletedOption[];
  /** Values of the first argument, where there is a closed list. */
  readonly argumentValues: readonly string[];
}

export function completedCommands(program: Command): CompletedCommand[] {
  const common = program.options.map(completedOption);
  return everyCommand(program).map(command => {
    const own = command === program ? [] : command.options.map(completedOption);
    const help = { flag: '--help', help: 'print help', takesValue: false, values: [], takesSession: false };
    const inherited = common.filter(
      option => !own.some(({ flag }) => flag === option.flag) && (command === program || option.flag !== '--version'),
    );
    return {
      path: pathOf(command),
      children: command.commands.map(child => ({ name: child.name(), help: child.summary() })),
      options: [...own, ...inherited, help],
      argumentValues: command.registeredArguments[0]?.argChoices ?? [],
    };
  });
}

/** Every flag that is followed by a value, of any command: those words are no commands. */
export function valueFlags(commands: readonly CompletedCommand[]): string[] {
  return [
    ...new Set(
      commands.flatMap(({ options }) => options.filter(option => option.takesValue).map(option => option.flag)),
    ),
  ].sort();
}

function completedOption(option: Option): CompletedOption {
  return {
    flag: option.long ?? option.flags,
    help: option.description,
    takesValue: option.required || option.optional,
    values: option.argChoices ?? [],
    takesSession: option instanceof FieldOption && option.completes === 'sessions',
  };
}
