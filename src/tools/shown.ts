/** How places in the queue and intents are shown, without the schemas: a command that prints an overview loads only this. */
import { isStanding } from '../core/blocking.ts';
import type { IntentInForce } from '../core/intent.ts';
import { wantedNames } from '../core/pool.ts';
import type { SessionRecord, WaiterRecord } from '../core/records.ts';
import { instant } from '../core/text.ts';

interface PlaceInForce {
  readonly waiter: WaiterRecord;
  readonly session: SessionRecord;
  readonly position: number;
}

export function shownPlace({ waiter, session, position }: PlaceInForce) {
  return {
    session: session.handle,
    resources: wantedNames(waiter),
    mode: waiter.mode,
    position,
    priority: waiter.priority,
    since: instant(waiter.since),
    ...(isStanding(waiter) ? { keptUntil: instant(waiter.deadlineAt) } : {}),
  };
}

export function shownIntent({ intent, session }: IntentInForce) {
  return {
    intent: intent.id,
    session: session.handle,
    type: intent.type,
    status: intent.status,
    targets: [...intent.resources.map(resource => resource.name), ...intent.branches.map(name => `branch:${name}`)],
    ...(intent.description ? { description: intent.description } : {}),
    ...(intent.branch ? { branch: intent.branch } : {}),
    updatedAt: instant(intent.updatedAt),
  };
}
