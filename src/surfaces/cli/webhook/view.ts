/** Webhooks as people see them: never their secrets, nor the paths of their addresses. */
import { instant } from '../../../core/text.ts';
import { stateOfWebhook } from '../../../core/webhook.ts';
import type { WebhookRecord } from '../../../core/webhook-record.ts';
import { shownUrl } from '../../../core/webhook-url.ts';
import { oneLine } from '../layout.ts';
import type { Style } from '../style.ts';

export type ShownWebhook = Omit<WebhookRecord, 'key' | 'fence' | 'lease'> & {
  readonly state: ReturnType<typeof stateOfWebhook>;
};

export function shownWebhook(record: WebhookRecord): ShownWebhook {
  const { key: _key, fence: _fence, lease: _lease, url, ...rest } = record;
  return { ...rest, url: shownUrl(url), state: stateOfWebhook(record) };
}

const when = (at: number | null, never: string) => (at === null ? never : instant(at));
const projectsOf = ({ projects }: ShownWebhook) => (projects.length === 0 ? 'all projects' : projects.join(', '));

export function tableText(webhooks: readonly ShownWebhook[], style: Style): string {
  if (webhooks.length === 0) return `No webhooks. Make one: ${style.name('signalbox webhook create NAME URL')}\n`;
  const head = ['name', 'kind', 'state', 'to', 'for', 'last delivered'];
  const rows = webhooks.map(webhook => [
    oneLine(webhook.name),
    webhook.kind,
    webhook.state,
    oneLine(webhook.url),
    oneLine(projectsOf(webhook)),
    when(webhook.deliveredAt, 'never'),
  ]);
  const widths = head.map((title, at) => Math.max(title.length, ...rows.map(row => row[at]?.length ?? 0)));
  const line = (cells: readonly string[]) => cells.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join('  ');
  const troubles = webhooks.flatMap(webhook => troubleOf(webhook, style));
  return `${[style.quiet(line(head).trimEnd()), ...rows.map(row => line(row).trimEnd()), ...troubles].join('\n')}\n`;
}

/** What is wrong with a webhook, and what to do. */
function troubleOf({ name, state, disabledAt, disabledBecause, lastFailure, nextAt }: ShownWebhook, style: Style) {
  if (state === 'enabled') return [];
  const about =
    state === 'disabled'
      ? `is off since ${when(disabledAt, '')}: ${disabledBecause} Switch it on: signalbox webhook enable ${name}`
      : `fails, because ${lastFailure}. The next attempt is at ${instant(nextAt)}.`;
  return [`${style.careful('!')} ${oneLine(`${name} ${about}`)}`];
}

export function fieldsText(webhook: ShownWebhook, style: Style): string {
  const { name, id, kind, state, url, events, notes, createdAt, disabledAt, disabledBecause, deliveredAt } = webhook;
  const { failures, failingSince, lastFailure, nextAt } = webhook;
  const isFailing = failures > 0 && failingSince !== null;
  const fields: readonly (readonly [string, string])[] = [
    ['name', name],
    ['id', id],
    ['kind', kind],
    ['state', state],
    ['to', url],
    ['for', projectsOf(webhook)],
    ['events', events.join(', ')],
    ['created', instant(createdAt)],
    ['delivered', when(deliveredAt, 'never')],
    ...(isFailing
      ? [['failed', `${failures} times in a row since ${instant(failingSince)}: ${lastFailure}`] as const]
      : []),
    ...(state === 'failing' ? [['next', instant(nextAt)] as const] : []),
    ...(disabledAt === null ? [] : [['off since', `${instant(disabledAt)}: ${disabledBecause}`] as const]),
    ...(notes === null ? [] : [['notes', notes] as const]),
  ];
  return `${fields.map(([field, value]) => `${style.quiet(field.padEnd(11))}${oneLine(value)}`).join('\n')}\n`;
}
