import { describe, expect, it } from 'vitest';
import { turnsOf } from './damper-turns.ts';
import { operatorHandle } from './handles.ts';
import type { MessageRecord } from './records.ts';

let sequence = 0;

/** A message from somebody; `to` is a conversation or the names of direct recipients. */
function said(from: string, to: string | string[], replyTo: MessageRecord | null = null): MessageRecord {
  sequence += 1;
  const [conversation, recipients] = typeof to === 'string' ? [to, []] : ['direct', to];
  const id = `m${sequence}`;
  const rest = {
    body: id,
    priority: 'normal',
    thread: id,
    wantsAck: false,
    said: null,
    tags: [],
    key: null,
    at: 0,
  } as const;
  return {
    ...rest,
    id,
    sequence,
    from,
    fromHandle: from,
    to: [],
    recipients,
    conversation,
    replyTo: replyTo?.id ?? null,
  };
}

/** The last of these messages as `me` sees its part. */
function lastTurn(messages: readonly MessageRecord[]) {
  const [own, heard] = [messages.filter(({ from }) => from === 'me'), messages.filter(({ from }) => from !== 'me')];
  const turn = turnsOf('me', own, heard, new Set(['ann', 'bob', operatorHandle])).at(-1);
  return { peer: turn?.peer, neighbour: turn?.neighbour };
}

describe('what is heard', () => {
  const elsewhere = () => [said('me', ['cat']), said('bob', '#git')];

  it('is meant for the session when it is for it alone, answers it, or follows it in its place or after a broadcast', () => {
    expect(lastTurn([...elsewhere(), said('ann', ['me'])])).toMatchObject({ peer: 'ann' });
    const mine = said('me', '#ideas');
    expect(lastTurn([mine, ...elsewhere(), said('ann', '#general', mine)])).toMatchObject({ peer: 'ann' });
    expect(lastTurn([mine, ...elsewhere(), said('ann', '#ideas')])).toMatchObject({ peer: 'ann' });
    expect(lastTurn([said('me', 'all'), said('ann', '#general')])).toMatchObject({ peer: 'ann' });
    expect(lastTurn([said('me', ['ann', 'bob']), said('ann', '#general')])).toMatchObject({ peer: 'ann' });
  });

  it('is meant for nobody when it follows somebody else, or what its author has not got', () => {
    expect(lastTurn([...elsewhere(), said('ann', '#git')]).peer).toBeUndefined();
    expect(lastTurn([...elsewhere(), said('ann', ['me', 'bob'])]).peer).toBeUndefined();
    expect(lastTurn([said('me', ['cat']), said('ann', '#git')]).peer).toBeUndefined();
    expect(lastTurn([said('me', 'c1'), said('ann', '#git')]).peer).toBeUndefined();
  });
});

describe('what is said', () => {
  it('is for its only recipient, else for the author of what it answers, and near the one of the company heard last', () => {
    const asked = said('ann', '#git');
    const others = [asked, said('bob', '#git'), said('cat', '#git')];
    expect(lastTurn([...others, said('me', ['cat'])])).toEqual({ peer: 'cat', neighbour: 'bob' });
    expect(lastTurn([...others, said('me', '#git', asked)])).toEqual({ peer: 'ann', neighbour: 'bob' });
    expect(lastTurn([...others, said('me', '#git')])).toEqual({ peer: undefined, neighbour: 'bob' });
    const own = said('me', '#git');
    expect(lastTurn([own, said('me', '#git', own)])).toEqual({ peer: undefined, neighbour: undefined });
  });

  it('is for the operator when that was heard last', () => {
    const others = [said('ann', '#git'), said(operatorHandle, '#git')];
    expect(lastTurn([...others, said('me', '#git')])).toMatchObject({ neighbour: operatorHandle });
  });
});
