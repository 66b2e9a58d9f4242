/** All scopes of the shared data, for those who have to see every one. */
import type { DataRecord } from './data-record.ts';
import { limits } from './limits.ts';
import type { Reader } from './ports.ts';

/**
 * The names of the scopes that hold anything, in the order of the index. A read takes many records and the next one begins behind the
 * last scope of them, so that neither many scopes nor many keys of one make many reads.
 */
export async function everyScope(tx: Reader): Promise<string[]> {
  const names = new Set<string>();
  let last: string | undefined = '';
  while (last !== undefined) {
    // No name of a scope holds a space, or sorts between a name and that name with one.
    const range = { from: `${last} `, below: '\u{10ffff}' };
    const found: DataRecord[] = await tx.list('data', 'scope', range, { limit: limits.dataRecordsRead });
    for (const { scope } of found) names.add(scope);
    last = found.length < limits.dataRecordsRead ? undefined : found.at(-1)?.scope;
  }
  return [...names];
}
