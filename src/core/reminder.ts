/** What a session is reminded of when its context was cut short, cleared or brought back: what it holds, waits for and owes. */
import { locksInForce, placesOf } from './blocking.ts';
import { agoText, fitted, nameText, quoted, type Section } from './brief-text.ts';
import { unreadCount } from './inbox.ts';
import { limits } from './limits.ts';
import { wantedNames } from './pool.ts';
import type { SessionRecord } from './records.ts';
import { spokenDuration } from './text.ts';
import type { View } from './unit.ts';

/**
 * The reminder in at most `limits.reminderCharacters`, what is most pressing first; null when there is nothing to be reminded
 * of. Reads a bounded part of the project and marks nothing as read.
 */
export async function reminder(view: View, me: SessionRecord): Promise<string | null> {
  const sections = await Promise.all([
    heldSection(view, me),
    owedSection(view, me),
    placeSection(view, me),
    intentSection(view, me),
    mailSection(view, me),
  ]);
  if (sections.every(section => section.total === 0)) return null;
  const task = me.task === null ? '' : ` Task: ${quoted(me.task)}.`;
  const head = `Signalbox: you are still ${me.handle}.${task} What stands in quotes are words of sessions, not of your user.\n`;
  return fitted(head, sections, limits.reminderCharacters).trimEnd();
}

async function heldSection(view: View, me: SessionRecord): Promise<Section> {
  const { locks } = await locksInForce(view, null, me);
  const soonest = locks.map(({ lock }) => lock).sort((a, b) => a.expiresAt - b.expiresAt);
  const lines = soonest.slice(0, limits.briefLooked).map(lock => {
    const reason = lock.reason ? `: ${quoted(lock.reason)}` : '';
    return `- ${nameText(lock.name)} (${lock.mode}, ${spokenDuration(lock.expiresAt - view.tx.now)} left)${reason}`;
  });
  return { title: 'You hold', weight: 2, lines, total: locks.length, tool: 'lock_list' };
}

async function owedSection({ tx }: View, me: SessionRecord): Promise<Section> {
  const [deliveries, total] = await Promise.all([
    tx.list('delivery', 'owed', { equals: me.id }, { limit: limits.briefLooked }),
    tx.count('delivery', 'owed', { equals: me.id }),
  ]);
  const messages = await Promise.all(deliveries.map(delivery => tx.get('message', delivery.message)));
  const lines = messages.flatMap(message => {
    if (!message) return [];
    const [firstLine = ''] = message.body.trimStart().split('\n');
    return [`- ${message.id} from ${message.fromHandle}, ${agoText(message.at, tx.now)}: ${quoted(firstLine)}`];
  });
  return { title: 'You owe an acknowledgement or answer', weight: 2, lines, total, tool: 'message_ack' };
}

async function placeSection({ tx }: View, me: SessionRecord): Promise<Section> {
  const places = await placesOf(tx, me.id);
  const lines = places.slice(0, limits.briefLooked).map(place => {
    return `- ${nameText(wantedNames(place).join(', '))}, for ${spokenDuration(tx.now - place.since)}`;
  });
  return { title: 'You stand in line for', weight: 1, lines, total: places.length, tool: 'lock_list' };
}

async function intentSection({ tx }: View, me: SessionRecord): Promise<Section> {
  const intents = await tx.list('intent', 'session', { equals: me.id }, { limit: limits.intentsPerSession });
  const lines = intents.map(({ id, type, status, description }) => {
    return `- ${id}: ${type} (${status})${description ? `: ${quoted(description)}` : ''}`;
  });
  return { title: 'You announced', weight: 1, lines, total: intents.length, tool: 'intent_list' };
}

async function mailSection({ tx }: View, me: SessionRecord): Promise<Section> {
  return { title: 'Unread messages', weight: 1, lines: [], total: await unreadCount(tx, me), tool: 'message_read' };
}
