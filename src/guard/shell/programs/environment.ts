/** Variables that lead git or Signalbox elsewhere. */
import type { Machine } from '../machine.ts';
import type { State } from '../state.ts';
import { hole, shownText, type Word } from '../words/word.ts';
import { isLeading } from './readers.ts';

/** Notes an assignment that is a way round the guard by itself. A null word is a variable that is taken away. */
export function noteAssignment({ notes }: Machine, name: string, word: Word | null): void {
  const text = word?.text ?? '';
  if (isLeading(name, text)) notes.acts();
  const how = `${name}=${shownText(text)}`;
  if (name === 'SIGNALBOX_BYPASS' && text !== '') notes.evasion({ kind: 'bypass', how, at: null });
  if (name === 'SIGNALBOX_GUARD' && !/^(on|1|true|yes|)$/i.test(text))
    notes.evasion({ kind: 'guard-off', how, at: null });
}

/** Notes that a variable is taken away: by `unset`, or from the programs that are started. */
export function noteUnset({ notes }: Machine, name: string): void {
  if (name.startsWith('SIGNALBOX_')) notes.evasion({ kind: 'environment', how: `unset ${name}`, at: null });
}

/** Those that set where git finds its settings, its programs or its objects. Folders and the index are followed instead. */
const elsewhere =
  /^(GIT_CONFIG(_GLOBAL|_SYSTEM|_NOSYSTEM|_COUNT|_PARAMETERS|_(KEY|VALUE)_\d+)?|GIT_EXEC_PATH|GIT_COMMON_DIR|GIT_OBJECT_DIRECTORY|GIT_NAMESPACE|GIT_HOOKS_PATH)$/;

/** The variables with which a command is run that lead git, or the guard in its hooks, elsewhere: as they are written. */
export function misleading(state: State): readonly string[] {
  const found: string[] = [];
  for (const [name, value] of state.variables) {
    const isOther = /^SIGNALBOX_/.test(name) && !/^SIGNALBOX_(BYPASS|GUARD|TEST_.*)$/.test(name);
    if (value.exported !== 'no' && (elsewhere.test(name) || isOther))
      found.push(`${name}=${shownText(value.words[0]?.text ?? hole)}`);
  }
  return found;
}
