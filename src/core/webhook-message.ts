/**
 * What is posted to a webhook. In the standard form it is what `/v1/events` tells, but for what may hold a secret, as Standard Webhooks
 * 1.0.0 has it: an id that stays over attempts, the time of this one and a signature over both and the body. Chats get a line of text in
 * which nothing from outside can call anybody, link anywhere or format anything; of Slack the latter two are asked for, because it has
 * no spelling for them.
 */
import type { Digests } from './account.ts';
import { limits } from './limits.ts';
import type { Event } from './ports.ts';
import { oneLine } from './text.ts';
import { discreet } from './webhook-discretion.ts';
import type { Posting, Signatures } from './webhook-port.ts';
import type { WebhookRecord } from './webhook-record.ts';
import { lineOf } from './webhook-words.ts';

/** What somebody sees once, when the webhook is made. */
export const secretPrefix = 'whsec_';

const json = { 'content-type': 'application/json' } as const;

export interface Occasion {
  readonly event: Event;
  readonly project: string;
  /** Handles of the sessions that it names, by id. */
  readonly handles: ReadonlyMap<string, string>;
}

/** A post to a webhook at this moment. Of the same event the body and the id are the same at each attempt. */
export function postingOf(
  webhook: Pick<WebhookRecord, 'id' | 'kind' | 'url' | 'key'>,
  { event: happened, project, handles }: Occasion,
  parts: { readonly now: number; readonly digests: Digests; readonly signatures: Signatures },
): Posting {
  const { url, kind } = webhook;
  const event = discreet(happened);
  if (kind === 'slack') {
    const text = lineOf(event, project, handles, forSlack);
    return { url, headers: json, body: JSON.stringify({ text, ...asItStands }) };
  }
  if (kind === 'discord') {
    const content = lineOf(event, project, handles, forDiscord);
    const body = { content, allowed_mentions: { parse: [] }, flags: suppressEmbeds };
    return { url, headers: json, body: JSON.stringify(body) };
  }
  // Letters and digits only: the parts of what is signed are told apart by full stops.
  const digest = parts.digests.sha256(`${webhook.id}/${project}/${event.sequence}`);
  const id = `msg_${digest.slice(0, idCharacters)}`;
  const timestamp = String(Math.floor(parts.now / 1_000));
  const body = JSON.stringify({
    type: event.type,
    timestamp: new Date(event.at).toISOString(),
    data: { ...event.data, project, sequence: event.sequence },
  });
  const signature = `v1,${parts.signatures.sign(webhook.key ?? '', `${id}.${timestamp}.${body}`)}`;
  const signed = { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signature };
  return { url, headers: { ...json, ...signed }, body };
}

const idCharacters = 32;

/** Asks Slack to format nothing, to make a link of no address and to unfold none. */
const asItStands = { mrkdwn: false, parse: 'none', unfurl_links: false, unfurl_media: false } as const;

/** Discord's flag for a message whose links are not unfolded. */
const suppressEmbeds = 4;

/** Slack reads these three, and what stands in `<…>` as a mention or link. */
function forSlack(text: string): string {
  return shortened(text).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** Every sign that Discord may read as more than itself stands behind a backslash. */
function forDiscord(text: string): string {
  return shortened(text).replace(/[\\*_~`|<>[\]()#@:-]/g, sign => `\\${sign}`);
}

/** On one line, without what hides or reorders text, within the bound. */
function shortened(text: string): string {
  const line = [...oneLine(text)];
  const most = limits.webhookChatTextCharacters;
  return line.length > most ? `${line.slice(0, most - 1).join('')}…` : line.join('');
}

/** What is sent when somebody tries a webhook. */
export function trial(now: number): Occasion {
  // Numbered by the time: a receiver that takes each id once takes the next trial too.
  const event = { sequence: now, at: now, type: 'webhook.test', audience: [], data: {} };
  return { event, project: 'test', handles: new Map() };
}
