import { expect, it } from 'vitest';
import { everything, note } from '../../test/support/audit.ts';
import { createBench } from '../../test/support/rules.ts';
import { accountsProject } from './account.ts';
import { type AuditNote, type AuditPage, type AuditQuery, appendAudit, readAudit } from './audit.ts';
import { limits } from './limits.ts';

it('What is older than the audit is kept goes with what is noted later, and nothing else does', async () => {
  const bench = createBench();
  const append = (...notes: AuditNote[]) => bench.store.transact(accountsProject, tx => appendAudit(tx, notes));
  const all = () => bench.store.read(accountsProject, tx => readAudit(tx, everything));
  await append({ ...note, what: 'first' }, { ...note, what: 'second' });
  await bench.clock.advance(limits.auditKeptDays * 86_400_000);
  await append({ ...note, what: 'third' });
  expect((await all()).notes.map(({ what }) => what)).toEqual(['third', 'second', 'first']);
  await bench.clock.advance(1);
  await append({ ...note, what: 'fourth' });
  expect((await all()).notes.map(({ what }) => what)).toEqual(['fourth', 'third']);
});

it('What is noted later is listed before, within one moment and with a clock that was set back', async () => {
  const bench = createBench();
  const append = (what: string) => bench.store.transact(accountsProject, tx => appendAudit(tx, [{ ...note, what }]));
  await bench.clock.advance(10_000);
  for (let count = 0; count < 12; count += 1) await append(`n${count}`);
  bench.clock.stepWallClock(-5_000);
  await append('last');
  const { notes } = await bench.store.read(accountsProject, tx => readAudit(tx, everything));
  expect(notes.map(({ what }) => what)).toEqual(['last', ...Array.from({ length: 12 }, (_, at) => `n${11 - at}`)]);
});

it('All of it can be read, however much there is and however little of it is wanted, page by page', async () => {
  const { store } = createBench();
  const count = limits.auditLooked + 2 * limits.auditPage;
  const principal = (at: number) => (at === 5 ? 'eve' : at % 9_000 === 7 ? 'ben' : 'ana');
  const notes = Array.from({ length: count }, (_, at) => ({ ...note, ms: at, principal: principal(at) }));
  await store.transact(accountsProject, tx => appendAudit(tx, notes));
  const read = (query: Partial<AuditQuery>) =>
    store.read(accountsProject, tx => readAudit(tx, { ...everything, ...query }));
  const all = async (query: Partial<AuditQuery>) => {
    const found: (number | null)[] = [];
    let page: AuditPage = await read({ ...query, limit: 1 });
    for (; page.next !== null; page = await read({ ...query, limit: 1, before: page.next }))
      found.push(...page.notes.map(({ ms }) => ms));
    return [...found, ...page.notes.map(({ ms }) => ms)];
  };
  expect(await all({ principal: 'ben' })).toEqual([18_007, 9_007, 7]);
  expect(await all({ principal: 'eve' })).toEqual([5]);
  const { notes: newest, next } = await read({ limit: 3 });
  expect([newest.map(({ ms }) => ms), next]).toEqual([[count - 1, count - 2, count - 3], count - 2]);
  expect((await read({ limit: 3, before: next })).notes[0]?.ms).toBe(count - 4);
});

it('What somebody called by a name that a terminal obeys is noted without that', async () => {
  const { store } = createBench();
  const named = {
    ...note,
    what: '\u001b[2Jlock\u202e_list\n'.padEnd(900, 'x'),
    project: '\u001b]0;x\u0007github.com/acme/shop',
  };
  await store.transact(accountsProject, tx => appendAudit(tx, [named]));
  const { notes } = await store.read(accountsProject, tx => readAudit(tx, everything));
  expect(notes[0]?.what).toMatch(/^lock_list x+$/);
  expect(notes[0]?.what).toHaveLength(limits.auditNameCharacters);
  expect(notes[0]?.project).toBe('github.com/acme/shop');
});
