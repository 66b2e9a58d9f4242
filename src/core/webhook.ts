/** Webhooks: making, finding, switching and deleting them. They lie beside the accounts, because they belong to no one project. */
import { type Deed, noteDeed } from './audit.ts';
import { SignalboxError } from './errors.ts';
import { eventPattern } from './event-types.ts';
import { matchesText } from './glob.ts';
import { operatorHandle } from './handles.ts';
import { limits } from './limits.ts';
import type { Reader, Transaction } from './ports.ts';
import { isRealProject } from './project.ts';
import { cleanLine } from './text.ts';
import { type WebhookKind, type WebhookRecord, webhookKinds } from './webhook-record.ts';

export interface WebhookWish {
  readonly name: string;
  /** As `webhookUrl` gave it. */
  readonly url: string;
  readonly kind: string;
  readonly projects: readonly string[];
  readonly events: readonly string[];
  readonly notes: string | null;
}

/** The newest event of each project that there is. */
export type Heads = ReadonlyMap<string, number>;

/**
 * Keeps a new webhook, which hears of what happens after `heads`, and of everything in projects that come later. `key` is dropped for
 * chats. Errors: `conflict` for a name that is taken, `invalid_input`, `limit_exceeded`.
 */
export async function createWebhook(
  tx: Transaction,
  wish: WebhookWish,
  secret: { readonly id: string; readonly key: string },
  heads: Heads,
): Promise<WebhookRecord> {
  const name = nameOf(wish.name);
  const all = await listWebhooks(tx);
  if (all.some(known => isNamed(known, name))) {
    throw new SignalboxError('conflict', `There is a webhook "${name}" already.`, 'Choose another name, or delete it.');
  }
  if (all.length >= limits.webhooksPerStore) {
    throw new SignalboxError(
      'limit_exceeded',
      `A store keeps ${limits.webhooksPerStore} webhooks.`,
      'Delete one that nobody needs.',
    );
  }
  const kind = kindOf(wish.kind);
  const record: WebhookRecord = {
    ...{ id: secret.id, name, url: wish.url, kind, key: kind === 'standard' ? secret.key : null },
    projects: wish.projects.map(project => cleanLine(project, 'a project', limits.projectCharacters)),
    events: eventsOf(wish.events),
    notes: wish.notes === null ? null : cleanLine(wish.notes, 'notes', limits.tokenNotesCharacters),
    ...{ createdAt: tx.now, disabledAt: null, disabledBecause: null, deliveredAt: null, fence: 0, lease: null },
    ...fresh,
  };
  tx.put('webhook', record);
  skipTo(tx, record, heads);
  await noted(tx, record, 'create');
  return record;
}

const fresh = { failures: 0, failingSince: null, lastFailure: null, nextAt: 0 } as const;

/** All webhooks, by name. */
export function listWebhooks(tx: Reader): Promise<WebhookRecord[]> {
  return tx.list('webhook', 'name', { prefix: '' }, { limit: limits.webhooksPerStore });
}

/** The webhook of that name; `not_found` where there is none. */
export async function showWebhook(tx: Reader, name: string): Promise<WebhookRecord> {
  const [found] = await tx.list('webhook', 'name', { equals: name.trim().toLowerCase() }, { limit: 1 });
  if (found) return found;
  throw new SignalboxError('not_found', `There is no webhook "${name.slice(0, 60)}".`, 'See `signalbox webhook list`.');
}

/**
 * Switches a webhook on, its failures forgotten: what happened meanwhile is delivered, unless `heads` say from where on. Of one that
 * is on it tries at once what it would have tried later.
 */
export async function enableWebhook(tx: Transaction, name: string, heads: Heads | null): Promise<WebhookRecord> {
  const known = await showWebhook(tx, name);
  // A hub that is at it still has older events in hand.
  const turn = heads === null ? {} : { fence: known.fence + 1, lease: null };
  const enabled: WebhookRecord = { ...known, ...fresh, disabledAt: null, disabledBecause: null, ...turn };
  tx.put('webhook', enabled);
  if (heads !== null) skipTo(tx, enabled, heads);
  await noted(tx, enabled, 'enable');
  return enabled;
}

