import type { SqliteDatabase } from '../driver.ts';
import { initial } from './001-initial.ts';
import { histories } from './002-histories.ts';

/** One step of the schema. It runs once, inside the transaction that also raises the version; it must not touch transactions itself. */
export interface Migration {
  readonly version: number;
  apply(database: SqliteDatabase): void;
}

/** All steps in order. A step that was released is never edited: stores in the field have it behind them. */
export const migrations: readonly Migration[] = [
  { version: 1, apply: database => database.exec(initial) },
  { version: 2, apply: database => database.exec(histories) },
];
