import { expect, it } from 'vitest';
import { everything, note } from '../../test/support/audit.ts';
import { FakeLog } from '../../test/support/fakes.ts';
import { createBench } from '../../test/support/rules.ts';
import { accountsProject } from '../core/account.ts';
import { readAudit } from '../core/audit.ts';
import { limits } from '../core/limits.ts';
import { AuditLog } from './audit-log.ts';

it('Every note that comes while others are written is stored when its promise resolves, and in its order', async () => {
  const { store } = createBench();
  const log = new AuditLog({ store, log: new FakeLog() });
  const count = limits.auditNotedAtOnce * 2 + 50;
  const all = () => store.read(accountsProject, tx => readAudit(tx, everything));
  const waits = Array.from({ length: count }, (_, at) => log.note({ ...note, ms: at }));
  await waits[0];
  expect((await all()).notes.some(({ ms }) => ms === 0)).toBe(true);
  await Promise.all(waits);
  const noted = (await all()).notes.map(({ ms }) => ms);
  expect(noted.reverse()).toEqual(Array.from({ length: count }, (_, at) => at));
});

it('A note is there when it is stored, however many come after it', async () => {
  const { store } = createBench();
  let isHeld = false;
  const transact: typeof store.transact = (...unit) => (isHeld ? new Promise(() => {}) : store.transact(...unit));
  const log = new AuditLog({ store: { ...store, transact }, log: new FakeLog() });
  const first = log.note(note);
  // It is being written now, and what comes next has to wait for ever.
  await Promise.resolve();
  void log.note(note);
  isHeld = true;
  await first;
});
