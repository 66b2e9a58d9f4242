/** Makes a command out of a tool's definition: arguments, options, help and examples. Nothing here knows any single tool. */
import { Argument, Command, InvalidArgumentError, Option } from 'commander';
import { SignalboxError } from '../../core/errors.ts';
import type { ToolDefinition } from '../../tools/define-tool.ts';
import { type Field, fieldsOf } from './fields.ts';
import { commandLine, commandPath, inCommandWords } from './words.ts';

/** What the shell can complete behind an option. */
export type Completes = 'sessions' | 'files' | 'nothing';

/** An option that knows which field it fills and how it is completed. */
export class FieldOption extends Option {
  readonly field: Field;
  readonly completes: Completes;

  constructor(flags: string, help: string, field: Field) {
    super(flags, help);
    this.field = field;
    this.completes = field.takesSession ? 'sessions' : 'nothing';
  }
}

/** The command's name only, for a command line that is about another one. */
export function bareCommand(tool: ToolDefinition): Command {
  const path = commandPath(tool.name);
  return new Command(path[1] ?? path[0]).summary(tool.title);
}

/** A command that calls `run` with the tool's raw input: only what was given, so that the schema's defaults stay the only ones. */
export function toolCommand(
  tool: ToolDefinition,
  tools: readonly ToolDefinition[],
  run: (input: Record<string, unknown>) => Promise<void>,
): Command {
  const command = bareCommand(tool).description(inCommandWords(tool.description, tools));
  const fields = fieldsOf(tool);
  const positional = fields.filter(field => field.isPositional);
  for (const field of positional) command.addArgument(argumentFor(field));
  for (const field of fields) if (!field.isPositional) command.addOption(optionFor(field));
  command.addHelpText('after', () => examplesText(tool));
  command.action(async (...given: unknown[]) => {
    const input = Object.fromEntries([
      ...positional.flatMap((field, at) => (isGiven(given[at]) ? [[field.name, given[at]]] : [])),
      ...givenOptions(command),
    ]);
    assertFits(tool, fields, input);
    await run(input);
  });
  return command;
}

function argumentFor(field: Field): Argument {
  const dots = field.kind === 'list' ? '...' : '';
  const argument = new Argument(field.isRequired ? `<${field.name}${dots}>` : `[${field.name}${dots}]`, field.help);
  return field.choices ? argument.choices(field.choices) : argument;
}

function optionFor(field: Field): Option {
  if (field.kind === 'switch') {
    return new FieldOption(field.fallback === true ? field.flag.replace('--', '--no-') : field.flag, field.help, field);
  }
  const repeats = field.kind === 'list' ? `${field.help ? `${field.help}; ` : ''}may be repeated` : field.help;
  const option = new FieldOption(`${field.flag} <${placeholder(field)}>`, repeats, field);
  if (field.isRequired) option.makeOptionMandatory();
  if (field.fallback !== undefined) option.default(field.fallback);
  if (field.choices) option.choices(field.choices);
  if (field.kind === 'number') option.argParser(asNumber);
  if (field.kind === 'list') option.argParser((value, before: string[] | undefined) => [...(before ?? []), value]);
  return option;
}

function placeholder(field: Field): string {
  if (field.kind === 'number') return 'number';
  if (field.takesSession) return 'session';
  return field.choices ? field.name : 'text';
}

function asNumber(text: string): number {
  if (/^-?\d+(\.\d+)?$/.test(text.trim())) return Number(text);
  throw new InvalidArgumentError('It is not a number.');
}

function isGiven(value: unknown): boolean {
  return value !== undefined && !(Array.isArray(value) && value.length === 0);
}

function givenOptions(command: Command): [string, unknown][] {
  return command.options.flatMap(option => {
    const key = option.attributeName();
    const isOurs = option instanceof FieldOption && command.getOptionValueSource(key) === 'cli';
    return isOurs ? [[option.field.name, command.getOptionValue(key)] as [string, unknown]] : [];
  });
}

/** Says what does not fit in the words that were typed, before anything is opened. */
function assertFits(tool: ToolDefinition, fields: readonly Field[], input: Record<string, unknown>): void {
  const parsed = tool.input.safeParse(input);
  if (parsed.success) return;
  const problems = parsed.error.issues.slice(0, 5).map(issue => {
    const field = fields.find(candidate => candidate.name === issue.path[0]);
    const name = field?.isPositional ? `<${field.name}>` : field?.flag;
    return name ? `${name}: ${issue.message}` : issue.message;
  });
  const help = `Run \`signalbox ${commandPath(tool.name).join(' ')} --help\` for what it takes.`;
  throw new SignalboxError('invalid_input', `${problems.join('. ')}.`, help);
}

function examplesText(tool: ToolDefinition): string {
  if (tool.examples.length === 0) return '';
  const lines = tool.examples.map(({ title, input }) => `  # ${title}\n  ${commandLine(tool, input)}`);
  return `\nExamples:\n${lines.join('\n')}`;
}
