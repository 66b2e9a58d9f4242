/** The steps from nothing to the newest schema, in order. A step that was released is never changed. */
import { initial } from './001-initial.ts';
import { histories } from './002-histories.ts';

/** Each gives the statements of one step for a schema whose name needs no quotes. */
export const migrations: readonly ((schema: string) => string)[] = [initial, histories];

export const schemaVersion = migrations.length;
