/**
 * The lines of shell that stand at the beginning of a hook: they ask Signalbox, stop git where it refuses, and leave everything that
 * follows as it was, with its input, arguments and exit code. They are plain POSIX shell, hold under `set -eu`, and do
 * nothing where Signalbox is gone.
 */
import { inUtf8 } from './bytes.ts';
import { transactionLines } from './transaction-block.ts';

/** The hooks that Signalbox needs, those that git runs at a commit first and in its order. */
export const guardedHooks = [
  'pre-commit',
  'prepare-commit-msg',
  'reference-transaction',
  'post-checkout',
  'pre-push',
  'pre-rebase',
] as const;
export type GuardedHook = (typeof guardedHooks)[number];

/** What the lines start, and what they do when that cannot be started or fails. */
export interface BlockProgram {
  readonly node: string;
  readonly entry: string;
  readonly onFailure: 'allow' | 'block';
}

/** The exit code of the program by which git is to be stopped; any other than 0 and this is a failure. */
export const refusedExitCode = 10;

/** The line by which a hook answers whoever asks it whether it is this one. */
export function selfTestLine(token: string): string {
  return `signalbox self-test ${token}`;
}

const end = '# <<< signalbox guard <<<';

/** Finds the lines in a hook, of whatever version. The second group tells that the line end before them is ours, too. */
export const blockPattern =
  /# >>> signalbox guard ([a-z-]+)( after a line end of ours)? >>>\n[\s\S]*?# <<< signalbox guard <<<\n/;

/**
 * The lines for a hook, as a text of bytes. Where something follows that reads standard input, it gets all of it; a file that
 * holds nothing else can spare that. `endsLine` says that a line end had to be put before them.
 */
export function blockFor(hook: GuardedHook, program: BlockProgram, isFollowed: boolean, endsLine = false): string {
  return inUtf8(`# >>> signalbox guard ${hook}${endsLine ? ' after a line end of ours' : ''} >>>
# Put here by \`signalbox guard install\`; \`signalbox guard remove\` takes it out. Without Signalbox it does nothing.
if [ -n "\${SIGNALBOX_SELF_TEST:-}" ]; then
  printf '${selfTestLine('%s')}\\n' "$SIGNALBOX_SELF_TEST" >&2
  exit 1
fi
signalbox_node=${quoted(program.node)}
signalbox_entry=${quoted(program.entry)}
signalbox_status=0
${asking(hook, program, isFollowed)}
${ending(hook, program)}unset signalbox_node signalbox_entry signalbox_status
${end}
`);
}

/** A word as a POSIX shell takes it literally. */
export function quoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}

function asking(hook: GuardedHook, program: BlockProgram, isFollowed: boolean): string {
  switch (hook) {
    case 'pre-push':
      return isFollowed ? withInputKept(hook, program) : started(hook, program, '');
    case 'reference-transaction':
      return transactionLines(isFollowed, withLines(hook, program, `\${signalbox_lines%?}`), inputAgain);
    case 'post-checkout':
      return `if [ "\${3-}" = 1 ]; then\n${started(hook, program, ' </dev/null')}\nfi`;
    default:
      return started(hook, program, ' </dev/null');
  }
}

/** A program that is not there is a failure like any other. `input` redirects, and may go on in lines of its own. */
function started(hook: GuardedHook, { onFailure }: BlockProgram, input: string, lines = ''): string {
  return `if [ -x "$signalbox_node" ] && [ -f "$signalbox_entry" ]; then
  "$signalbox_node" "$signalbox_entry" ${hook} ${onFailure} "$@"${input} || signalbox_status=$?
${lines}else
  signalbox_status=127
fi`;
}

/** The same with what the shell has in a variable as input. */
function withLines(hook: GuardedHook, program: BlockProgram, variable: string): string {
  return started(hook, program, ' <<SIGNALBOX_INPUT', `${variable}\nSIGNALBOX_INPUT\n`);
}

/** What git tells on standard input ends in one line end; a text in a variable has none, and a here-document adds one. */
const inputAgain = `if [ -n "$signalbox_input" ]; then
exec <<SIGNALBOX_INPUT
$signalbox_input
SIGNALBOX_INPUT
else
  exec </dev/null
fi
unset signalbox_input`;

function withInputKept(hook: GuardedHook, program: BlockProgram): string {
  return `signalbox_input=$(cat)\n${withLines(hook, program, '$signalbox_input')}\n${inputAgain}`;
}

/** After a checkout, and for a trailer, nothing is ever stopped; nor once a transaction is done. */
function ending(hook: GuardedHook, { onFailure }: BlockProgram): string {
  if (hook === 'post-checkout' || hook === 'prepare-commit-msg') return '';
  // Tools that run in a hook tidy up behind themselves, such as a stash that they made.
  const inHook = hook === 'pre-commit' ? 'SIGNALBOX_IN_HOOK=pre-commit\nexport SIGNALBOX_IN_HOOK\n' : '';
  const refused = `if [ "$signalbox_status" -eq ${refusedExitCode} ]; then exit 1; fi\n`;
  if (onFailure === 'allow') return refused + inHook;
  const canStop = hook === 'reference-transaction' ? ' && [ "$1" = prepared ]' : '';
  return `${refused}if [ "$signalbox_status" -ne 0 ]${canStop}; then
  printf '%s\\n' 'signalbox: the guard could not be asked, and this repository stops git then (guard.onFailure).' >&2
  printf '%s\\n' '  \`signalbox doctor\` tells why. If Signalbox is gone, take the lines between the marks out of this hook.' >&2
  exit 1
fi
${inHook}`;
}
