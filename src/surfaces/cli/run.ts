/** `signalbox …`: from the words of a command line to an exit code. Everything heavy is loaded by the command that needs it. */
import { type SignalboxError, toSignalboxError } from '../../core/errors.ts';
import { cleanText } from '../../core/text.ts';
import { errorExitCodes, exitCodes } from './exit-codes.ts';
import { currentFolder, type Invocation } from './invocation.ts';
import { jsonText } from './json.ts';
import { profileNames } from './profile-names.ts';
import type { Globals, Request } from './program.ts';
import { createStyle } from './style.ts';
import { createTerminal, type Environment, type Terminal } from './terminal.ts';

/** The command by which completion scripts ask who is there. Not for people, so it is in no help. */
const handlesCommand = '__handles';

/**
 * Runs a command and returns its exit code; the table is in `exit-codes.ts`. All output has been written when it resolves, and
 * nothing is left that keeps the process alive. Never rejects.
 */
export async function runCommandLine(args: readonly string[], environment: Environment): Promise<number> {
  const terminal = createTerminal(environment, process.stdout, process.stderr);
  try {
    if (args[0] === handlesCommand) {
      const { printHandles } = await import('./handles.ts');
      return await printHandles(invocationOf({ flags: {}, json: false }, environment, terminal));
    }
    const [first, profile = '', ...words] = args;
    // Every word is the profile's own; its hooks run with every prompt, and no command line has to be read for them.
    if (first === 'compat' && profileNames.includes(profile)) {
      return await answer(
        { kind: 'compat', profile, words },
        invocationOf({ flags: {}, json: false }, environment, terminal),
      );
    }
    return await runProgram(args, environment, terminal);
  } catch (error) {
    const known = toSignalboxError(error);
    // What was not foreseen has no sentence of its own; whoever looks for the cause turns the log up.
    if (known.code === 'internal' && wantsDebugging(args, environment)) {
      await terminal.complain(`${cleanText(String((known.cause as Error)?.stack ?? known.cause)).text}\n`);
    }
    return tell(known, asksForJson(args), terminal);
  }
}

async function runProgram(args: readonly string[], environment: Environment, terminal: Terminal): Promise<number> {
  const [{ CommanderError }, { createProgram, passedThrough }, { operations }] = await Promise.all([
    import('commander'),
    import('./program.ts'),
    import('../../tools/index.ts'),
  ]);
  let exitCode: number = exitCodes.ok;
  let written = '';
  const program = createProgram({
    tools: operations,
    colour: terminal.colour,
    columns: terminal.columns ?? 80,
    words: args,
    isBrief: args.length === 0,
    write: text => {
      written += text;
    },
    run: async (request, globals) => {
      exitCode = await answer(request, invocationOf(globals, environment, terminal));
    },
  });
  try {
    if (args.length === 0) program.outputHelp();
    else await program.parseAsync(passedThrough(args), { from: 'user' });
  } catch (error) {
    // Help and version end this way; what is wrong with the command line is a `SignalboxError`.
    if (!(error instanceof CommanderError)) throw error;
  }
  await terminal.print(written);
  return exitCode;
}

async function answer(request: Request, invocation: Invocation): Promise<number> {
  switch (request.kind) {
    case 'tool':
      return (await import('./call.ts')).runTool(request.tool, request.input, invocation);
    case 'status':
      return (await import('./status.ts')).runStatus(invocation);
    case 'config':
      return (await import('./config-view.ts')).runConfig(invocation);
    case 'doctor':
      return (await import('./doctor/doctor.ts')).runDoctor(invocation);
    case 'store-copy':
      return (await import('./store/copy.ts')).runStoreCopy(request, invocation);
    case 'export':
      return (await import('./store/export.ts')).runExport(request, invocation);
    case 'import':
      return (await import('./store/import.ts')).runImport(request, invocation);
    case 'take-over':
      return (await import('./store/take-over.ts')).runTakeOver(request, invocation);
    case 'backup':
      return (await import('./store/backup.ts')).runBackup(request, invocation);
    case 'restore':
      return (await import('./store/restore.ts')).runRestore(request, invocation);
    case 'setup':
      return (await import('./setup/setup.ts')).runSetup(request, invocation);
    case 'guard':
      return (await import('./guard/guard.ts')).runGuard(request, invocation);
    case 'compat':
      return (await import('./compat.ts')).runCompat(request, invocation);
    case 'token':
      return (await import('./token/token.ts')).runToken(request, invocation);
    case 'webhook':
      return (await import('./webhook/webhook.ts')).runWebhook(request, invocation);
    case 'audit':
      return (await import('./audit/audit.ts')).runAudit(request, invocation);
    case 'hub':
      return (await import('./hub.ts')).runHub(request, invocation);
    case 'completion':
      return (await import('./completion/completion.ts')).printCompletion(request.shell, invocation);
    case 'demo':
      return (await import('./demo.ts')).runDemonstration(invocation);
  }
}

function invocationOf(globals: Globals, environment: Environment, terminal: Terminal): Invocation {
  return { globals, environment, terminal, workingDirectory: currentFolder };
}

/** Errors are told before options are known, so the flag is looked for by itself. */
function asksForJson(args: readonly string[]): boolean {
  const end = args.indexOf('--');
  return (end < 0 ? args : args.slice(0, end)).includes('--json');
}

function wantsDebugging(args: readonly string[], environment: Environment): boolean {
  return environment.SIGNALBOX_LOG_LEVEL === 'debug' || args[args.indexOf('--log-level') + 1] === 'debug';
}

async function tell(error: SignalboxError, json: boolean, terminal: Terminal): Promise<number> {
  const { operations } = await import('../../tools/index.ts');
  const { inCommandWords } = await import('./words.ts');
  if (json) {
    const { code, message, next } = error;
    await terminal.print(jsonText({ error: { code, message, next } }, terminal.isTerminal));
  } else {
    const style = createStyle(terminal.errorColour);
    const said = (text: string) => cleanText(inCommandWords(text, operations)).text;
    await terminal.complain(`${style.bad('signalbox:')} ${said(error.message)}\n  ${said(error.next)}\n`);
  }
  return errorExitCodes[error.code];
}
