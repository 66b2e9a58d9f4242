/** When a webhook is tried again, and what an answer means. The codes follow the Standard Webhooks specification (1.0.0) and RFC 9110. */
import { limits } from './limits.ts';
import type { Ids } from './ports.ts';
import type { PostAnswer } from './webhook-port.ts';

export type Outcome =
  | { readonly what: 'delivered' }
  /** The receiver wants no more. */
  | { readonly what: 'gone'; readonly because: string }
  /** `because` is a half sentence. */
  | { readonly what: 'failed'; readonly because: string; readonly retryAfterMs: number };

export type Failure = Exclude<Outcome, { readonly what: 'delivered' }>;

/** What an answer means. Only a status of 200 to 299 is a delivery: redirects are not followed. */
export function outcomeOf(answer: PostAnswer, now: number): Outcome {
  if (answer.status === null) {
    return { what: 'failed', because: answer.failure.slice(0, limits.webhookFailureCharacters), retryAfterMs: 0 };
  }
  const { status, retryAfter } = answer;
  if (status >= 200 && status < 300) return { what: 'delivered' };
  const because = `the receiver answered ${status}`;
  if (status === 410) return { what: 'gone', because };
  return { what: 'failed', because, retryAfterMs: retryAfterMs(retryAfter, now) };
}

/**
 * Milliseconds until the next attempt after so many failures in a row: the schedule, spread so that what failed together does not
 * come back together, and not before the receiver asked for. Null when the schedule is used up.
 */
export function pauseAfter(failures: number, askedMs: number, ids: Pick<Ids, 'below'>): number | null {
  const base = limits.webhookRetryMs[failures - 1];
  if (base === undefined) return null;
  const spread = Math.floor((base * limits.webhookRetrySpreadPercent) / 100);
  return Math.max(base - spread + ids.below(2 * spread + 1), askedMs);
}

/** The header `Retry-After` in milliseconds, at most `limits.webhookRetryAfterMostMs`; 0 for none that can be read. */
function retryAfterMs(header: string | null, now: number): number {
  const text = header?.trim() ?? '';
  const asked = /^\d{1,9}(?:\.\d+)?$/.test(text) ? Number(text) * 1_000 : Date.parse(text) - now;
  if (!Number.isFinite(asked)) return 0;
  return Math.min(Math.max(Math.ceil(asked), 0), limits.webhookRetryAfterMostMs);
}
