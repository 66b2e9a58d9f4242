/** Requests to the interface of an earlier system over a clock that the test moves: waits of many minutes. */
import { beforeEach, describe, expect, it } from 'vitest';
import { type Bench, createBench } from '../../../test/support/rules.ts';
import { serve } from '../../../test/support/served.ts';
import type { Principal } from '../../core/account.ts';
import { SignalboxError } from '../../core/errors.ts';
import { limits } from '../../core/limits.ts';
import { claudeDuo } from '../../profiles/claude-duo/index.ts';
import { operations } from '../../tools/index.ts';
import type { World } from '../../tools/world.ts';
import { answerRoute, routeAt, routesOf } from './profile-routes.ts';

let bench: Bench;
let world: World;

beforeEach(async () => {
  bench = createBench();
  world = serve(bench, bench.processes.spawn()).world;
  await ask('/register', { partnerId: 'shop' });
  await ask('/register', { partnerId: 'docs' });
});

const routes = routesOf([claudeDuo]);
const ana: Principal = { id: 'ana', name: 'ana', role: 'write', projects: [], tools: [] };
const audit = { digest: () => '', elapsed: () => 0, note: async () => undefined };

interface Asked {
  readonly query?: Record<string, string>;
  readonly mayGoOn?: () => boolean;
}

async function ask(path: string, body?: object, { query = {}, mayGoOn = () => true }: Asked = {}) {
  const found = routeAt(routes, path);
  if (!found) throw new Error(path);
  const names = found.route.path.split('/');
  const parts = path.split('/').flatMap((part, at) => (names[at]?.startsWith(':') ? [[names[at].slice(1), part]] : []));
  const response = await answerRoute(world, operations, found, {
    ...{ principal: ana, project: null, path: Object.fromEntries(parts), query, body, audit },
    ...{ signal: new AbortController().signal, waitsEnd: new AbortController().signal },
    mayGoOn: async () => mayGoOn(),
    // Nothing here knows when an answer was handed over: it never is.
    follow() {},
  });
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every route
  return (await response.json()) as any;
}

const rowOf = async (id: string) => {
  const { partners } = await ask('/partners');
  return partners.find((row: { id: string }) => row.id === id);
};

/** A listen, with as much time as it takes. */
async function listened(query: Record<string, string>) {
  const answer = ask('/listen/shop', undefined, { query });
  let isOver = false;
  void answer.finally(() => {
    isOver = true;
  });
  let minutes = 0;
  while (!isOver && minutes < 100) {
    await bench.clock.advance(60_000);
    minutes += 1;
  }
  return { body: await answer, minutes };
}

describe('a listen over HTTP', () => {
  it.each([
    [{}, 30],
    [{ timeout: '5' }, 10],
    [{ timeout: '17' }, 17],
    [{ timeout: '90' }, 60],
    [{ timeout: 'long' }, 30],
  ])('that asks for %o waits all of %i minutes, and says that they are over', async (query, minutes) => {
    const silent = { hasMessages: false, messages: [], reason: 'timeout', timeoutMinutes: minutes };
    const { body, minutes: waited } = await listened(query as Record<string, string>);
    expect(body).toEqual(silent);
    expect(Math.abs(waited - minutes)).toBeLessThanOrEqual(1);
  });

  it('is here for as long as it listens, and a while after that', async () => {
    expect(limits.listenMaxMinutes * 60_000).toBeGreaterThan(limits.hubIdleMs * 2);
    await listened({ timeout: '60' });
    expect(await rowOf('shop')).toMatchObject({ status: 'online', isListening: false });
    expect(await rowOf('docs')).toMatchObject({ status: 'offline' });
    await bench.clock.advance(limits.hubIdleMs);
    expect(await rowOf('shop')).toMatchObject({ status: 'offline' });
  });

  it('hears nothing that comes after its token was revoked', async () => {
    let isRevoked = false;
    const answer = ask('/listen/shop', undefined, { mayGoOn: () => !isRevoked });
    await bench.clock.advance(1_000);
    isRevoked = true;
    await ask('/talk', { fromId: 'docs', to: 'shop', content: 'Secret' });
    await bench.clock.advance(60_000);
    expect(await answer).toMatchObject({ hasMessages: false, messages: [], reason: 'reconnect' });
    const { messages } = await ask('/listen/shop');
    expect(messages).toMatchObject([{ content: 'Secret' }]);
  });

  it('goes on while nobody can tell whether its token still holds, and hears afterwards what came', async () => {
    let isAway = false;
    const mayGoOn = () => {
      if (isAway) throw new SignalboxError('unavailable', 'The store is away.', 'Try again.');
      return true;
    };
    const answer = ask('/listen/shop', undefined, { mayGoOn });
    let isOver = false;
    const over = () => {
      isOver = true;
    };
    answer.then(over, over);
    await bench.clock.advance(1_000);
    isAway = true;
    await ask('/talk', { fromId: 'docs', to: 'shop', content: 'Hello' });
    await bench.clock.advance(30_000);
    expect(isOver).toBe(false);
    isAway = false;
    await bench.clock.advance(30_000);
    expect(await answer).toMatchObject({ hasMessages: true, messages: [{ content: 'Hello' }] });
  });

  it('whose time of being here was over comes back by what it asks for, with all that it was', async () => {
    await ask('/partners/shop/status', { message: 'Mending the till' });
    const { created_at } = await rowOf('shop');
    await ask('/talk', { fromId: 'docs', to: 'shop', content: 'Hello' });
    await bench.clock.advance(limits.hubIdleMs * 3);
    await ask('/talk', { fromId: 'docs', to: 'shop', content: 'Still there?' });
    const { messages } = await ask('/listen/shop');
    expect(messages).toMatchObject([{ content: 'Hello' }, { content: 'Still there?' }]);
    expect(await rowOf('shop')).toMatchObject({ status: 'online', status_message: 'Mending the till', created_at });
  });
});
