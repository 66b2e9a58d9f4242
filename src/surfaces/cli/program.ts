/** The whole command line as data: every command with its options and help, derived from the tools and the settings. */
import { Argument, Command, type CommanderError, Option } from 'commander';
import { clientIds } from '../../clients/setup/define-setup.ts';
import { type Setting, type SettingKey, settings } from '../../config.ts';
import { SignalboxError } from '../../core/errors.ts';
import type { ToolDefinition } from '../../tools/define-tool.ts';
import { version } from '../../version.ts';
import { auditCommand } from './audit/command.ts';
import type { AuditRequest } from './audit/requests.ts';
import { type CompatRequest, compatCommand } from './compat-command.ts';
import { exitCodeHelp } from './exit-codes.ts';
import { guardCommand } from './guard/commands.ts';
import type { GuardRequest } from './guard/requests.ts';
import { profileNames } from './profile-names.ts';
import { setupCommands } from './setup/commands.ts';
import type { SetupRequest } from './setup/requests.ts';
import { backupCommands, type WholeStoreRequest } from './store/backup-commands.ts';
import {
  type CopyRequest,
  type ExportRequest,
  type ImportRequest,
  oldSystems,
  type TakeoverRequest,
} from './store/requests.ts';
import { createStyle } from './style.ts';
import { tokenCommand } from './token/commands.ts';
import type { TokenRequest } from './token/requests.ts';
import { bareCommand, toolCommand } from './tool-command.ts';
import { webhookCommand } from './webhook/commands.ts';
import type { WebhookRequest } from './webhook/requests.ts';
import { commandPath } from './words.ts';

export const shells = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof shells)[number];

/** What a command line asks for. */
export type Request =
  | { readonly kind: 'tool'; readonly tool: ToolDefinition; readonly input: Record<string, unknown> }
  | { readonly kind: 'completion'; readonly shell: Shell }
  | ({ readonly kind: 'store-copy' } & CopyRequest)
  | ({ readonly kind: 'export' } & ExportRequest)
  | ({ readonly kind: 'import' } & ImportRequest)
  | ({ readonly kind: 'take-over' } & TakeoverRequest)
  | WholeStoreRequest
  | ({ readonly kind: 'setup' } & SetupRequest)
  | ({ readonly kind: 'guard' } & GuardRequest)
  | ({ readonly kind: 'compat' } & CompatRequest)
  | ({ readonly kind: 'token' } & TokenRequest)
  | ({ readonly kind: 'webhook' } & WebhookRequest)
  | ({ readonly kind: 'audit' } & AuditRequest)
  | { readonly kind: 'hub'; readonly flags: Globals['flags']; readonly isCheck: boolean }
  | { readonly kind: 'status' | 'config' | 'doctor' | 'demo' };

/** What every command takes. */
export interface Globals {
  readonly flags: Readonly<Partial<Record<SettingKey, string>>>;
  readonly json: boolean;
}

export interface ProgramParts {
  readonly tools: readonly ToolDefinition[];
  readonly run: (request: Request, globals: Globals) => Promise<void>;
  /** Takes help and version. */
  readonly write: (text: string) => void;
  readonly colour: boolean;
  readonly columns: number;
  /** The words of the command line, where only the command they name is needed whole: reading schemas takes time. */
  readonly words?: readonly string[];
  /** Help shows the commands only: what somebody sees who types nothing but the program's name. */
  readonly isBrief?: boolean;
}

const globalSettings: readonly Setting[] = settings.filter(
  (setting: Setting) => setting.serverOnly !== true && setting.hubOnly !== true,
);
const hubSettings: readonly Setting[] = settings.filter((setting: Setting) => setting.hubOnly === true);

/**
 * Builds the program. What is wrong with a command line is thrown as `SignalboxError` with `invalid_input`; help and version
 * are written and end with a `CommanderError` whose exit code is 0.
 */