/** Switches a webhook off: nothing more is sent but what is on its way, and what happens waits. Done again it changes nothing. */
export async function disableWebhook(tx: Transaction, name: string): Promise<WebhookRecord> {
  const known = await showWebhook(tx, name);
  if (known.disabledAt !== null) return known;
  const disabled = { ...known, disabledAt: tx.now, disabledBecause: 'An operator switched it off.' };
  tx.put('webhook', disabled);
  await noted(tx, disabled, 'disable');
  return disabled;
}

/** Deletes a webhook with its secret; its name is free again. */
export async function deleteWebhook(tx: Transaction, name: string): Promise<WebhookRecord> {
  const known = await showWebhook(tx, name);
  const page = { limit: limits.webhookCursorsDeleted };
  for (const { id } of await tx.list('webhookCursor', 'webhook', { equals: known.id }, page))
    tx.delete('webhookCursor', id);
  tx.delete('webhook', known.id);
  await noted(tx, known, 'delete');
  return known;
}

export function stateOfWebhook({ disabledAt, failures }: WebhookRecord): 'enabled' | 'failing' | 'disabled' {
  if (disabledAt !== null) return 'disabled';
  return failures > 0 ? 'failing' : 'enabled';
}

/** Whether a webhook hears of a project. */
export function hearsOf({ projects }: Pick<WebhookRecord, 'projects'>, project: string): boolean {
  if (!isRealProject(project)) return false;
  return projects.length === 0 || projects.some(pattern => matchesText(pattern, project));
}

/** Every event up to these was there before. */
function skipTo(tx: Transaction, webhook: WebhookRecord, heads: Heads): void {
  for (const [project, sequence] of heads) if (hearsOf(webhook, project)) putCursor(tx, webhook.id, project, sequence);
}

export function cursorId(webhook: string, project: string): string {
  return `${webhook}/${project}`;
}

export function putCursor(tx: Transaction, webhook: string, project: string, sequence: number): void {
  tx.put('webhookCursor', { id: cursorId(webhook, project), webhook, project, sequence });
}

/** What an operator does with webhooks stands in the audit. */
function noted(tx: Transaction, { name }: WebhookRecord, what: string): Promise<void> {
  return noteWebhook(tx, name, { what, principal: operatorHandle, decision: 'done', code: null });
}

/** Notes in the audit what became of a webhook. */
export function noteWebhook(tx: Transaction, name: string, deed: Omit<Deed, 'action' | 'subject'>): Promise<void> {
  return noteDeed(tx, { ...deed, action: 'webhook', subject: name });
}

function isNamed(known: WebhookRecord, name: string): boolean {
  return known.name.toLowerCase() === name.toLowerCase();
}

function nameOf(raw: string): string {
  const name = cleanLine(raw, 'the name', limits.tokenNameCharacters);
  if (/^[\p{L}\p{N}][\p{L}\p{M}\p{N}._-]*$/u.test(name)) return name;
  throw new SignalboxError(
    'invalid_input',
    "A webhook's name holds letters, digits and `. _ -`, and begins with a letter or digit.",
    'Choose one such as "team-chat".',
  );
}

function kindOf(raw: string): WebhookKind {
  const kind = webhookKinds.find(each => each === raw);
  if (kind) return kind;
  throw new SignalboxError(
    'invalid_input',
    `There is no kind "${raw.slice(0, 40)}".`,
    `Use ${webhookKinds.join(', ')}.`,
  );
}

function eventsOf(raw: readonly string[]): string[] {
  const events = [...new Set(raw.map(eventPattern))];
  if (events.length <= limits.webhookEventsChosen) return events;
  throw new SignalboxError(
    'limit_exceeded',
    `These are ${events.length} kinds of events.`,
    'Use groups such as lock.*.',
  );
}
