import * as z from 'zod/v4';
import { SignalboxError } from '../core/errors.ts';
import { leaseHolds } from '../core/lease.ts';
import { limits } from '../core/limits.ts';
import { findOrFail, lookAround, reap } from '../core/presence.ts';
import { isRealProject } from '../core/project.ts';
import type { SessionRecord } from '../core/records.ts';
import { ringStates } from '../core/ring-state.ts';
import { instant } from '../core/text.ts';
import type { View } from '../core/unit.ts';
import { defineTool } from './define-tool.ts';
import type { Participant } from './participant.ts';
import { checkoutOf } from './shapes.ts';

const ringState = z.enum(['proven', 'heard', 'ignored', 'none']);

const sessionShape = z.object({
  id: z.string(),
  handle: z.string(),
  state: z.enum(['active', 'idle', 'ended']),
  task: z.string().optional(),
  status: z.string().optional(),
  group: z.string().optional(),
  branch: z.string().optional(),
  checkout: z.string(),
  project: z.string().optional(),
  client: z.string().optional(),
  reach: z.string(),
  guard: z.object({ edit: ringState, shell: ringState, git: ringState }),
  locks: z.number(),
  lastSeenAt: z.string(),
});

type SessionShape = z.input<typeof sessionShape>;

export default defineTool({
  name: 'session_list',
  title: 'List sessions',
  set: 'core',
  effect: 'read',
  idempotent: true,
  description:
    'See who else works on this code base now (AI sessions, agents, peers): task, branch, checkout, locks, activity. ' +
    'Use at the start and before addressing somebody; for who holds a file use lock_list.',
  input: z.strictObject({
    scope: z.enum(['project', 'checkout', 'machine', 'all']).default('project'),
    branch: z.string().optional(),
    session: z.string().optional().describe('handle or id, ended too'),
  }),
  output: z.object({ you: z.string(), sessions: z.array(sessionShape), more: z.boolean().optional() }),
  cli: { sessions: ['session'], help: { scope: 'how far to look', branch: 'only those on this branch' } },
  examples: [
    { title: 'Everybody on this project', input: {} },
    { title: 'Who shares this folder', input: { scope: 'checkout' } },
  ],
  async run({ caller }, input) {
    const tree = await caller.place();
    const { host } = caller.world.processes.self();
    const isMeant = (record: SessionRecord) =>
      (input.scope !== 'checkout' || (record.root === tree.root && record.host === host)) &&
      (input.scope !== 'machine' || record.host === host) &&
      (input.branch === undefined || record.branch === input.branch);
    const { you, ...own } = await sessionsHere(caller, input.session, isMeant);
    const isWide = input.scope === 'machine' || input.scope === 'all';
    const all = [own, ...(isWide ? await elsewhere(caller, tree.project, isMeant) : [])];
    const sessions = all.flatMap(({ shown }) => shown).slice(0, limits.sessionsListed);
    const total = all.reduce((sum, { meant }) => sum + meant, 0);
    return { you, sessions, ...(total > sessions.length ? { more: true } : {}) };
  },
  text: out =>
    [
      `You are ${out.you}.`,
      ...(out.sessions.length === 0 ? ['No sessions here.'] : []),
      ...out.sessions.map(session => {
        const facts = [
          session.state,
          session.branch && `branch ${session.branch}`,
          session.checkout,
          session.client,
          session.locks === 1 ? '1 lock' : `${session.locks} locks`,
          `last active ${session.lastSeenAt}`,
          `messages by ${session.reach}`,
          `guard: edits ${session.guard.edit}, shell ${session.guard.shell}, git ${session.guard.git}`,
          session.group && `group ${session.group}`,
          session.project && `project ${session.project}`,
        ].filter(Boolean);
        const doing = [session.task, session.status].filter(Boolean).join(' / ');
        return `${session.handle}${doing ? `: ${doing}` : ''} (${facts.join(', ')}; id ${session.id})`;
      }),
      ...(out.more ? ['There are more: name a branch or a scope to narrow it down.'] : []),
    ].join('\n'),
});

interface Listed {
  /** How many there are, and those of them that an answer has room for. */
  readonly meant: number;
  readonly shown: readonly SessionShape[];
}

type Filter = (record: SessionRecord) => boolean;

async function sessionsHere(
  caller: Participant,
  wanted: string | undefined,
  isMeant: Filter,
): Promise<Listed & { you: string }> {
  const look = async (view: View, me: SessionRecord) => {
    const { live, stale } =
      wanted === undefined ? await lookAround(view) : { live: [await findOrFail(view, wanted)], stale: false };
    return { you: me.handle, stale, ...(await listed(view, live.filter(isMeant), caller, undefined)) };
  };
  const first = await caller.read(look);
  if (!first.stale) return first;
  // Somebody died without a word: say so in the store, which also frees what they held.
  await caller.transact(unit => reap(unit));
  return caller.read(look);
}

async function elsewhere(caller: Participant, own: string, isMeant: Filter): Promise<Listed[]> {
  const { store, processes } = caller.world;
  const projects = (await store.projects()).filter(project => project !== own && isRealProject(project));
  if (projects.length > limits.projectsListed) {
    throw new SignalboxError(
      'limit_exceeded',
      `This store holds ${projects.length} projects; at most ${limits.projectsListed} are looked through.`,
      'Use scope project, or start the session in the folder you mean.',
    );
  }
  const lists = projects.map(project =>
    store.read(project, async tx => {
      const view = { tx, processes };
      return listed(view, (await lookAround(view)).live.filter(isMeant), caller, project);
    }),
  );
  return Promise.all(lists);
}

async function listed(
  view: View,
  records: readonly SessionRecord[],
  caller: Participant,
  project: string | undefined,
): Promise<Listed> {
  const { host } = caller.world.processes.self();
  const shown = await Promise.all(
    records.slice(0, limits.sessionsListed).map(async record => {
      const locks = await view.tx.count('lock', 'holder', { equals: record.id });
      const active = view.tx.now - record.lastSeenAt < limits.idleAfterMs;
      return {
        id: record.id,
        handle: record.handle,
        state: !leaseHolds(view, record) ? 'ended' : active ? 'active' : 'idle',
        ...(record.task ? { task: record.task } : {}),
        ...(record.status ? { status: record.status } : {}),
        ...(record.group ? { group: record.group } : {}),
        ...(record.branch ? { branch: record.branch } : {}),
        checkout: checkoutOf(record, host),
        ...(project ? { project } : {}),
        ...(record.client ? { client: record.client } : {}),
        reach: record.reach,
        guard: ringStates(record),
        locks,
        lastSeenAt: instant(record.lastSeenAt),
      } satisfies SessionShape;
    }),
  );
  return { meant: records.length, shown };
}
