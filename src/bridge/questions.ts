/**
 * What a hub asks the machine that a session works on: what only that can tell. Each question once, with the form of its words and of
 * its answer, because neither side takes the other's word for it.
 */
import * as z from 'zod/v4';
import { limits } from '../core/limits.ts';
import { isRealProject } from '../core/project.ts';
import { languages } from '../core/surroundings.ts';

const text = z.string().max(limits.bridgeTextCharacters);
const path = text;
const root = text;
const within = z
  .number()
  .min(0)
  .max(limits.bridgeDialMs * 10);
const count = z.number().int().min(0).max(limits.bridgeListed);
const many = <T extends z.ZodType>(of: T) => z.array(of).max(limits.bridgeListed).readonly();
const paths = many(path);

/** No machine has a folder of what belongs to no project. */
const project = text.refine(isRealProject);
const worktree = z.object({ project, root, anchor: text, branch: text.nullable(), foldsCase: z.boolean() });
const resolved = z.object({ path, foldsCase: z.boolean(), isFolder: z.boolean().optional() });
const change = z.enum(['created', 'modified', 'deleted']);
const treeFile = z.object({
  path,
  name: path,
  change,
  changedAt: z.number(),
  mark: text.nullable(),
  inIndex: z.enum(['none', 'part', 'whole']),
  isUnmerged: z.boolean(),
});
const fileCommit = z.object({ id: text, at: z.number() });

const identity = z.object({ host: text, boot: text, pid: z.number().int(), startedAt: text });

/** What git is doing in a checkout, as `GitFacts.state` tells it. */
export const gitState = z.object({
  operation: z.enum(['rebase', 'merge', 'cherry-pick', 'revert', 'bisect', 'apply']).nullable(),
  locked: z.array(z.enum(['index', 'head', 'stash', 'refs'])).max(4),
  isBare: z.literal(true).optional(),
});

/** By name: the words of a question and the form of its answer. An answer of git may be missing. */
export const questions = {
  describe: { words: z.tuple([path]), answer: worktree },
  resolve: { words: z.tuple([path, path, text]), answer: resolved },
  placeOf: {
    words: z.tuple([path, path, text]),
    answer: z.discriminatedUnion('where', [
      z.object({ where: z.literal('project'), resolved, tree: worktree }),
      z.object({ where: z.literal('git'), path, tree: worktree }),
      z.object({ where: z.literal('outside'), path: path.optional() }),
    ]),
  },
  changedFiles: {
    words: z.tuple([root, count, within, paths.nullish()]),
    answer: z.object({ files: paths, untracked: paths, more: z.boolean() }).nullable(),
  },
  changedTree: {
    words: z.tuple([root, count, within, paths.nullish()]),
    answer: z
      .object({
        head: text.nullable(),
        headMovedAt: z.number().nullable(),
        files: many(treeFile),
        more: z.boolean(),
        same: many(treeFile),
      })
      .nullable(),
  },
  headMoves: {
    words: z.tuple([root, count, within]),
    answer: many(z.object({ commit: text, at: z.number(), how: text })).nullable(),
  },
  commitsSince: {
    words: z.tuple([root, z.number(), paths, within]),
    answer: many(z.tuple([path, many(fileCommit)])).nullable(),
  },
  ignored: { words: z.tuple([root, paths, within]), answer: paths.nullable() },
  stagedFiles: { words: z.tuple([root, count, within]), answer: paths.nullable() },
  commitsSinceBase: {
    words: z.tuple([root, text, count, within, text.nullish()]),
    answer: many(text).nullable(),
  },
  stashes: { words: z.tuple([root, count, within]), answer: many(text).nullable() },
  dryMerge: {
    words: z.tuple([root, text, text, within, root.nullish()]),
    answer: z.union([z.object({ conflicts: paths }), z.object({ missing: z.enum(['ours', 'theirs']) })]).nullable(),
  },
  blame: {
    words: z.tuple([root, path, z.number().int(), within]),
    answer: z
      .object({ commit: text.nullable(), author: text, at: z.number(), summary: text, originalLine: z.number() })
      .nullable(),
  },
  commit: {
    words: z.tuple([root, text, within]),
    answer: z
      .object({ id: text, author: text, at: z.number(), summary: text, files: many(z.object({ path, change })) })
      .nullable(),
  },
  branches: { words: z.tuple([root, count, within]), answer: many(text).nullable() },
  aliases: { words: z.tuple([root, within]), answer: z.record(text, text).nullable() },
  stage: {
    words: z.tuple([root, paths, within]),
    answer: z.union([
      z.object({ staged: z.literal(true) }),
      z.object({ staged: z.literal(false), why: z.enum(['busy', 'missing', 'late']) }),
      z.object({ staged: z.literal(false), why: z.literal('refused'), said: text }),
    ]),
  },
  lineCount: { words: z.tuple([root, path]), answer: z.number().nullable() },
  isPortFree: { words: z.tuple([z.number().int().min(0).max(65_535)]), answer: z.boolean() },
  /** Which of these processes of the machine are gone for certain: their places in the list. */
  dead: { words: z.tuple([many(identity)]), answer: many(z.number().int()) },
  gitHooksHold: { words: z.tuple([path]), answer: z.boolean() },
  /** How many messages wait for its sessions, to be said in the file that its user has named for that. Whether there is one. */
  tell: { words: z.tuple([count]), answer: z.boolean() },
  /** Whether a conversation of its client rests and can be woken; and that it is time to. */
  canWake: { words: z.tuple([text]), answer: z.boolean() },
  wake: { words: z.tuple([text]), answer: z.boolean() },
} as const;

