/** What the database of claude-duo held, taken over by `signalbox import claude-duo PATH`. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Workspace } from '../support/workspace.ts';
import { Duo } from './support/duo.ts';
import { oldDatabase } from './support/old-database.ts';

let place: Workspace;
let path: string;
let old: { close(): void };

const minute = 60_000;
/** As the old program wrote times. */
const utc = (ago: number) => new Date(Date.now() - ago).toISOString().slice(0, 19).replace('T', ' ');

beforeEach(() => {
  place = new Workspace();
  mkdirSync(place.home, { recursive: true });
  path = join(place.home, 'duo.db');
  const partner = (id: string) => ({
    ...{
      id,
      name: `${id} here`,
      project_path: join(place.folder, id),
      created_at: utc(minute),
      last_seen: utc(minute),
    },
    ...{ status: 'offline', status_message: null, notifications_enabled: 1 },
  });
  const joined = { joined_at: utc(9 * minute), last_read_at: null };
  old = oldDatabase(path, 'claude-duo', {
    partners: [{ ...partner('shop'), status_message: 'Mending' }, partner('site'), partner('docs')],
    conversations: [
      { id: 'direct_shop_site', name: null, type: 'direct', created_by: 'shop', is_archived: 0 },
      { id: 'group_1_a', name: 'Release', type: 'group', created_by: 'docs', is_archived: 0 },
      { id: 'group_2_b', name: 'Over', type: 'group', created_by: 'docs', is_archived: 1 },
    ],
    conversation_participants: [
      { ...joined, conversation_id: 'direct_shop_site', partner_id: 'shop' },
      { ...joined, conversation_id: 'direct_shop_site', partner_id: 'site', last_read_at: utc(5 * minute) },
      { ...joined, conversation_id: 'group_1_a', partner_id: 'shop' },
      { ...joined, conversation_id: 'group_1_a', partner_id: 'site' },
      { ...joined, conversation_id: 'group_1_a', partner_id: 'docs' },
    ],
    messages: [
      { conversation_id: 'direct_shop_site', from_id: 'shop', content: 'Read there', created_at: utc(8 * minute) },
      { conversation_id: 'direct_shop_site', from_id: 'shop', content: 'Still open', created_at: utc(4 * minute) },
      { conversation_id: 'group_1_a', from_id: 'docs', content: 'We ship on Friday', created_at: utc(3 * minute) },
      { conversation_id: 'group_2_b', from_id: 'docs', content: 'In the archive', created_at: utc(3 * minute) },
      {
        conversation_id: 'direct_shop_site',
        from_id: 'site',
        content: 'Long ago',
        created_at: utc(90 * 24 * 60 * minute),
      },
    ],
  });
});

afterEach(async () => {
  old.close();
  await place.dispose();
});

async function taken() {
  const { code, stdout, stderr } = await place.command(['import', 'claude-duo', path, '--json']);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return JSON.parse(stdout).tallies;
}

it('Partners, conversations and what was said are counted, and taken once (DUOT-001)', async () => {
  expect(await taken()).toEqual([
    { what: 'partners', taken: 3, left: [] },
    { what: 'conversations', taken: 2, left: [{ why: 'they were archived', count: 1 }] },
    {
      what: 'messages',
      taken: 3,
      left: [
        { why: 'its conversation was not taken', count: 1 },
        { why: 'too old', count: 1 },
      ],
    },
  ]);
  const again = await taken();
  expect(again.map((tally: { taken: number }) => tally.taken)).toEqual([0, 0, 0]);
});

it('Who comes back to its folder is the partner again, hears what it has not read, and reads the history (DUOT-002, DUOT-003)', async () => {
  await taken();
  const site = await Duo.start(place, 'site');
  expect(site.id).toBe('site');
  const list = await site.client.text('list_partners');
  expect(list).toContain('**shop here** (shop)');
  expect(list).toContain('Mending');
  expect(await site.reads()).toEqual(['shop: Still open', 'docs: We ship on Friday']);
  const history = await site.client.text('history', { conversation: 'direct_shop_site' });
  expect(history).toContain('Read there');
  const shop = await Duo.start(place, 'shop');
  expect(shop.id).toBe('shop');
  expect(await shop.heard()).toEqual(['docs: We ship on Friday']);
  expect((await shop.talk('Back again', { to: 'site' })).conversation).toBe('direct_shop_site');
  expect(await site.heard()).toEqual(['shop: Back again']);
});
