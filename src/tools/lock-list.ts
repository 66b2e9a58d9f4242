import * as z from 'zod/v4';
import { locksInForce, queueInForce } from '../core/blocking.ts';
import { poolNamed } from '../core/pool.ts';
import { poolsInForce, shownPool } from '../core/pool-list.ts';
import { findOrFail, reap } from '../core/presence.ts';
import { passOn } from '../core/queue.ts';
import { instant } from '../core/text.ts';
import type { View } from '../core/unit.ts';
import { defineTool } from './define-tool.ts';
import { namedIn } from './pool-names.ts';
import { blockerShape, paths, priority, resources } from './shapes.ts';
import { shownPlace } from './shown.ts';

const waitingShape = z.object({
  session: z.string(),
  resources: z.array(z.string()),
  mode: z.string(),
  position: z.number(),
  priority,
  since: z.string(),
  keptUntil: z.string().optional(),
});

const poolShape = z.object({ pool: z.string(), size: z.number(), free: z.number(), next: z.array(z.string()) });

export default defineTool({
  name: 'lock_list',
  title: 'List locks',
  set: 'core',
  effect: 'read',
  idempotent: true,
  description:
    'Show who holds which locks, why and until when, and who waits; with paths or resources what overlaps them. ' +
    'Use to plan around others; to take one call lock_acquire.',
  input: z.strictObject({ paths, resources, session: z.string().optional().describe('handle or id') }),
  output: z.object({
    locks: z.array(blockerShape.extend({ fence: z.number() })),
    waiting: z.array(waitingShape),
    pools: z.array(poolShape).optional(),
    more: z.boolean().optional(),
  }),
  cli: {
    positional: 'paths',
    sessions: ['session'],
    help: {
      paths: 'only what overlaps these files, folders or globs',
      resources: 'only what overlaps this free name, such as ci or port:3000; pool:port shows a whole pool',
      session: 'only what this session holds or waits for',
    },
  },
  examples: [
    { title: 'All locks', input: {} },
    { title: 'What would block a folder', input: { paths: ['src/auth'] } },
  ],
  async run({ caller }, input) {
    const named = (input.paths?.length ?? 0) + (input.resources?.length ?? 0) > 0;
    const asked = named ? await namedIn(caller, input.paths, input.resources) : null;
    const pools = [...new Set(asked?.pools)].map(name => poolNamed(caller.world.policy, name));
    const look = async (view: View) => {
      const holder = input.session === undefined ? null : await findOrFail(view, input.session);
      const { locks, more, stale } = await locksInForce(view, asked?.resources ?? null, holder);
      const inPools = await poolsInForce(view, pools);
      const wishes = pools.map(({ name, values }) => ({ pool: name, count: 1, values }));
      const waiting = await queueInForce(view, asked?.resources ?? null, holder, wishes);
      const ofPools = inPools.flatMap(pool => pool.locks).filter(lock => !holder || lock.holder.id === holder.id);
      const all = new Map([...locks, ...ofPools].map(each => [each.lock.id, each]));
      const shown = {
        locks: [...all.values()].map(({ lock, holder: session }) => ({
          resource: lock.name,
          holder: session.handle,
          mode: lock.mode,
          ...(lock.reason ? { reason: lock.reason } : {}),
          since: instant(lock.since),
          expiresAt: instant(lock.expiresAt),
          fence: lock.fence,
        })),
        waiting: waiting.map(shownPlace),
        ...(inPools.length > 0 ? { pools: inPools.map(shownPool) } : {}),
        ...(more ? { more } : {}),
      };
      return { shown, isDue: stale && waiting.length > 0 };
    };
    const first = await caller.read(look);
    if (!first.isDue) return first.shown;
    // Somebody waits for what nobody holds any more: whoever looks passes it on.
    await caller.transact(async unit => {
      await reap(unit);
      await passOn(unit);
    });
    return (await caller.read(look)).shown;
  },
  text: out =>
    [
      ...(out.locks.length === 0 ? ['No locks.'] : []),
      ...out.locks.map(lock => {
        const reason = lock.reason ? ` for "${lock.reason}"` : '';
        return `${lock.resource}: ${lock.holder} (${lock.mode}, fence ${lock.fence})${reason}, since ${lock.since}, until ${lock.expiresAt}`;
      }),
      ...out.waiting.map(place => {
        const kept = place.keptUntil ? `, place kept until ${place.keptUntil}` : '';
        return `waiting: ${place.session} for ${place.resources.join(', ')} (${place.mode}, place ${place.position}, ${place.priority} priority), since ${place.since}${kept}`;
      }),
      ...(out.pools ?? []).map(({ pool, size, free, next }) => {
        const names = next.length > 0 ? `: ${next.join(', ')}${free > next.length ? ' …' : ''}` : '';
        return `${pool}: ${free} of ${size} free${names}`;
      }),
      ...(out.more ? ['There are more: name paths or a session to narrow it down.'] : []),
    ].join('\n'),
});
