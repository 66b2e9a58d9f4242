import * as z from 'zod/v4';
import { SignalboxError } from '../core/errors.ts';
import { handOff } from '../core/lock-handoff.ts';
import { release } from '../core/lock-release.ts';
import { poolName } from '../core/pool.ts';
import type { Resource } from '../core/records.ts';
import { defineTool } from './define-tool.ts';
import { namedIn } from './pool-names.ts';
import { paths, resources } from './shapes.ts';

export default defineTool({
  name: 'lock_release',
  title: 'Release locks',
  set: 'core',
  effect: 'write',
  idempotent: true,
  description:
    'Give your locks (and kept places) back once done; whoever waits gets them at once. ' +
    'Name them as acquired, or all: true; what is not yours is no error. With to they go to that session, past the queue.',
  input: z.strictObject({
    paths,
    resources,
    all: z.boolean().default(false),
    to: z.string().optional().describe('handle or id'),
  }),
  output: z.object({
    released: z.array(z.string()),
    withdrawn: z.array(z.string()).optional(),
    notHeld: z.array(z.string()),
    to: z.string().optional(),
  }),
  cli: {
    positional: 'paths',
    sessions: ['to'],
    help: {
      paths: 'as they were acquired',
      resources: 'a free name, such as ci or port:3000; pool:port for all you have of a pool',
      all: 'every lock and every kept place that is yours',
      to: 'hand the locks off to this session, by handle or id, without a moment in between',
    },
  },
  examples: [
    { title: 'Release one file', input: { paths: ['src/auth.ts'] } },
    { title: 'Release everything', input: { all: true } },
    { title: 'Hand a lock off to another session', input: { paths: ['src/auth.ts'], to: 'brisk-otter' } },
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
    const { resources: wanted, pools } = input.all
      ? { resources: 'all' as const, pools: [] }
      : await namedIn(caller, input.paths, input.resources).catch(sayAll);
    const { to } = input;
    if (to !== undefined) {
      const { locks, recipient } = await caller.transact((unit, me) => handOff(unit, me, wanted, to, pools));
      return { released: locks.map(nameOf), notHeld: [], to: recipient.handle };
    }
    const outcome = await caller.transact((unit, me) => release(unit, me, wanted, pools));
    const withdrawn = [...outcome.withdrawn.map(nameOf), ...outcome.pools.withdrawn.map(poolName)];
    return {
      released: outcome.released.map(nameOf),
      ...(withdrawn.length > 0 ? { withdrawn } : {}),
      notHeld: [...outcome.notHeld.map(nameOf), ...outcome.pools.notHeld.map(poolName)],
    };
  },
  text: out =>
    [
      ...(out.released.length > 0
        ? [`${out.to ? `Handed off to ${out.to}` : 'Released'}: ${out.released.join(', ')}.`]
        : []),
      ...(out.withdrawn ? [`No longer waiting for: ${out.withdrawn.join(', ')}.`] : []),
      ...(out.released.length === 0 && !out.withdrawn ? ['Nothing was released.'] : []),
      ...(out.notHeld.length > 0 ? [`Not held by you: ${out.notHeld.join(', ')}.`] : []),
    ].join('\n'),
});

function nameOf(resource: Resource): string {
  return resource.name;
}

/** A folder that was removed under the session leaves its locks without a path to name them by. */
function sayAll(error: unknown): never {
  if (!(error instanceof SignalboxError) || error.code !== 'not_found') throw error;
  throw new SignalboxError('not_found', error.message, 'Give all your locks back with all: true.');
}