export function createProgram(parts: ProgramParts): Command {
  const program = new Command('signalbox')
    .description('Keeps parallel AI coding sessions on one code base from colliding.')
    .version(version, '--version', 'print the version')
    .addHelpCommand(
      new Command('help')
        .argument('[command]')
        .summary('Print help for a command')
        .helpOption(false)
        .helpGroup('Setup:'),
    );
  addGlobalOptions(program, parts.words ?? []);
  const ask = (request: Request) => parts.run(request, globalsOf(program));
  program.commandsGroup('Overview:');
  program.addCommand(
    new Command('status').summary('Who is here, what is locked, what waits').action(() => ask({ kind: 'status' })),
  );
  program.commandsGroup('Work:');
  addTools(program, parts, ask);
  program.commandsGroup('Store:');
  addStoreCommands(program, ask);
  program.commandsGroup('Setup:');
  for (const command of setupCommands(request => ask({ kind: 'setup', ...request }))) program.addCommand(command);
  program.addCommand(guardCommand(request => ask({ kind: 'guard', ...request })));
  program.addCommand(tokenCommand(request => ask({ kind: 'token', ...request })));
  program.addCommand(webhookCommand(request => ask({ kind: 'webhook', ...request })));
  program.addCommand(auditCommand(request => ask({ kind: 'audit', ...request })));
  program.addCommand(serverCommand());
  program.addCommand(hubCommand(ask));
  program.addCommand(compatCommand(request => ask({ kind: 'compat', ...request })));
  program.addCommand(hookCommand());
  program.addCommand(statusLineCommand());
  addOwnCommands(program, ask);
  program.addHelpText('afterAll', ({ command }) =>
    command.parent && command.name() !== 'mcp'
      ? '\nOptions for every command, such as --json: `signalbox --help`.'
      : '',
  );
  program.addHelpText('after', () => (parts.isBrief ? '\nRun `signalbox --help` for all options.' : exitCodesText()));
  for (const command of everyCommand(program)) adorn(command, parts);
  return program;
}

/** The command itself and all below it. */
export function everyCommand(command: Command): Command[] {
  return [command, ...command.commands.flatMap(everyCommand)];
}

/** How a command is typed, without the program's name: `lock acquire`; empty for the program. */
export function pathOf(command: Command): string {
  return command.parent ? `${pathOf(command.parent)} ${command.name()}`.trim() : '';
}

function addGlobalOptions(program: Command, words: readonly string[]): void {
  program.optionsGroup('Options for every command:');
  program.addOption(new Option('--json', 'print the result as JSON, errors too'));
  const own = flagsOfItsOwn[operandOf(words) ?? ''];
  for (const setting of globalSettings) if (setting.flag !== own) program.addOption(settingOption(setting));
}

/** Commands to which a flag of all means something else: a repository's files, or one project among all of a store. */
const flagsOfItsOwn: Readonly<Record<string, string>> = { setup: '--project', remove: '--project', audit: '--project' };

/** The first word that is neither an option nor the value of one. */
function operandOf(words: readonly string[]): string | undefined {
  return words[operandAt(words)];
}

function operandAt(words: readonly string[]): number {
  const taking = globalSettings.filter(setting => !setting.choices?.includes('on')).map(({ flag }) => flag);
  return words.findIndex((word, at) => !word.startsWith('-') && !taking.includes(words[at - 1] ?? ''));
}

/** The words of a command line, those behind `compat PROFILE` marked as nothing to be read here: options there are the profile's. */
export function passedThrough(words: readonly string[]): readonly string[] {
  const at = operandAt(words);
  const isCompat = words[at] === 'compat' && profileNames.includes(words[at + 1] ?? '');
  return isCompat ? [...words.slice(0, at + 2), '--', ...words.slice(at + 2)] : words;
}

function settingOption(setting: Setting): Option {
  if (setting.choices?.includes('on')) return new Option(setting.flag, setting.help);
  const option = new Option(`${setting.flag} <${setting.choices ? 'level' : 'text'}>`, setting.help);
  return setting.choices ? option.choices(setting.choices) : option;
}

function globalsOf(program: Command): Globals {
  const options = program.opts<Record<string, string | boolean | undefined>>();
  const given = globalSettings.flatMap(({ key }) => (typeof options[key] === 'string' ? [[key, options[key]]] : []));
  return { flags: Object.fromEntries(given), json: options.json === true };
}

function addTools(program: Command, { tools, words }: ProgramParts, ask: (request: Request) => Promise<void>): void {
  const named = tools.filter(tool => commandPath(tool.name).every(word => words?.includes(word)));
  for (const tool of tools) {
    const [noun, verb] = commandPath(tool.name);
    const isWhole = named.length === 0 || named.includes(tool);
    const command = isWhole ? toolCommand(tool, tools, input => ask({ kind: 'tool', tool, input })) : bareCommand(tool);
    if (verb === undefined) program.addCommand(command);
    else groupOf(program, noun, tools).addCommand(command);
  }
}

