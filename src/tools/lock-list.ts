import * as z from 'zod/v4';
import { locksInForce, queueInForce } from '../core/blocking.ts';
import { findOrFail } from '../core/presence.ts';
import { instant } from '../core/text.ts';
import { defineTool } from './define-tool.ts';
import { blockerShape, paths, resources } from './shapes.ts';

const waitingShape = z.object({
  session: z.string(),
  resources: z.array(z.string()),
  mode: z.string(),
  since: z.string(),
});

export default defineTool({
  name: 'lock_list',
  title: 'List locks',
  set: 'core',
  effect: 'read',
  idempotent: true,
  description:
    'Show who holds which locks, why and until when, and who waits; with paths or resources what overlaps them. ' +
    'Use to plan around others; to take a lock call lock_acquire at once. Changes nothing.',
  input: z.strictObject({ paths, resources, session: z.string().optional().describe('handle or id') }),
  output: z.object({
    locks: z.array(blockerShape.extend({ fence: z.number() })),
    waiting: z.array(waitingShape),
    more: z.boolean().optional(),
  }),
  cli: {
    positional: 'paths',
    sessions: ['session'],
    help: {
      paths: 'only what overlaps these files, folders or globs',
      resources: 'only what overlaps this free name, such as ci or port:3000',
      session: 'only what this session holds or waits for',
    },
  },
  examples: [
    { title: 'All locks', input: {} },
    { title: 'What would block a folder', input: { paths: ['src/auth'] } },
  ],
  async run({ caller }, input) {
    const named = (input.paths?.length ?? 0) + (input.resources?.length ?? 0) > 0;
    const about = named ? await caller.resources(input.paths, input.resources) : null;
    return caller.read(async view => {
      const holder = input.session === undefined ? null : await findOrFail(view, input.session);
      const { locks, more } = await locksInForce(view, about, holder);
      const waiting = await queueInForce(view, about, holder);
      return {
        locks: locks.map(({ lock, holder: session }) => ({
          resource: lock.name,
          holder: session.handle,
          mode: lock.mode,
          ...(lock.reason ? { reason: lock.reason } : {}),
          since: instant(lock.since),
          expiresAt: instant(lock.expiresAt),
          fence: lock.fence,
        })),
        waiting: waiting.map(({ waiter, session }) => ({
          session: session.handle,
          resources: waiter.resources.map(resource => resource.name),
          mode: waiter.mode,
          since: instant(waiter.since),
        })),
        ...(more ? { more } : {}),
      };
    });
  },
  text: out =>
    [
      ...(out.locks.length === 0 ? ['No locks.'] : []),
      ...out.locks.map(lock => {
        const reason = lock.reason ? ` for "${lock.reason}"` : '';
        return `${lock.resource}: ${lock.holder} (${lock.mode}, fence ${lock.fence})${reason}, since ${lock.since}, until ${lock.expiresAt}`;
      }),
      ...out.waiting.map(
        place => `waiting: ${place.session} for ${place.resources.join(', ')} (${place.mode}), since ${place.since}`,
      ),
      ...(out.more ? ['There are more: name paths or a session to narrow it down.'] : []),
    ].join('\n'),
});
