/** What simulated sessions ask of each tool: a row for every tool, so that a new one cannot be forgotten. */
import { contextTypes, intentTypes } from '../../src/core/records.ts';
import { operations } from '../../src/tools/index.ts';
import {
  address,
  channels,
  conversation,
  entry,
  groups,
  intent,
  maybe,
  message,
  priorities,
  resources,
  revisionOf,
  type Scene,
  scopes,
  slot,
  somebody,
  targets,
  text,
  value,
  words,
} from './scene.ts';
import type { Call } from './seat.ts';

export interface Kit {
  /** How often it is called, compared with the others. */
  readonly weight: number;
  make(scene: Scene): Record<string, unknown>;
}

export const kits: Readonly<Record<string, Kit>> = {
  session_list: {
    weight: 4,
    make: scene => ({
      ...maybe(scene.dice, 0.3, 'scope', () => scene.dice.pick(['project', 'checkout', 'machine', 'all'])),
      ...maybe(scene.dice, 0.1, 'branch', () => 'main'),
      ...maybe(scene.dice, 0.1, 'session', () => somebody(scene)),
    }),
  },
  session_update: {
    weight: 4,
    make: ({ dice, fresh }) => ({
      task: text(dice),
      ...maybe(dice, 0.35, 'handle', () => (dice.chance(0.7) ? `name-${dice.below(2)}` : `name-${fresh()}`)),
      ...maybe(dice, 0.4, 'group', () => dice.pick([...groups, ''])),
      ...maybe(dice, 0.3, 'status', () => dice.pick(['working', 'blocked', ''])),
    }),
  },
  session_end: { weight: 1, make: () => ({}) },
  lock_acquire: {
    weight: 22,
    make: scene => {
      const { dice, state, me } = scene;
      const own = dice.pickFrom([...state.lock.values()].filter(lock => lock.holder === me?.id));
      if (own && dice.chance(0.1)) {
        const fence = dice.chance(0.8) ? own.fence : Math.max(1, own.fence - 1);
        return { resources: [own.name], mode: own.mode, fence };
      }
      const waiting = dice.weighted<Record<string, unknown>>([
        [5, {}],
        [9, { waitSeconds: dice.pick([1, 3, 10, 45]) }],
        [8, { queue: true }],
      ]);
      return {
        ...resources(scene),
        ...waiting,
        ...maybe(dice, 0.5, 'mode', () => dice.pick(['exclusive', 'shared', 'shared', 'intent'])),
        ...maybe(dice, 0.5, 'ttlSeconds', () => dice.pick([1, 5, 20, 60, 600, 600])),
        ...maybe(dice, 0.3, 'reason', () => text(dice)),
        ...maybe(dice, 0.4, 'priority', () => dice.pick(priorities)),
      };
    },
  },
  lock_release: {
    weight: 14,
    make: scene => {
      const { dice, state, me } = scene;
      const own = [...state.lock.values()].filter(lock => lock.holder === me?.id).map(lock => lock.name);
      const to = maybe(dice, 0.25, 'to', () => somebody(scene));
      if (dice.chance(0.2)) return { all: true, ...to };
      const wanted = own.length > 0 && dice.chance(0.85) ? { resources: dice.some(own, 1, 3) } : resources(scene);
      return { ...wanted, ...to };
    },
  },
  lock_list: { weight: 4, make: scene => (scene.dice.chance(0.5) ? {} : resources(scene)) },
  intent_announce: {
    weight: 5,
    make: ({ dice }) => ({
      type: dice.pick(intentTypes as unknown as [string, ...string[]]),
      ...maybe(dice, 0.7, 'targets', () => targets(dice)),
      ...maybe(dice, 0.5, 'description', () => text(dice)),
    }),
  },
  intent_update: {
    weight: 5,
    make: scene => ({
      intent: intent(scene),
      status: scene.dice.pick(['in_progress', 'completed', 'abandoned']),
      ...maybe(scene.dice, 0.3, 'description', () => text(scene.dice)),
    }),
  },
  intent_list: {
    weight: 2,
    make: scene => ({
      ...maybe(scene.dice, 0.3, 'type', () => scene.dice.pick(intentTypes as unknown as [string, ...string[]])),
      ...maybe(scene.dice, 0.3, 'session', () => somebody(scene)),
    }),
  },
  conflict_check: {
    weight: 4,
    make: ({ dice }) => ({
      action: dice.pick(intentTypes as unknown as [string, ...string[]]),
      ...maybe(dice, 0.7, 'targets', () => targets(dice)),
    }),
  },
  message_send: {
    weight: 14,
    make: scene => {
      const { dice, fresh } = scene;
      return {
        ...maybe(dice, 0.9, 'to', () => address(scene)),
        body: `${text(dice)} ${fresh()}`,
        ...maybe(dice, 0.6, 'key', () => `key-${fresh()}`),
        ...maybe(dice, 0.3, 'priority', () => dice.pick(priorities)),
        ...maybe(dice, 0.3, 'replyTo', () => message(scene)),
        ...maybe(dice, 0.2, 'tags', () => dice.some(words, 1, 2)),
        ...maybe(dice, 0.3, 'ack', () => true),
        ...maybe(dice, 0.1, 'waitSeconds', () => dice.pick([1, 5, 30])),
      };
    },
  },
  message_read: {
    weight: 12,
    make: scene => ({
      ...maybe(scene.dice, 0.15, 'conversation', () =>
        scene.dice.pick(['direct', 'all', 'notice', conversation(scene), ...channels]),
      ),
      ...maybe(scene.dice, 0.1, 'from', () => somebody(scene)),
      ...maybe(scene.dice, 0.1, 'minPriority', () => scene.dice.pick(priorities)),
      ...maybe(scene.dice, 0.1, 'includeRead', () => true),
      ...maybe(scene.dice, 0.2, 'peek', () => true),
      ...maybe(scene.dice, 0.3, 'limit', () => scene.dice.between(1, 5)),
    }),
  },
  message_wait: {
    weight: 6,
    make: ({ dice }) => ({
      timeoutSeconds: dice.pick([0, 2, 10, 45]),
      ...maybe(dice, 0.15, 'conversation', () => dice.pick(['direct', 'all', ...channels])),
    }),
  },
  message_ack: {
    weight: 5,
    make: scene => ({ messages: [...new Set([message(scene), ...(scene.dice.chance(0.4) ? [message(scene)] : [])])] }),
  },
  message_search: {
    weight: 2,
    make: scene => ({
      query: text(scene.dice),
      ...maybe(scene.dice, 0.2, 'from', () => somebody(scene)),
      ...maybe(scene.dice, 0.2, 'limit', () => scene.dice.between(1, 10)),
    }),
  },
  conversation_create: {
    weight: 3,
    make: scene => ({
      name: `${scene.dice.pick(words)}-${scene.dice.below(5)}`,
      members: [...new Set([somebody(scene), somebody(scene)])].slice(0, scene.dice.between(1, 2)),
    }),
  },
  conversation_list: { weight: 2, make: () => ({}) },
  conversation_leave: { weight: 2, make: scene => ({ conversation: conversation(scene) }) },
  conversation_history: {
    weight: 2,
    make: scene => ({
      conversation: scene.dice.pick([
        conversation(scene),
        somebody(scene),
        message(scene),
        scene.dice.pick(channels),
        'all',
      ]),
      ...maybe(scene.dice, 0.3, 'before', () => message(scene)),
      ...maybe(scene.dice, 0.3, 'limit', () => scene.dice.between(1, 5)),
    }),
  },
  context_share: {
    weight: 5,
    make: ({ dice, fresh }) => ({
      type: dice.pick(contextTypes as unknown as [string, ...string[]]),
      content: `${text(dice)} ${fresh()}`,
      ...maybe(dice, 0.7, 'title', () => dice.pick(words)),
      ...maybe(dice, 0.3, 'tags', () => dice.some(words, 1, 2)),
      ...maybe(dice, 0.3, 'ttlSeconds', () => dice.pick([60, 3_600])),
    }),
  },
  context_query: {
    weight: 3,
    make: ({ dice }) => ({
      ...maybe(dice, 0.5, 'query', () => text(dice)),
      ...maybe(dice, 0.3, 'type', () => dice.pick(contextTypes as unknown as [string, ...string[]])),
    }),
  },
  context_delete: { weight: 2, make: scene => ({ entry: entry(scene) }) },
  data_set: {
    weight: 7,
    make: ({ dice, state }) => {
      const place = slot(dice);
      const revision = revisionOf(state, place.scope, place.key);
      const aimed = dice.chance(0.7) ? revision : dice.below(4);
      return { ...place, value: value(dice), ...maybe(dice, 0.5, 'ifRevision', () => aimed) };
    },
  },
  data_get: { weight: 3, make: ({ dice }) => slot(dice) },
  data_list: {
    weight: 2,
    make: ({ dice }) => ({
      scope: dice.pick(scopes),
      ...maybe(dice, 0.5, 'pattern', () => dice.pick(['*', 'a*', '**'])),
    }),
  },
  data_delete: {
    weight: 3,
    make: ({ dice, state }) => {
      const place = slot(dice);
      if (dice.chance(0.1)) return { scope: place.scope, all: true };
      return { ...place, ...maybe(dice, 0.3, 'ifRevision', () => revisionOf(state, place.scope, place.key)) };
    },
  },
};

