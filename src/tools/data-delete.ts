import * as z from 'zod/v4';
import { commonScope, deleteData, deleteScope, scopeOf } from '../core/data.ts';
import { SignalboxError } from '../core/errors.ts';
import { limits } from '../core/limits.ts';
import { defineTool } from './define-tool.ts';

export default defineTool({
  name: 'data_delete',
  title: 'Delete stored values',
  set: 'more',
  effect: 'destroy',
  idempotent: true,
  description:
    'Delete a key, or with all: true a whole scope, for everybody. Use for what is obsolete; to change a value use data_set. ' +
    'Cannot be undone.',
  input: z.strictObject({
    scope: z.string().optional(),
    key: z.string().optional(),
    all: z.boolean().default(false),
    ifRevision: z.int().min(0).optional(),
  }),
  output: z.object({ scope: z.string(), deleted: z.number(), keys: z.array(z.string()) }),
  cli: {
    positional: 'key',
    help: {
      scope: `where; default: ${commonScope}, but --all needs it named`,
      key: 'the key',
      all: 'every key of the scope',
      ifRevision: 'only if the key is at this revision',
    },
  },
  examples: [
    { title: 'One key', input: { scope: 'ci', key: 'build/status' } },
    { title: 'A whole scope', input: { scope: 'ci', all: true } },
  ],
  async run({ caller }, input) {
    const { key, all, ifRevision = null } = input;
    if ((key === undefined) !== all || (all && (input.scope === undefined || ifRevision !== null))) {
      throw new SignalboxError(
        'invalid_input',
        'Deleting takes a key (with ifRevision if you like), or a scope with all: true.',
        'Name the key, or name the scope and all: true.',
      );
    }
    return caller.transact(async (unit, me) => {
      const scope = await scopeOf(unit.tx, me, input.scope ?? commonScope);
      const gone =
        key === undefined
          ? await deleteScope(unit, me, scope)
          : [await deleteData(unit, me, scope, key, ifRevision)].filter(record => record !== undefined);
      return { scope, deleted: gone.length, keys: gone.slice(0, limits.dataKeysNamed).map(record => record.key) };
    });
  },
  text: ({ scope, deleted, keys }) =>
    deleted === 0
      ? `Nothing to delete in ${scope}.`
      : `Deleted from ${scope}: ${keys.join(', ')}${deleted > keys.length ? ` and ${deleted - keys.length} more` : ''}.`,
});
