/** What an argument of a prompt or of a resource's address may be: the handles of those who are here. */
import type { CompleteRequestParams, CompleteResult } from '@modelcontextprotocol/server';
import { limits } from '../../core/limits.ts';
import { lookAround } from '../../core/presence.ts';
import type { Participant } from '../../tools/participant.ts';
import { sessionTemplate } from './resources.ts';

/** Who may be told who is here. */
export const toolsOfCompletion: readonly string[] = ['session_list'];

/** Values that begin with what was typed, sorted; none for an argument whose value is free text. */
export async function completionsFor(
  { ref, argument }: CompleteRequestParams,
  caller: Participant,
): Promise<CompleteResult> {
  const takesSession =
    (ref.type === 'ref/prompt' && ref.name === 'handoff' && argument.name === 'to') ||
    (ref.type === 'ref/resource' && ref.uri === sessionTemplate && argument.name === 'id');
  const typed = argument.value.replace(/^@/, '').toLowerCase();
  const matching = (takesSession ? await handlesHere(caller, ref.type === 'ref/prompt') : []).filter(handle =>
    handle.startsWith(typed),
  );
  const values = matching.slice(0, limits.completionsShown);
  return { completion: { values, total: matching.length, hasMore: matching.length > values.length } };
}

/** Nobody hands over to itself, but may look at itself. */
async function handlesHere(caller: Participant, onlyOthers: boolean): Promise<string[]> {
  return caller.read(async (view, me) => {
    const { live } = await lookAround(view);
    const chosen = live.filter(session => !onlyOthers || session.id !== me.id);
    return chosen.map(session => session.handle).sort();
  });
}
