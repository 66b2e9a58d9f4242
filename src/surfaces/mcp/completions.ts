/** What an argument of a prompt or of a resource's address may be: the handles of those who are here. */
import type { CompleteRequestParams, CompleteResult } from '@modelcontextprotocol/server';
import { limits } from '../../core/limits.ts';
import { lookAround } from '../../core/presence.ts';
import type { Participant } from '../../tools/participant.ts';
import { sessionTemplate } from './resources.ts';

/** Values that begin with what was typed, sorted; none for an argument whose value is free text. */
export async function completionsFor(
  { ref, argument }: CompleteRequestParams,
  caller: Participant,
): Promise<CompleteResult> {
  const takesSession =
    (ref.type === 'ref/prompt' && ref.name === 'handoff' && argument.name === 'to') ||
    (ref.type === 'ref/resource' && ref.uri === sessionTemplate && argument.name === 'id');
  const typed = argument.value.replace(/^@/, '').toLowerCase();
  const matching = (takesSession ? await handlesHere(caller) : []).filter(handle => handle.startsWith(typed));
  const values = matching.slice(0, limits.completionsShown);
  return { completion: { values, total: matching.length, hasMore: matching.length > values.length } };
}

/** Nobody hands over to itself, but may look at itself: the caller is among them. */
async function handlesHere(caller: Participant): Promise<string[]> {
  const { live } = await caller.read(lookAround);
  return live.map(session => session.handle).sort();
}
