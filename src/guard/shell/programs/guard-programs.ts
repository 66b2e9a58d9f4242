/** Commands that would switch off the guard or end the processes that it is made of. */
import { type Call, type Outcome, type Programs, programName, unchanged } from '../machine.ts';
import { isLiteral } from '../words/word.ts';

const ownName = /^signalbox(@.*)?(\.[cm]?js)?$/;

/** `signalbox guard remove` and its like, wherever they stand among the words. */
export function noteSignalbox({ machine, words, name }: Call): void {
  const all = [name, ...words];
  const at = all.findIndex(word => ownName.test(programName(word)));
  if (at < 0) return;
  const verbs = all
    .slice(at + 1)
    .filter(word => !word.text.startsWith('-'))
    .map(word => word.text);
  const how = `signalbox ${verbs.slice(0, 2).join(' ')}`;
  if (/^signalbox (guard (remove|uninstall|off|disable|stop)|remove\b|lock break$)/.test(how)) {
    machine.notes.evasion({ kind: 'guard-off', how, at: null });
  }
}

function signalbox(call: Call): Outcome {
  noteSignalbox(call);
  return unchanged(call.state);
}

/** Ends processes: ours if it says so, or if it does not say whose and the command speaks of us. */
function kill({ machine, words, name, state }: Call): Outcome {
  const isOurs = words.some(word => word.text.toLowerCase().includes('signalbox'));
  if (isOurs) machine.notes.evasion({ kind: 'stopped', how: `${name.text} of signalbox`, at: null });
  else if (!words.every(isLiteral)) machine.notes.hasUnknownKill = true;
  return unchanged(state);
}

export const guardPrograms: Programs = { signalbox, kill, pkill: kill, killall: kill, taskkill: kill, skill: kill };