/** What is called on a command line only. */
export const commandKits: Readonly<Record<string, Kit>> = {
  lock_break: {
    weight: 25,
    make: scene => {
      const lock = scene.dice.pickFrom([...scene.state.lock.values()]);
      const target = lock && scene.dice.chance(0.7) ? { resources: [lock.name] } : { session: somebody(scene) };
      return { ...target, reason: text(scene.dice) };
    },
  },
  brief: { weight: 3, make: ({ dice }) => maybe(dice, 0.5, 'tokens', () => dice.pick([200, 500, 2_000])) },
  who: { weight: 2, make: ({ dice }) => ({ file: dice.pick(['src/a.ts', 'src/b.ts', 'src/a.ts:3', 'docs/x.md']) }) },
  stage: { weight: 1, make: ({ dice }) => maybe(dice, 0.5, 'unknown', () => true) },
  edit_record: {
    weight: 3,
    make: ({ dice }) => ({ files: dice.some(['src/a.ts', 'src/b.ts', 'docs/x.md'], 1, 2) }),
  },
};

/** What a person does at a shell. */
export const personal = [
  ...Object.keys(commandKits),
  'session_list',
  'lock_list',
  'lock_acquire',
  'lock_release',
  'message_send',
  'message_read',
  'message_ack',
  'data_set',
  'data_get',
];

/** A call that a session may make next, of one of the tools offered. Fields that a tool does not have are left out. */
export function proposal(scene: Scene, offered: readonly string[] = Object.keys(kits)): Call {
  const all = { ...kits, ...commandKits };
  const known = operations.filter(({ name }) => offered.includes(name));
  const weight = (name: string) => (all[name]?.weight ?? 0) * (scene.mood.tools.test(name) ? 6 : 1);
  const tool = scene.dice.weighted(known.map(each => [weight(each.name), each] as const));
  const made = all[tool.name]?.make(scene) ?? {};
  const input = Object.fromEntries(Object.entries(made).filter(([field]) => field in tool.input.shape));
  return { tool: tool.name, input };
}
