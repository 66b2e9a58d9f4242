/**
 * Who delivers a webhook's events and how far it has come: of all hubs on a store one at a time, by a lease with a fence. All of it is
 * in the store, so any hub goes on where another one stopped, also one that was killed.
 */
import { limits } from './limits.ts';
import type { Processes, Reader, Transaction } from './ports.ts';
import type { Unit } from './unit.ts';
import { cursorId, noteWebhook, putCursor } from './webhook.ts';
import type { WebhookRecord } from './webhook-record.ts';
import { type Failure, type Outcome, pauseAfter } from './webhook-schedule.ts';

/** The right of one hub to deliver for a webhook, until its lease is over or another hub has a higher fence. */
export interface Turn {
  readonly webhook: string;
  readonly fence: number;
}

/** Whether a webhook may be delivered to now, by whoever looks. */
export function isDue(webhook: WebhookRecord, now: number, processes: Processes): boolean {
  return webhook.disabledAt === null && webhook.nextAt <= now && !isTaken(webhook, now, processes);
}

/** A lease ends by time, and with the process that has it where its death can be seen. */
function isTaken({ lease }: WebhookRecord, now: number, processes: Processes): boolean {
  return lease !== null && lease.until > now && processes.liveness(lease.process) !== 'dead';
}

/** Takes a webhook on for `limits.webhookLeaseMs`; undefined where nothing may be sent now, or another hub is at it. */
export async function takeTurn(unit: Pick<Unit, 'tx' | 'processes'>, id: string): Promise<WebhookRecord | undefined> {
  const { tx, processes } = unit;
  const webhook = await tx.get('webhook', id);
  if (!webhook || !isDue(webhook, tx.now, processes)) return undefined;
  const taken = { ...webhook, fence: webhook.fence + 1, lease: leaseFrom(tx, processes) };
  tx.put('webhook', taken);
  return taken;
}

/** Has the lease last from now on; false when the turn is another's by now, or the webhook was switched off. */
export async function renewTurn(unit: Pick<Unit, 'tx' | 'processes'>, turn: Turn): Promise<boolean> {
  const webhook = await ownOf(unit.tx, turn);
  if (!webhook || webhook.disabledAt !== null) return false;
  unit.tx.put('webhook', { ...webhook, lease: leaseFrom(unit.tx, unit.processes) });
  return true;
}

/** Gives a webhook back; nothing for one that is another's by now. */
export async function endTurn(tx: Transaction, turn: Turn): Promise<void> {
  const webhook = await ownOf(tx, turn);
  if (webhook) tx.put('webhook', { ...webhook, lease: null });
}

/** How far a webhook has come in a project. */
export async function cursorOf(tx: Reader, webhook: string, project: string): Promise<number> {
  return (await tx.get('webhookCursor', cursorId(webhook, project)))?.sequence ?? 0;
}

/** Passes over events that are not wanted, unless somebody has come further since `from` was read. */
export async function passOver(
  tx: Transaction,
  webhook: string,
  project: string,
  { from, to }: { readonly from: number; readonly to: number },
): Promise<void> {
  const isThere = (await tx.get('webhook', webhook)) !== undefined;
  if (isThere && (await cursorOf(tx, webhook, project)) === from) putCursor(tx, webhook, project, to);
}

/** How it goes on: with the next event, or not now; `disabled` when this attempt was the last one that the webhook got. */
export type Settled = 'next' | 'later' | 'disabled';

/**
 * Stores what came of an attempt to deliver an event; nothing where the turn is another's by now. Delivered, the cursor stands on it and
 * the lease goes on; chats have a pause then, and the turn is over, as it is after a failure. When the schedule is used up, or the
 * receiver says that it is gone, the webhook is switched off and the audit says so, in the same unit.
 */
export async function settle(
  unit: Unit,
  turn: Turn,
  place: { readonly project: string; readonly sequence: number },
  outcome: Outcome,
): Promise<Settled> {
  const webhook = await ownOf(unit.tx, turn);
  if (!webhook) return 'later';
  return outcome.what === 'delivered' ? settleDelivered(unit, webhook, place) : settleFailed(unit, webhook, outcome);
}

function settleDelivered(
  { tx, processes }: Unit,
  webhook: WebhookRecord,
  { project, sequence }: { readonly project: string; readonly sequence: number },
): Settled {
  putCursor(tx, webhook.id, project, sequence);
  const isChat = webhook.kind !== 'standard';
  const isOver = isChat || webhook.disabledAt !== null;
  tx.put('webhook', {
    ...webhook,
    ...{ failures: 0, failingSince: null, lastFailure: null, deliveredAt: tx.now },
    nextAt: isChat ? tx.now + limits.webhookChatGapMs : 0,
    lease: isOver ? null : leaseFrom(tx, processes),
  });
  return isOver ? 'later' : 'next';
}

async function settleFailed({ tx, ids }: Unit, webhook: WebhookRecord, outcome: Failure): Promise<Settled> {
  const failures = webhook.failures + 1;
  const failingSince = webhook.failingSince ?? tx.now;
  const failed = { ...webhook, lease: null, failures, failingSince, lastFailure: outcome.because };
  const pauseMs = outcome.what === 'gone' ? null : pauseAfter(failures, outcome.retryAfterMs, ids);
  if (pauseMs !== null || webhook.disabledAt !== null) {
    tx.put('webhook', { ...failed, nextAt: tx.now + (pauseMs ?? 0) });
    return 'later';
  }
  tx.put('webhook', { ...failed, disabledAt: tx.now, disabledBecause: becauseOf(outcome, failures) });
  const code = outcome.what === 'gone' ? 'not_found' : 'unavailable';
  await noteWebhook(tx, webhook.name, { what: 'disable', principal: null, decision: 'failed', code });
  return 'disabled';
}

function becauseOf(outcome: Failure, failures: number): string {
  if (outcome.what === 'gone') return 'The receiver says that it is gone (410).';
  return `It failed ${failures} times in a row, at last because ${outcome.because}.`;
}

async function ownOf(tx: Reader, { webhook, fence }: Turn): Promise<WebhookRecord | undefined> {
  const record = await tx.get('webhook', webhook);
  return record?.fence === fence && record.lease !== null ? record : undefined;
}

function leaseFrom(tx: Reader, processes: Processes): WebhookRecord['lease'] {
  return { process: processes.self(), until: tx.now + limits.webhookLeaseMs };
}
