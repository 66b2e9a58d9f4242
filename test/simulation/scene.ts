/** What calls are made up from: who and what there is, and what a day is mostly about. */
import type { SessionRecord } from '../../src/core/records.ts';
import type { Dice } from './dice.ts';
import type { State } from './state.ts';

/** What a call may be made up from. */
export interface Scene {
  readonly dice: Dice;
  readonly state: State;
  /** The session that calls, when it has joined before. */
  readonly me: SessionRecord | undefined;
  readonly mood: Mood;
  /** A text that was not used before. */
  fresh(): string;
}

/** What a simulated day is mostly about: what meets rarely on an even day is seen on one of these. */
export interface Mood {
  readonly tools: RegExp;
  /** Whether everybody wants the same few things. */
  readonly isCrowded: boolean;
  /** Whether files are edited more than anything else is done. */
  readonly isEditing: boolean;
}

export const evenDay: Mood = { tools: /^$/, isCrowded: false, isEditing: false };

export function moodOf(dice: Dice): Mood {
  const tools = dice.pick([
    /^$/,
    /^lock/,
    /^lock/,
    /^(message|conversation)/,
    /^(context|data|intent)/,
    /^(session|lock)/,
  ]);
  return { tools, isCrowded: dice.chance(0.5), isEditing: dice.chance(0.4) };
}

export const pools = [
  { name: 'port', values: ['port:3000', 'port:3001'], probe: 'tcp' },
  { name: 'lane', values: ['lane:1', 'lane:2', 'lane:3'], probe: null },
] as const;

/** Few, and overlapping in every way there is. */
const paths = ['src/a.ts', 'src/b.ts', 'src', 'src/**', '**/*.ts', 'SRC/A.ts', 'docs/x.md', 'docs/{x,y}.md'] as const;
const names = ['ci', 'deploy:staging', 'git:head', 'port:3000', 'lane:1', 'ci', 'pool:port', 'pool:lane'] as const;
export const channels = ['#general', '#coordination', '#ideas', '#alerts', '#git'] as const;
export const groups = ['backend', 'frontend'] as const;
export const words = ['merge', 'login', 'lockAcquire', 'schema', 'tests', 'deploy', 'flaky'] as const;
export const priorities = ['low', 'normal', 'high', 'urgent'] as const;
export const scopes = ['build', 'build', 'ci', 'me'] as const;
const keys = ['a', 'a/b', 'count', 'ü'] as const;

/** The two checkouts on each machine. */
export const roots = ['/code/app', '/code/other'] as const;

export function otherCheckout(root: string): string {
  return roots.find(each => each !== root) ?? root;
}

/** What tools of clients change; the last ones lie where policy does not refuse. */
export const editedFiles = ['src/a.ts', 'src/b.ts', 'README.md', 'docs/x.md', 'gen/out.js'] as const;

/** Where the guard only warns, and where it does not look. */
export const guardPaths = [
  { glob: 'docs/**', mode: 'warn' },
  { glob: 'gen/**', mode: 'off' },
] as const;

/** Commands of clients, with the files that each plainly writes; nothing is said where git decides. */
export const commands: readonly [Command, ...Command[]] = [
  { command: 'ls src', writes: [] },
  { command: 'git status && git log -3', writes: [] },
  { command: 'sed -i s/old/new/ src/a.ts', writes: ['src/a.ts'] },
  { command: 'echo done > src/b.ts', writes: ['src/b.ts'] },
  { command: 'npm test | tee README.md', writes: ['README.md'] },
  { command: 'git switch topic' },
  { command: 'git stash' },
  { command: 'git reset --hard' },
  { command: 'git add -A && git commit -m wip' },
];

interface Command {
  readonly command: string;
  readonly writes?: readonly string[];
}

export const maybe = <T>(dice: Dice, share: number, field: string, value: () => T) =>
  dice.chance(share) ? { [field]: value() } : {};

export const text = (dice: Dice) => dice.some(words, 1, 4).join(' ');

export function resources({ dice, mood }: Scene): Record<string, unknown> {
  if (mood.isCrowded && dice.chance(0.9)) {
    return dice.pick([
      { paths: ['src/a.ts'] },
      { paths: ['src'] },
      { resources: ['ci'] },
      { resources: ['pool:port'] },
    ]);
  }
  const wanted = {
    ...maybe(dice, 0.6, 'paths', () => dice.some(paths, 1, 2)),
    ...maybe(dice, 0.6, 'resources', () => [...new Set(dice.some(names, 1, 2))]),
  };
  return Object.keys(wanted).length > 0 ? wanted : { resources: [dice.pick(names)] };
}

/** A handle or an id of somebody, mostly of one who is here; now and then of nobody. */
export function somebody({ dice, state, me }: Scene): string {
  const sessions = [...state.session.values()].filter(session => session.id !== me?.id);
  const living = sessions.filter(session => session.endedAt === null);
  const chosen = dice.pickFrom(dice.chance(0.8) ? living : sessions);
  if (!chosen || dice.chance(0.05)) return 'nobody';
  return dice.pick([chosen.handle, chosen.handle, chosen.handle, chosen.id, `@${chosen.handle}`]);
}

export function conversation({ dice, state, me }: Scene): string {
  const own = [...state.conversation.values()].filter(
    ({ members }) => !me || members.includes(me.id) || dice.chance(0.1),
  );
  return dice.pickFrom(own)?.id ?? 'c1';
}

/** The id of a message, mostly of one that the session was sent. */
export function message({ dice, state, me }: Scene): string {
  const all = [...state.message.values()].slice(-40);
  const mine = all.filter(({ id, sequence }) => {
    const delivery = me && state.delivery.get(`${me.id}/${String(sequence).padStart(15, '0')}`);
    return delivery?.message === id;
  });
  return dice.pickFrom(dice.chance(0.85) ? mine : all)?.id ?? 'm1';
}

export function address(scene: Scene): string[] {
  const { dice } = scene;
  return dice.weighted<() => string[]>([
    [10, () => [somebody(scene)]],
    [3, () => [somebody(scene), somebody(scene)]],
    [2, () => ['all']],
    [2, () => [dice.pick(channels)]],
    [2, () => [`group:${dice.pick(groups)}`]],
    [1, () => ['operator', somebody(scene)]],
    [scene.state.conversation.size > 0 ? 4 : 0, () => [conversation(scene)]],
  ])();
}

export function entry({ dice, state }: Scene): string {
  return dice.pickFrom([...state.context.keys()]) ?? 'k1';
}

export function intent({ dice, state, me }: Scene): string {
  const open = [...state.intent.values()].filter(({ endedAt }) => endedAt === null || dice.chance(0.1));
  const own = open.filter(({ session }) => session === me?.id);
  return dice.pickFrom(dice.chance(0.9) ? own : open)?.id ?? 'i1';
}

export function targets(dice: Dice): string[] {
  return dice.some([...paths, 'branch:main', 'branch:topic'], 1, 3);
}

export function value(dice: Dice): unknown {
  return dice.pick(['text', 'ä', '1', 'true', '[1,2]', '{"a":{"b":1}}']);
}

/** The place of a value; `ifRevision` is right more often than not. */
export function slot(dice: Dice) {
  return { scope: dice.pick(scopes), key: dice.pick(keys) };
}

export function revisionOf(state: State, scope: string, key: string): number {
  const data = [...state.data.values()].find(each => each.scope === scope && each.key === key);
  return data && data.deletedAt === null ? data.revision : 0;
}
