import * as z from 'zod/v4';
import { nameOf, remove } from '../core/context.ts';
import { defineTool } from './define-tool.ts';

export default defineTool({
  name: 'context_delete',
  title: 'Remove knowledge',
  set: 'more',
  effect: 'destroy',
  idempotent: true,
  description: 'Remove a wrong or outdated entry for everybody. To correct one share it again.',
  input: z.strictObject({ entry: z.string() }),
  output: z.object({ deleted: z.string(), was: z.string() }),
  cli: { positional: 'entry', help: { entry: 'its id, such as k12' } },
  examples: [{ title: 'Remove an entry', input: { entry: 'k12' } }],
  async run({ caller }, input) {
    const entry = await caller.transact((unit, me) => remove(unit, me, input.entry));
    return {
      deleted: entry.id,
      was: `${entry.type} by ${entry.authorHandle}: "${nameOf(entry).replaceAll('"', "'")}"`,
    };
  },
  text: out => `Removed ${out.deleted}, ${out.was}.`,
});
