import { expect, it } from 'vitest';
import { createBench } from '../../test/support/rules.ts';
import { accountsProject } from './account.ts';
import { type AuditNote, appendAudit, readAudit } from './audit.ts';
import { limits } from './limits.ts';

const note: AuditNote = {
  ...{ action: 'call', principal: 'ana', session: null, subject: null, what: 'lock_list', project: null },
  ...{ decision: 'done', code: null, address: null, ms: 1, digest: null },
};
const everything = { since: 0, principal: null, what: null, project: null, decision: null, limit: 10_000 };

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