function groupOf(program: Command, noun: string, tools: readonly ToolDefinition[]): Command {
  const known = program.commands.find(command => command.name() === noun);
  if (known) return known;
  const verbs = tools.flatMap(tool => (commandPath(tool.name)[0] === noun ? [commandPath(tool.name)[1]] : []));
  const group = new Command(noun).summary(verbs.join(', ')).helpCommand(false);
  program.addCommand(group);
  return group;
}

function serverCommand(): Command {
  const command = new Command('mcp')
    .summary('Serve one AI session over standard input and output')
    .description(
      'Serves one AI session over standard input and output. AI clients start this; it ends with its client.',
    );
  for (const setting of settings) if (!('hubOnly' in setting)) command.addOption(settingOption(setting));
  return command.action(() => {
    throw new SignalboxError(
      'invalid_input',
      'Options stand behind `mcp`.',
      'Write `signalbox mcp` first, then its options.',
    );
  });
}

function hubCommand(ask: (request: Request) => Promise<void>): Command {
  const command = new Command('hub')
    .summary('Serve a team over HTTP')
    .description(
      'Serves the sessions of a team over HTTP, with tokens, roles and the same rules, on the store that --store names. It asks everybody ' +
        'for a token (`signalbox token create`), listens on this machine unless told otherwise, and writes lines of JSON to standard error.',
    );
  for (const setting of hubSettings) command.addOption(settingOption(setting));
  command.addOption(new Option('--check', 'serve nothing; ask the hub that listens there whether it serves'));
  return command.action((options: Record<string, string | true | undefined>) => {
    const given = hubSettings.flatMap(setting => {
      const value = options[settingOption(setting).attributeName()];
      return value === undefined ? [] : [[setting.key, value === true ? 'on' : value]];
    });
    return ask({ kind: 'hub', flags: Object.fromEntries(given), isCheck: options.check === true });
  });
}

/** Like the server it is not run from here: the entry answers it before it loads a command line. */
function hookCommand(): Command {
  return new Command('hook')
    .summary('Answer a hook of an AI client')
    .description(
      'Tells Signalbox an event of an AI client, which is read from standard input as that client writes it, and prints the answer ' +
        'as that client takes it. The configuration that `signalbox setup` writes calls this. It never fails: the client goes on, ' +
        'whatever happens.',
    )
    .addArgument(new Argument('<client>', 'whose hook it is').choices(clientIds))
    .addArgument(new Argument('<event>', 'its name for the event'))
    .action(() => {
      throw new SignalboxError('invalid_input', 'Options stand behind `hook`.', 'Write `signalbox hook` first.');
    });
}

/** The same. */
function statusLineCommand(): Command {
  return new Command('statusline')
    .summary("Print a line for Claude Code's status line")
    .description(
      "Prints one short line for Claude Code's status line: this session's handle, its locks, its unread messages, how many others are here. " +
        'Prints nothing where there is no session. In settings.json: "statusLine": { "type": "command", "command": "signalbox statusline" }',
    )
    .action(() => {
      throw new SignalboxError(
        'invalid_input',
        'Options stand behind `statusline`.',
        'Write `signalbox statusline` first.',
      );
    });
}

function addStoreCommands(program: Command, ask: (request: Request) => Promise<void>): void {
  const store = new Command('store').summary('copy').helpCommand(false);
  store.addCommand(
    new Command('copy')
      .summary('Copy a project from one store into another')
      .description(
        'Copies the project of this folder from one store into another, reads the copy back and compares every record and event. ' +
          'Refuses a project that holds anything in TO. Both are named as --store takes them; the path of a SQLite file will do. ' +
          'End the sessions first: what they change meanwhile is told and fails.',
      )
      .addArgument(new Argument('<from>', 'the store to read'))
      .addArgument(new Argument('<to>', 'the store to copy into'))
      .addOption(new Option('--all', 'copy every project in FROM'))
      .action((from: string, to: string, { all = false }: { all?: boolean }) =>
        ask({ kind: 'store-copy', from, to, all }),
      ),
  );
  program.addCommand(store);
  program.addCommand(
    new Command('export')
      .summary('Write a project as lines of JSON')
      .description(
        'Writes the project of this folder as lines of JSON: a header, each record, each event, an end. ' +
          'It holds all messages, so a file is made for you alone.',
      )
      .addArgument(new Argument('[file]', 'where to; - or nothing for standard output'))
      .addOption(new Option('--force', 'replace the file if it is there'))
      .action((file: string | undefined, { force = false }: { force?: boolean }) =>
        ask({ kind: 'export', file, force }),
      ),
  );
  program.addCommand(
    new Command('import')
      .summary('Bring an exported project, or the state of an earlier system, into the store')
      .description(
        'Brings an exported project into the store, under the id it had or that of --project. ' +
          'Examines everything first, refuses a project that holds anything, and reads back what was written.\n\n' +
          `signalbox import SYSTEM PATH takes over what an earlier system has stored at PATH, and says what was left: ${oldSystems.join(', ')}. ` +
          'It changes nothing there, and may be done again.',
      )
      .addArgument(new Argument('[file]', 'where from, or which system; - or nothing for standard input'))
      .addArgument(new Argument('[path]', "a system's database or folder"))
      .action((file: string | undefined, path: string | undefined) => ask(importRequest(file, path))),
  );
  for (const command of backupCommands(ask)) program.addCommand(command);
}

