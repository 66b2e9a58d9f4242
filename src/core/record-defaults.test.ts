import { describe, expect, it } from 'vitest';
import { aSession } from '../../test/support/records.ts';
import { completed } from './record-defaults.ts';
import { strangeField } from './record-fields.ts';
import { indexes, type SessionRecord } from './records.ts';

/** A session as it was written before clients told of their conversations. */
function oldSession(fields: Partial<SessionRecord> = {}): SessionRecord {
  const { pastConversations, arrivedBy, parentSession, taskFrom, restingSince, ...rest } = aSession('s', fields);
  const { hookedAt, nudgedAt, guard, server, personas, ...old } = rest;
  return old as SessionRecord;
}

describe('a session that was written before hooks, sub-agents and conversations that change', () => {
  it('is read with what that means: none of them, and a task that it named itself', () => {
    expect(completed('session', oldSession())).toEqual(aSession('s'));
    const named = completed('session', oldSession({ task: 'Payments' }));
    expect([named.task, named.taskFrom]).toEqual(['Payments', 'session']);
  });

  it('stands in every index where it stood, and in no new one: its store needs no entries anew', () => {
    const old = oldSession({ clientSession: 'c1' });
    const values = Object.entries(indexes.session).map(([name, value]) => [name, value(old)]);
    expect(Object.fromEntries(values)).toEqual({
      live: 's',
      handle: 's',
      pastHandle: [],
      clientSession: ['c1'],
      child: undefined,
      formerChild: undefined,
      parent: undefined,
      persona: [],
      ended: undefined,
    });
    const ended = oldSession({ endedAt: 7 });
    expect([indexes.session.child(ended), indexes.session.formerChild(ended)]).toEqual([undefined, undefined]);
    expect(indexes.session.clientSession(oldSession())).toEqual([]);
  });
});

describe('a session in a file that is imported', () => {
  it('is taken with the fields of hooks and sub-agents, and not with other kinds of values there', () => {
    const child = aSession('s', {
      ...{ pastConversations: ['c1'], arrivedBy: 'return', parentSession: 'p', taskFrom: 'prompt' },
      ...{ restingSince: 1, hookedAt: 2, nudgedAt: 3 },
    });
    expect(strangeField('session', { ...child })).toBeUndefined();
    for (const field of ['pastConversations', 'arrivedBy', 'parentSession', 'restingSince', 'hookedAt', 'nudgedAt'])
      expect(strangeField('session', { ...child, [field]: {} })).toContain(`"${field}"`);
  });
});
