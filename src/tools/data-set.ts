import * as z from 'zod/v4';
import { commonScope, scopeOf, setData } from '../core/data.ts';
import { keptValue, kindOfValue } from '../core/json-value.ts';
import { defineTool } from './define-tool.ts';

export default defineTool({
  name: 'data_set',
  title: 'Store a value',
  set: 'more',
  effect: 'write',
  idempotent: false,
  description:
    'Share a value under a key: state, counters, results. ' +
    'With ifRevision only if unchanged since you read it (0: must not exist), else conflict. ' +
    'For knowledge use context_share.',
  input: z.strictObject({
    scope: z.string().default(commonScope).describe('me: your own'),
    key: z.string(),
    // Listed as text, because clients want one type; a value that comes as itself is taken, too.
    value: z.unknown().meta({ type: 'string', description: 'JSON, or plain text' }),
    ifRevision: z.int().min(0).optional(),
  }),
  output: z.object({
    scope: z.string(),
    revision: z.number(),
    kind: z.string(),
    notes: z.array(z.string()).optional(),
  }),
  cli: {
    positional: ['key', 'value'],
    help: {
      scope: 'a free name; me is your own, which others can read',
      key: 'one line; slashes part it for patterns',
      ifRevision: 'set only if the key is at this revision, 0: does not exist',
    },
  },
  examples: [
    { title: 'Share a result', input: { scope: 'ci', key: 'build/status', value: '{"ok":true,"commit":"4f2a"}' } },
    { title: 'Count without losing a step', input: { key: 'next-port', value: '3001', ifRevision: 4 } },
  ],
  async run({ caller }, input) {
    const { json, cleaned } = keptValue(input.value);
    const { key, ifRevision = null } = input;
    const record = await caller.transact(async (unit, me) => {
      const scope = await scopeOf(unit.tx, me, input.scope);
      return setData(unit, me, { scope, key, json, ifRevision });
    });
    return {
      scope: record.scope,
      revision: record.revision,
      kind: kindOfValue(json),
      ...(cleaned ? { notes: ['Control characters or wrapper tags were taken out of the value.'] } : {}),
    };
  },
  text: out => [`Stored in ${out.scope} as ${out.kind}: revision ${out.revision}.`, ...(out.notes ?? [])].join('\n'),
});
