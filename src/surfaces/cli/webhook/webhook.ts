/** `signalbox webhook`: works on the store itself, whether or not a hub runs over it. */
import type { Composition } from '../../../compose.ts';
import { accountsProject } from '../../../core/account.ts';
import { SignalboxError } from '../../../core/errors.ts';
import { defaultEvents } from '../../../core/event-types.ts';
import { limits } from '../../../core/limits.ts';
import {
  createWebhook,
  deleteWebhook,
  disableWebhook,
  enableWebhook,
  listWebhooks,
  showWebhook,
} from '../../../core/webhook.ts';
import { postingOf, secretPrefix, trial } from '../../../core/webhook-message.ts';
import { outcomeOf } from '../../../core/webhook-schedule.ts';
import { shownUrl, webhookUrl } from '../../../core/webhook-url.ts';
import { headsOf } from '../../../tools/webhook-heads.ts';
import { type Invocation, type Told, withAnswer } from '../invocation.ts';
import type { Page } from '../renderers.ts';
import { assertLasting, assertWholeStore } from '../store/open-store.ts';
import type { WebhookRequest } from './requests.ts';
import { fieldsText, shownWebhook, tableText } from './view.ts';

export function runWebhook(request: WebhookRequest, invocation: Invocation): Promise<number> {
  assertWholeStore(invocation, 'webhook', 'Say of which projects a webhook is told with --only.');
  return withAnswer(invocation, (parts, page) => {
    assertLasting(parts);
    return answer(request, parts, page);
  });
}

async function answer(request: WebhookRequest, parts: Composition, page: Page): Promise<Told> {
  const { store } = parts.world;
  switch (request.action) {
    case 'create':
      return create(request, parts, page);
    case 'list': {
      const shown = (await store.read(accountsProject, listWebhooks)).map(shownWebhook);
      return { value: { webhooks: shown }, text: tableText(shown, page) };
    }
    case 'show': {
      const shown = shownWebhook(await store.read(accountsProject, tx => showWebhook(tx, request.name)));
      return { value: shown, text: fieldsText(shown, page) };
    }
    case 'test':
      return tried(request.name, parts, page);
    case 'enable': {
      const heads = request.skip ? await headsOf(store) : null;
      const enabled = await store.transact(accountsProject, tx => enableWebhook(tx, request.name, heads));
      const from = request.skip ? 'what happens from now on' : 'what waits for it, then what happens';
      return said(enabled, page, `is on: hubs over this store tell it ${from}.`);
    }
    case 'disable': {
      const disabled = await store.transact(accountsProject, tx => disableWebhook(tx, request.name));
      return said(disabled, page, 'is off: what happens waits until it is switched on.');
    }
    case 'delete': {
      const deleted = await store.transact(accountsProject, tx => deleteWebhook(tx, request.name));
      return said(deleted, page, 'is deleted.');
    }
  }
}

function said(record: Parameters<typeof shownWebhook>[0], { style }: Page, what: string): Told {
  return { value: shownWebhook(record), text: `${style.good('✓')} ${style.strong(record.name)} ${what}\n` };
}

type CreateRequest = Extract<WebhookRequest, { action: 'create' }>;

async function create(request: CreateRequest, parts: Composition, page: Page): Promise<Told> {
  const { store, ids } = parts.world;
  const { name, projects, notes = null, form: kind } = request;
  const { signatures, post } = await parts.webhookParts();
  const given = request.url === '-' ? await firstLine() : request.url;
  const url = webhookUrl(given, parts.config.hubWebhooksInternal.value === 'on');
  const refusal = await post.refusal(url);
  if (refusal !== null) {
    throw new SignalboxError(
      'invalid_input',
      `This address cannot be used. ${refusal}`,
      'Correct it. Internal ones are taken with SIGNALBOX_HUB_WEBHOOKS_INTERNAL=on for this command and the hub.',
    );
  }
  const events = request.events.length === 0 ? defaultEvents : request.events;
  const secret = { id: ids.next(), key: signatures.newKey() };
  const heads = await headsOf(store);
  const made = await store.transact(accountsProject, tx =>
    createWebhook(tx, { name, url, kind, projects, events, notes }, secret, heads),
  );
  const shown = shownWebhook(made);
  if (made.key === null) return { value: shown, text: fieldsText(shown, page) };
  const whole = `${secretPrefix}${made.key}`;
  const note = 'It is shown this once. The receiver verifies signatures with it.';
  return {
    value: { ...shown, secret: whole },
    text: `${fieldsText(shown, page)}\n${whole}\n\n${page.style.quiet(note)}\n`,
  };
}

/** Sends the event of a trial. Errors: `unavailable` with what came of it, when it was not taken. */
async function tried(name: string, parts: Composition, page: Page): Promise<Told> {
  const { store, clock } = parts.world;
  const webhook = await store.read(accountsProject, tx => showWebhook(tx, name));
  const { signatures, post } = await parts.webhookParts();
  const now = clock.now();
  const answer = await post.post(postingOf(webhook, trial(now), { now, digests: parts.digests, signatures }));
  const outcome = outcomeOf(answer, now);
  const to = shownUrl(webhook.url);
  if (outcome.what === 'delivered') {
    const text = `${page.style.good('✓')} ${page.style.strong(webhook.name)} was taken by ${to} (${answer.status}).\n`;
    return { value: { name: webhook.name, to, status: answer.status }, text };
  }
  const message = `The webhook "${webhook.name}" was not taken by ${to}: ${outcome.because}.`;
  throw new SignalboxError('unavailable', message, 'Look at the receiver, then try again.');
}

const lineEnd = 10;

async function firstLine(): Promise<string> {
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of process.stdin as AsyncIterable<Uint8Array>) {
    pieces.push(piece);
    bytes += piece.length;
    if (piece.includes(lineEnd) || bytes > limits.hubBodyBytes) break;
  }
  return Buffer.concat(pieces).toString('utf8').split('\n')[0] ?? '';
}
