/** How far each ring of the guard holds for a session, by what was seen and not by what stands in a configuration. */
import { type Ring, rings } from './guard-record.ts';
import type { SessionRecord } from './records.ts';

/**
 * `proven`: a refusal was given and obeyed. `heard`: the client asks, but nothing has been refused yet. `ignored`: something that was
 * refused happened all the same, and nothing was obeyed since. `none`: nothing was ever heard.
 */
export type RingState = 'proven' | 'heard' | 'ignored' | 'none';

export type RingStates = Readonly<Record<Ring, RingState>>;

export function ringStates({ guard }: Pick<SessionRecord, 'guard'>): RingStates {
  const states = rings.map(ring => {
    const facts = guard.rings[ring];
    if (facts === undefined) return [ring, 'none'];
    if (facts.ignoredAt !== null) return [ring, 'ignored'];
    return [ring, facts.provenAt === null ? 'heard' : 'proven'];
  });
  return Object.fromEntries(states) as Record<Ring, RingState>;
}