export type Question = keyof typeof questions;
export type Words<Q extends Question> = z.output<(typeof questions)[Q]['words']>;
export type Answer<Q extends Question> = z.output<(typeof questions)[Q]['answer']>;

/** How a checkout stands at the moment of a call, for what has to be known at once. */
export const standing = z.object({
  root,
  branch: text.nullable(),
  state: gitState.nullable(),
});
export type Standing = z.output<typeof standing>;

const mode = z.enum(['block', 'warn', 'off']);

/** How locks are held up there, as the machine's settings have it. */
const guard = z.object({
  edits: mode,
  paths: many(z.object({ glob: text, mode })),
  git: mode,
  onFailure: z.enum(['allow', 'block']),
  graceSeconds: z.number().min(0).max(86_400),
  commitTrailer: z.boolean(),
});

const pool = z.object({ name: text, values: many(text), probe: z.literal('tcp').nullable() });

/** What comes with everything that a machine says of its own accord. */
export const moment = z.object({
  /** Its wall clock. */
  now: z.number(),
  /** The checkouts that the hub has asked about, where anything is other than it was. */
  roots: z.array(standing).max(limits.bridgeRoots).optional(),
  /** Processes that what is said speaks of, by their ids. */
  processes: z
    .array(z.tuple([z.number().int(), identity]))
    .max(limits.bridgeProcesses)
    .optional(),
  /** How locks are held up, where that is other than it was. */
  guard: guard.optional(),
  /** What is wrong with the settings, for a person who was not told yet. */
  wrong: text.nullable().optional(),
});
export type Moment = z.output<typeof moment>;

const few = z.record(text, text).refine(told => Object.keys(told).length <= limits.bridgeTold);

/** Whom a process of a vocabulary plays, as it was told by the hub before. */
export const playbill = z.object({
  instance: text.nullable(),
  roles: z
    .array(
      z.object({
        as: z.enum(['own', 'moved', 'standing', 'further']),
        session: text.nullable(),
        directory: path,
        project: text.nullable(),
        isGuest: z.boolean(),
        name: text.nullable(),
      }),
    )
    .max(limits.bridgeRoles)
    .readonly(),
});

/** The vocabulary of another system that a process speaks, with all that this may know of its surroundings. */
export const foreign = z.object({
  profile: text,
  variables: few,
  files: few,
  terminal: text.nullable(),
  machine: text,
  origin: text.nullable(),
  language: z.enum(languages),
  store: z.object({ scheme: text, shown: text }),
  plays: playbill.nullable(),
});
export type ForeignTold = z.output<typeof foreign>;

/** What a machine says first. */
export const hello = z.object({
  protocol: z.literal(1),
  version: text,
  purpose: z.enum(['session', 'command']),
  moment,
  directory: path,
  home: path.nullable(),
  project: z.string().max(limits.projectCharacters).nullable(),
  self: identity,
  /** The process of the client; null where there is none to be told. */
  parent: identity.nullable(),
  handle: z.string().max(limits.bridgeTextCharacters).nullable(),
  /** The client's conversation, as the environment of its server names it. */
  conversation: text.nullable(),
  reach: z.enum(['channel', 'calls']),
  tools: text,
  /** Whether its user has named a file in which is said how many messages wait. */
  keepsBlock: z.boolean().optional(),
  guard,
  pools: many(pool),
  /** The conversations whose sessions it had over a connection that broke, null for the one without; none at first. */
  resumes: z.array(text.nullable()).max(limits.sessionsOfProcess),
  /** Null where it speaks our own words. */
  foreign: foreign.nullable().default(null),
});
export type Hello = z.output<typeof hello>;

/** What the hub answers. */
export const ready = z.object({
  version: text,
  /** The name of the token, and what it may do. */
  name: text,
  role: z.enum(['read', 'write', 'admin']),
});
export type Ready = z.output<typeof ready>;
