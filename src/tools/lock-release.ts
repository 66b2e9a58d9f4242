import * as z from 'zod/v4';
import { SignalboxError } from '../core/errors.ts';
import { release } from '../core/lock.ts';
import { defineTool } from './define-tool.ts';
import { paths, resources } from './shapes.ts';

export default defineTool({
  name: 'lock_release',
  title: 'Release locks',
  set: 'core',
  effect: 'write',
  idempotent: true,
  description:
    'Give locks back as soon as the work is done; whoever waits gets them at once. ' +
    'Name them as acquired, or all: true. Only your own are touched; others are listed in notHeld, no error.',
  input: z.strictObject({ paths, resources, all: z.boolean().default(false) }),
  output: z.object({ released: z.array(z.string()), notHeld: z.array(z.string()) }),
  cli: {
    positional: 'paths',
    help: {
      paths: 'as they were acquired',
      resources: 'a free name, such as ci or port:3000',
      all: 'every lock that is yours',
    },
  },
  examples: [
    { title: 'Release one file', input: { paths: ['src/auth.ts'] } },
    { title: 'Release everything', input: { all: true } },
  ],
  async run({ caller }, input) {
    const named = (input.paths?.length ?? 0) + (input.resources?.length ?? 0) > 0;
    if (input.all && named) {
      throw new SignalboxError(
        'invalid_input',
        'Both all and single resources were given.',
        'Give either all: true or the names.',
      );
    }
    const wanted = input.all ? 'all' : await caller.resources(input.paths, input.resources).catch(sayAll);
    const { released, notHeld } = await caller.transact((unit, me) => release(unit, me, wanted));
    return { released: released.map(lock => lock.name), notHeld: notHeld.map(resource => resource.name) };
  },
  text: out =>
    [
      out.released.length > 0 ? `Released: ${out.released.join(', ')}.` : 'Nothing was released.',
      ...(out.notHeld.length > 0 ? [`Not held by you: ${out.notHeld.join(', ')}.`] : []),
    ].join('\n'),
});

/** A folder that was removed under the session leaves its locks without a path to name them by. */
function sayAll(error: unknown): never {
  if (!(error instanceof SignalboxError) || error.code !== 'not_found') throw error;
  throw new SignalboxError('not_found', error.message, 'Give all your locks back with all: true.');
}
