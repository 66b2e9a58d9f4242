/** Acknowledging: a recipient tells that it has taken note. The sender can see it whenever it looks; nobody is woken or written to. */
import { limits } from './limits.ts';
import { type DeliveryRecord, ordered, type SessionRecord } from './records.ts';
import type { Unit } from './unit.ts';

export interface Acknowledged {
  /** Ids that are acknowledged now, those included that were before. */
  readonly acknowledged: readonly string[];
  /** Ids of nothing that the session ever got. */
  readonly unknown: readonly string[];
}

/**
 * Acknowledges messages that a session got, in one unit. What is acknowledged counts as read. Repeating it changes nothing, and
 * an id that is not the session's own keeps none of the others back. `path` is that of this call.
 */
export async function acknowledge(
  unit: Unit,
  session: SessionRecord,
  ids: readonly string[],
  path: string,
): Promise<Acknowledged> {
  const wanted = [...new Set(ids)];
  const deliveries = await Promise.all(wanted.map(id => deliveryNamed(unit, session, id)));
  for (const delivery of deliveries) if (delivery) putAcknowledged(unit, delivery, path);
  const isKnown = (_: string, position: number) => deliveries[position] !== undefined;
  return {
    acknowledged: wanted.filter(isKnown),
    unknown: wanted.filter((id, position) => !isKnown(id, position)).map(id => id.slice(0, limits.handleCharacters)),
  };
}

async function deliveryNamed(unit: Unit, session: SessionRecord, id: string): Promise<DeliveryRecord | undefined> {
  const [, digits] = /^m(\d{1,15})$/.exec(id) ?? [];
  return digits === undefined ? undefined : unit.tx.get('delivery', `${session.id}/${ordered(Number(digits))}`);
}

/** Marks a delivery as acknowledged, unless it is. `path` is how it got there if nothing had handed it over before. */
export function putAcknowledged({ tx }: Unit, delivery: DeliveryRecord, path: string | null): void {
  if (delivery.state === 'acknowledged') return;
  tx.put('delivery', {
    ...delivery,
    state: 'acknowledged',
    path: delivery.path ?? path,
    deliveredAt: delivery.deliveredAt ?? tx.now,
    readAt: delivery.readAt ?? tx.now,
    acknowledgedAt: tx.now,
  });
}
