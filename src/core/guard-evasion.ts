/** A command that goes round the guard itself. Where others work that is what the guard is for; where nobody does it is nobody's business. */
import { limits } from './limits.ts';
import { lookAround } from './presence.ts';
import type { SessionRecord } from './records.ts';
import type { Said } from './refusal-text.ts';
import { quoted } from './text.ts';
import type { View } from './unit.ts';

export interface Evasion {
  /** Whether it takes over what only a person may do, whoever else is there. */
  readonly isForPeopleOnly: boolean;
  /** It only finds out whether commands are asked about. */
  readonly isSelfTest?: boolean;
  /** As the command has it. */
  readonly how: string;
}

export async function refuseEvasion(view: View, me: SessionRecord, evasions: readonly Evasion[]): Promise<Said | null> {
  const [first] = evasions;
  if (!first) return null;
  if (evasions.some(({ isSelfTest }) => isSelfTest === true)) return selfTest;
  const always = evasions.find(({ isForPeopleOnly }) => isForPeopleOnly);
  if (always) return said(always.how, 'that is for people at a shell of their own, and it is recorded');
  const { live } = await lookAround(view);
  const others = live.filter(
    ({ id, kind, parentSession }) => id !== me.id && kind === 'agent' && parentSession !== me.id,
  );
  const kin = others.filter(({ id }) => id !== me.parentSession);
  const names = kin.slice(0, limits.factsInRefusal).map(({ handle }) => handle);
  return names.length === 0 ? null : said(first.how, `it goes round what protects the work of ${names.join(', ')}`);
}

const selfTest: Said = {
  lines: [
    'not run: this is the self-test of the guard, and it has passed. Shell commands of this session are asked about before they run.',
    'Next: nothing; `signalbox status` shows it from now on.',
  ],
  brief: 'the self-test has passed; nothing more is to be done.',
};

function said(how: string, why: string): Said {
  return {
    lines: [
      `not run: ${quoted(how.slice(0, limits.commandShownCharacters))}, because ${why}.`,
      'Next: run it without that. If a check is in your way that is not about other sessions, tell your user, who can run it.',
    ],
    brief: `${quoted(how.slice(0, limits.commandShownCharacters))} stays refused: run it without that.`,
  };
}
