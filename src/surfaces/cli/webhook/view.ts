/** Webhooks as people see them: never their secrets, nor the paths of their addresses. */
import { instant } from '../../../core/text.ts';
import { stateOfWebhook } from '../../../core/webhook.ts';
import type { WebhookRecord } from '../../../core/webhook-record.ts';
import { shownUrl } from '../../../core/webhook-url.ts';
import { type Column, fieldLines, oneLine, table } from '../layout.ts';
import type { Page } from '../renderers.ts';
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

const headings: readonly Column[] = [
  { title: 'name' },
  { title: 'kind' },
  { title: 'state' },
  { title: 'to', gives: 'end' },
  { title: 'for', gives: 'end' },
  { title: 'last delivered', mayGo: true },
];

export function tableText(webhooks: readonly ShownWebhook[], { style, columns }: Page): string {
  if (webhooks.length === 0) return `No webhooks. Make one: ${style.name('signalbox webhook create NAME URL')}\n`;
  const rows = webhooks.map(webhook => [
    webhook.name,
    webhook.kind,
    webhook.state,
    webhook.url,
    projectsOf(webhook),
    when(webhook.deliveredAt, 'never'),
  ]);
  const troubles = webhooks.flatMap(webhook => troubleOf(webhook, style));
  return table(headings, rows, style.quiet, columns) + troubles.map(trouble => `${trouble}\n`).join('');
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

export function fieldsText(webhook: ShownWebhook, { style }: Page): string {
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
  return fieldLines(fields, style.quiet);
}
