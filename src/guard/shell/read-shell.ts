/** Reads the command that a shell is about to run, and says what it may do to git's shared state and to files. */
import { limits } from '../../core/limits.ts';
import { noInput } from './machine.ts';
import { Notes, someIn, TooMuch } from './notes.ts';
import { resolvePath } from './paths.ts';
import type { ShellPlace, ShellReading } from './reading.ts';
import { initialState, type State } from './state.ts';
import { Walker } from './walk.ts';

/**
 * Reads a command line of bash, zsh or sh as it will be run in a folder. Never throws and looks at nothing but the text: what
 * depends on the disk, on variables from outside or on scripts is said to be unknown, or named in `unread`.
 *
 * Read with the following in mind. What might be done counts as done: both ways of a branch, a loop at least once, what stands
 * behind `false &&`. A word that is unknown counts as one name, never as an option or another command, except where it stands in
 * the place of a verb: then the use of git has the effect `unknown`. What is printed, searched for or written as text is no
 * command. A text that cannot be read as a whole, or goes beyond the bounds in `limits`, is searched for mentions of git instead
 * from where it could not be read on, and what they would do is reported for an unknown folder.
 */
export function readShell(command: string, place: ShellPlace): ShellReading {
  const notes = new Notes();
  const directory = resolvePath(null, place.directory) ?? place.directory;
  const walker = new Walker({ ...place, directory }, notes);
  const state = initialState(walker.place);
  const text = command.replaceAll('\r\n', '\n');
  try {
    if (text.length > limits.shellTextCharacters) throw new TooMuch('more text than can be read');
    follow(walker, notes, text, state);
  } catch (error) {
    if (!(error instanceof TooMuch)) throw error;
    notes.unread(error.message);
    // What is not read may write any of the files around it.
    notes.write({ ...someIn(directory), extent: 'perhaps' });
    search(walker, notes, text, state);
  }
  return notes.reading();
}

/** How the processes are found that are ended by their number. */
const looksForUs = /\b(pgrep|pidof|ps|grep|rg|lsof|fuser)\b[^;&\n]*signalbox/i;

function follow(walker: Walker, notes: Notes, text: string, state: State): void {
  const outcome = walker.script(text, state, noInput);
  if (notes.hasUnknownCommand) walker.uncalled(outcome.ok ?? outcome.failed ?? state);
  if (notes.hasUnknownKill && looksForUs.test(text)) {
    notes.evasion({ kind: 'stopped', how: 'an end to processes of signalbox', at: null });
  }
}

/** The findings may be full before the search is at its end. */
function search(walker: Walker, notes: Notes, text: string, state: State): void {
  try {
    walker.mentions(text, state);
  } catch (error) {
    if (!(error instanceof TooMuch)) throw error;
    notes.lost();
  }
}
