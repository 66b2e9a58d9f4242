/** Events as a chat tells them: one line each. What comes from sessions is shown by a function that lets it do nothing. */
import type { Event } from './ports.ts';

/** A text from outside, made harmless for the chat it goes to. */
export type Show = (text: string) => string;

type Data = Event['data'];
type Words = (data: Data, show: Show, who: (id: unknown) => string) => string;

const of = (data: Data, field: string, show: Show) => show(String(data[field] ?? ''));

const sentences: Readonly<Record<string, Words>> = {
  'session.joined': (data, _show, who) => `${who(data.session)} joined`,
  'session.returned': (data, _show, who) => `${who(data.session)} is back`,
  'session.ended': (data, show, who) => `${who(data.session)} left (${of(data, 'reason', show)})`,
  'session.updated': (data, _show, who) => `${who(data.session)} says something else of itself`,
  'lock.granted': (data, show, who) =>
    `${who(data.holder)} has locked ${of(data, 'resource', show)} (${of(data, 'mode', show)})`,
  'lock.ended': (data, show, who) =>
    `the lock of ${who(data.holder)} on ${of(data, 'resource', show)} is over (${of(data, 'cause', show)})`,
  'lock.broken': (data, show, who) =>
    `${of(data, 'by', show)} broke the lock of ${who(data.holder)} on ${of(data, 'resource', show)}: ${of(data, 'reason', show)}`,
  'lock.waiting': (data, _show, who) => `${who(data.session)} waits for a lock`,
  'intent.announced': (data, show, who) => `${who(data.session)} is about to do: ${of(data, 'intentType', show)}`,
  'intent.ended': (data, show, who) =>
    `${who(data.session)}: ${of(data, 'intentType', show)} is over (${of(data, 'status', show)})`,
  'context.shared': (data, show, who) => `${who(data.session)} shared knowledge: ${of(data, 'type', show)}`,
  'guard.refused': (data, show, who) => `${who(data.session)} was held up by the guard (${of(data, 'ring', show)})`,
  'guard.bypassed': (data, _show, who) => `${who(data.session)} went past the guard`,
  'guard.policy': (data, show, who) =>
    `${who(data.session)} changed the policy of the guard: ${of(data, 'what', show)}`,
  'webhook.test': () => 'Signalbox tells here what happens',
  'message.sent': (data, show, who) => `${who(data.from)} wrote (${of(data, 'priority', show)})`,
};

/** Fields that name a session. */
const sessionFields = ['session', 'holder', 'from'] as const;

/** The ids of the sessions that an event names. */
export function sessionsIn({ data }: Pick<Event, 'data'>): string[] {
  return sessionFields.flatMap(field => (typeof data[field] === 'string' ? [data[field]] : []));
}

/** How many fields are told of an event that has no sentence of its own. */
const fieldsTold = 4;

/** The line. `handles` are those of the sessions, by id, as far as they are known. */
export function lineOf(
  { type, data }: Pick<Event, 'type' | 'data'>,
  project: string,
  handles: ReadonlyMap<string, string>,
  show: Show,
): string {
  const who = (id: unknown) => show(handles.get(String(id)) ?? `session ${String(id).slice(0, 8)}`);
  const words = sentences[type] ?? ((_data, _show, _who) => `${show(type)} ${fieldsOf(data, show)}`.trim());
  return `${show(project)}: ${words(data, show, who)}`;
}

function fieldsOf(data: Data, show: Show): string {
  const told = Object.entries(data).slice(0, fieldsTold);
  return told.map(([field, value]) => `${show(field)} ${show(String(value))}`).join(', ');
}
