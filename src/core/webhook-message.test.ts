import fc from 'fast-check';
import { Webhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import { systemDigests } from '../system/digests.ts';
import { systemSignatures } from '../system/signatures.ts';
import { eventTypes } from './event-types.ts';
import { limits } from './limits.ts';
import type { Event } from './ports.ts';
import { postingOf, secretPrefix, trial } from './webhook-message.ts';

const key = systemSignatures.newKey();
const now = Date.now();
const parts = { now, digests: systemDigests, signatures: systemSignatures };
const event = (type: string, data: Event['data']): Event => ({
  sequence: 7,
  at: now - 5_000,
  type,
  audience: ['s1'],
  data,
});
const granted = event('lock.granted', { resource: 'file:src/a.ts', holder: 's1', mode: 'exclusive' });
const handles = new Map([['s1', 'wren']]);
const url = 'https://example.com/hook';
const project = 'github.com/acme/shop';
const posted = (kind: 'standard' | 'slack' | 'discord', one: Event, about: { at?: number; of?: string } = {}) =>
  postingOf(
    { id: 'w1', kind, url, key },
    { event: one, project: about.of ?? project, handles },
    { ...parts, now: about.at ?? now },
  );
const said = (kind: 'slack' | 'discord', one: Event, of = project) => {
  const body = JSON.parse(posted(kind, one, { of }).body);
  return String(kind === 'slack' ? body.text : body.content);
};

describe('the standard form', () => {
  it('is verified by the library of the specification, and by no other secret', () => {
    const { headers, body } = posted('standard', granted);
    const receiver = new Webhook(`${secretPrefix}${key}`);
    expect(receiver.verify(body, headers)).toEqual({
      type: 'lock.granted',
      timestamp: new Date(now - 5_000).toISOString(),
      data: { resource: 'file:src/a.ts', holder: 's1', mode: 'exclusive', project, sequence: 7 },
    });
    expect(() => new Webhook(systemSignatures.newKey()).verify(body, headers)).toThrow();
    expect(() => receiver.verify(`${body} `, headers)).toThrow();
  });

  it('has one id and one body of an event over all attempts, and another id of every other event', () => {
    const [first, later] = [posted('standard', granted), posted('standard', granted, { at: now + 60_000 })];
    expect(later.body).toBe(first.body);
    expect(later.headers['webhook-id']).toBe(first.headers['webhook-id']);
    expect(later.headers['webhook-timestamp']).not.toBe(first.headers['webhook-timestamp']);
    const others = [
      posted('standard', { ...granted, sequence: 8 }),
      posted('standard', granted, { of: 'github.com/acme/other' }),
      postingOf({ id: 'w2', kind: 'standard', url, key }, { event: granted, project, handles }, parts),
      postingOf({ id: 'w1', kind: 'standard', url, key }, trial(now), parts),
    ].map(({ headers }) => headers['webhook-id']);
    expect(new Set([first.headers['webhook-id'], ...others]).size).toBe(5);
    for (const id of others) expect(id).toMatch(/^msg_[0-9a-f]{32}$/);
  });
});

describe('in any form', () => {
  it.each(['standard', 'slack', 'discord'] as const)(
    '%s, no text of a refused command and no secret of known form is told',
    kind => {
      const token = `ghp_${'a1B2'.repeat(9)}`;
      const refused = event('guard.refused', { session: 's1', ring: 'shell', what: 'deploy --password geheim' });
      const broken = event('lock.broken', { resource: 'ci', holder: 's1', by: 'ana', reason: `took ${token} along` });
      expect(posted(kind, refused).body).not.toContain('geheim');
      expect(posted(kind, refused).body).toContain('shell');
      expect(posted(kind, broken).body).not.toContain(token);
    },
  );
});

const nasty = [
  '<!channel> <!everyone> <@U1> <https://evil.example|click> & &amp;',
  '@everyone @here <@1> <@&2> [click](https://evil.example) **b** `c` ||d|| # e',
  '\u202egnp.exe\u0007\u001b[31mred\nsecond line',
];

describe('a chat', () => {
  it('is told who did what, in one line', () => {
    expect(said('slack', granted)).toBe('github.com/acme/shop: wren has locked file:src/a.ts (exclusive)');
    expect(said('discord', event('session.joined', { session: 's1', handle: 'wren' }))).toBe(
      'github.com/acme/shop: wren joined',
    );
    expect(said('slack', event('session.joined', { session: 'unknown-session' }))).toContain('session unknown-');
    expect(said('slack', event('data.set', { scope: 'ci', key: 'k' }))).toBe(
      'github.com/acme/shop: data.set scope ci, key k',
    );
  });

  it('of Slack reads nothing from outside as a mention, a link or a line, and formats nothing', () => {
    for (const text of nasty) {
      const line = said('slack', event('lock.broken', { resource: text, holder: 's1', by: text, reason: text }));
      expect(line).not.toMatch(/[<>]|&(?!amp;|lt;|gt;)|[\u0000-\u001f\u202e]/);
    }
    expect(JSON.parse(posted('slack', granted).body)).toMatchObject({
      ...{ mrkdwn: false, parse: 'none', unfurl_links: false, unfurl_media: false },
    });
  });

  it('of Discord mentions nobody, reads nothing from outside as a format, and takes each message', () => {
    for (const text of nasty) {
      const line = said('discord', event('lock.broken', { resource: text, holder: 's1', by: text, reason: text }));
      const ours = line.replace(/\\[\\*_~`|<>[\]()#@:-]/g, '');
      expect(ours).not.toMatch(/[\\*_~`|<>[\]#@]|[\u0000-\u001f\u202e]/);
    }
    expect(JSON.parse(posted('discord', granted).body)).toMatchObject({ allowed_mentions: { parse: [] }, flags: 4 });
  });

  it('gets no message beyond its bound and no half character, whatever an event holds', () => {
    const value = fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 600 }),
      fc.constant('*'.repeat(600)),
      fc.constant(null),
      fc.integer(),
    );
    const data = fc.dictionary(
      fc.constantFrom('resource', 'reason', 'by', 'holder', 'session', 'what', 'x', 'y', 'z'),
      value,
    );
    const type = fc.constantFrom(...eventTypes, 'something.new');
    fc.assert(
      fc.property(type, data, fc.string({ maxLength: limits.projectCharacters }), (name, fields, of) => {
        for (const kind of ['slack', 'discord'] as const) {
          const line = said(kind, event(name, fields), of);
          expect(line.length).toBeLessThan(2_000);
          expect(line.isWellFormed()).toBe(true);
        }
      }),
      { numRuns: 300 },
    );
  });
});