function importRequest(file: string | undefined, path: string | undefined): Request {
  const isSystem = oldSystems.some(name => name === file);
  if (file !== undefined && isSystem && path !== undefined) return { kind: 'take-over', system: file, path };
  if (!isSystem && path === undefined) return { kind: 'import', file };
  throw new SignalboxError(
    'invalid_input',
    isSystem ? `Where ${file} has stored its state is missing.` : `${file} is no system that can be taken over.`,
    isSystem
      ? `Name its database or folder: signalbox import ${file} PATH.`
      : `Choose one of ${oldSystems.join(', ')}.`,
  );
}

function addOwnCommands(program: Command, ask: (request: Request) => Promise<void>): void {
  program.addCommand(
    new Command('config').summary('Every setting with its value and origin').action(() => ask({ kind: 'config' })),
  );
  program.addCommand(
    new Command('doctor')
      .summary('Check that everything works, and what to do where not')
      .action(() => ask({ kind: 'doctor' })),
  );
  program.addCommand(
    new Command('completion')
      .summary('Print a completion script for a shell')
      .description(
        'Prints a completion script. For bash: eval "$(signalbox completion bash)" in ~/.bashrc; for zsh the same in ~/.zshrc; ' +
          'for fish: signalbox completion fish > ~/.config/fish/completions/signalbox.fish',
      )
      .addArgument(new Argument('<shell>', 'which shell').choices(shells))
      .action((shell: Shell) => ask({ kind: 'completion', shell })),
  );
  program.addCommand(
    new Command('demo')
      .summary('Watch sessions share one code base, without any AI')
      .action(() => ask({ kind: 'demo' })),
  );
}

/** What every command has in common: where its output goes, how its help looks, how its errors are told. */
function adorn(command: Command, parts: ProgramParts): void {
  const style = createStyle(parts.colour);
  command.helpOption('-h, --help', 'print help');
  if (command.description() === '') command.description(command.summary() && `${command.summary()}.`);
  command.configureOutput({
    writeOut: parts.write,
    writeErr: () => {},
    outputError: () => {},
    getOutHelpWidth: () => parts.columns,
    getOutHasColors: () => parts.colour,
  });
  command.configureHelp({
    styleTitle: title => style.strong(title),
    styleCommandText: text => style.name(text),
    styleSubcommandText: text => style.name(text),
    styleOptionText: text => style.name(text),
    styleArgumentText: text => style.name(text),
    ...(parts.isBrief ? { visibleOptions: () => [] } : {}),
  });
  command.exitOverride(error => {
    throw error.exitCode === 0 ? error : usageError(command, error);
  });
}

function usageError(command: Command, error: CommanderError): SignalboxError {
  const path = pathOf(command);
  const typed = `signalbox${path && ` ${path}`}`;
  const next = `Run \`${typed} --help\` for what it takes.`;
  if (error.code === 'commander.help') {
    const verbs = command.commands.map(child => child.name()).join(', ');
    const needed = path === '' ? `Name one of the commands: ${verbs}.` : `\`${typed}\` needs a command: ${verbs}.`;
    return new SignalboxError('invalid_input', needed, next);
  }
  const [, said = error.message, , suggestion] = /^(?:error: )?(.*?)(\n\((.*)\))?$/s.exec(error.message) ?? [];
  const sentence = `${said.charAt(0).toUpperCase()}${said.slice(1).replace(/\.$/, '')}.`;
  return new SignalboxError('invalid_input', suggestion ? `${sentence} ${suggestion}` : sentence, next);
}

function exitCodesText(): string {
  return `\nExit codes:\n${exitCodeHelp()
    .map(([code, meaning]) => `  ${String(code).padEnd(4)} ${meaning}`)
    .join('\n')}`;
}
