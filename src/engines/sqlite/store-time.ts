/**
 * The store's time on one machine: it must not jump when somebody sets the clock, or every lock would end at once. The first
 * process of a boot writes down what the wall clock said; from then on all processes count the machine's uptime from there.
 */
import type { Clock } from '../../core/ports.ts';
import type { SqliteDatabase } from './driver.ts';

export interface StoreTimeOptions {
  readonly clock: Pick<Clock, 'now'> & Partial<Pick<Clock, 'uptime'>>;
  /** Names the boot whose uptime the clock tells; without it the wall clock is all there is. */
  readonly boot?: string;
}

/** A function that tells the store's time, epoch milliseconds. Writes once for each boot; fails as any statement may. */
export function storeTime(database: SqliteDatabase, { clock, boot }: StoreTimeOptions): () => number {
  const uptime = clock.uptime?.();
  if (boot === undefined || uptime === undefined) return () => clock.now();
  const wallBase = Math.round(clock.now() - uptime);
  const known = database.prepare('SELECT base FROM boot WHERE id = ?');
  // Looking first keeps a store readable that cannot be written to, on a full disk for example.
  if (known.get(boot) === undefined) {
    database.prepare('INSERT INTO boot (id, base) VALUES (?, ?) ON CONFLICT DO NOTHING').run(boot, wallBase);
  }
  const base = Number(known.get(boot)?.base ?? wallBase);
  return () => Math.round(base + (clock.uptime?.() ?? uptime));
}
