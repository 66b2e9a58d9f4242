import * as z from 'zod/v4';
import { keysOf, scopeOf, scopesOf } from '../core/data.ts';
import type { DataRecord } from '../core/data-record.ts';
import { byteLength, instant } from '../core/text.ts';
import { defineTool } from './define-tool.ts';

const keyShape = z.object({
  scope: z.string(),
  key: z.string(),
  revision: z.number(),
  bytes: z.number(),
  author: z.string(),
  updatedAt: z.string(),
});

export default defineTool({
  name: 'data_list',
  title: 'List stored keys',
  set: 'more',
  effect: 'read',
  idempotent: true,
  description:
    'List what data_set stored: the scopes; with a scope its keys; with a pattern those that match. ' +
    'For values use data_get.',
  input: z.strictObject({ scope: z.string().optional(), pattern: z.string().optional().describe('glob on keys') }),
  output: z.object({
    scopes: z.array(z.object({ scope: z.string(), keys: z.number() })).optional(),
    keys: z.array(keyShape).optional(),
    more: z.boolean().optional(),
  }),
  cli: { positional: 'scope', help: { scope: 'list the keys of this scope' } },
  examples: [
    { title: 'All scopes', input: {} },
    { title: 'Keys of one kind', input: { scope: 'ci', pattern: 'build/*' } },
  ],
  async run({ caller }, { scope, pattern }) {
    return caller.read(async ({ tx }, me) => {
      if (scope === undefined && pattern === undefined) {
        const { scopes, more } = await scopesOf(tx);
        return { scopes, ...(more ? { more } : {}) };
      }
      const within = scope === undefined ? null : await scopeOf(tx, me, scope);
      const { records, more } = await keysOf(tx, within, pattern ?? null);
      return { keys: records.map(shownKey), ...(more ? { more } : {}) };
    });
  },
  text: out =>
    [
      ...(out.scopes ?? []).map(({ scope, keys }) => `${scope}: ${keys} ${keys === 1 ? 'key' : 'keys'}`),
      ...(out.keys ?? []).map(
        key =>
          `${key.scope} ${key.key}: revision ${key.revision}, ${key.bytes} bytes, by ${key.author} at ${key.updatedAt}`,
      ),
      ...((out.scopes ?? out.keys)?.length === 0 ? ['Nothing is stored there.'] : []),
      ...(out.more ? ['There are more: name a scope and a pattern to narrow it down.'] : []),
    ].join('\n'),
});

function shownKey(record: DataRecord): z.input<typeof keyShape> {
  return {
    scope: record.scope,
    key: record.key,
    revision: record.revision,
    bytes: byteLength(record.value),
    author: record.authorHandle,
    updatedAt: instant(record.updatedAt),
  };
}
