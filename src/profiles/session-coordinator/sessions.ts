/** The five tools of session-coordinator about sessions. */
import * as z from 'zod/v4';
import { SignalboxError } from '../../core/errors.ts';
import { limits } from '../../core/limits.ts';
import type { SessionRecord } from '../../core/records.ts';
import type { ForeignDesk } from '../../tools/foreign-desk.ts';
import { foreignTool, shownJson } from '../define-profile.ts';
import { acting, branchOf, folderOf, instant, labelOf, labelsInUse, line, nameOf, session, text } from './shown.ts';

export const sessionRegister = foreignTool({
  name: 'session_register',
  description: 'Begin a session, and get the session_id that all other tools want. Call it once when you start.',
  input: z.object({
    name: text.describe('What others shall call you, such as auth-refactor'),
    project: text.describe('A name of the project that its sessions have in common'),
    branch: z.string().optional().describe('The git branch you are on; left out, the one that is checked out'),
    working_directory: z
      .string()
      .optional()
      .describe('Where you work, absolute; left out, where the server was started'),
    cwd: z.string().optional().describe('The same as working_directory'),
  }),
  async run(desk, input) {
    const [name, project] = [said(input.name, 'name'), said(input.project, 'project')];
    const folder = input.working_directory || input.cwd || null;
    const working_directory = folder && (await desk.plans.enter(folder));
    const told = line(input.branch ?? '', 'branch') || null;
    const branch = told ?? (await desk.plans.branchElsewhere(working_directory));
    const facts = { name, project, branch, working_directory };
    const id = desk.plans.freshName();
    const called = handleFrom(name);
    const stand = await desk.plans.stand();
    const { caller, session: record } = await desk.claim(stand, {
      name: id,
      isRegistered: true,
      facts,
      called,
      isIssued: true,
    });
    // Others would not know who that is: not every name can be a handle, and a handle belongs to one.
    if (record.handle !== called) await desk.saysTask(caller, name);
    return shownJson({ session_id: id, status: 'registered' });
  },
});

/** Blanks are no name. */
function said(raw: string, field: string): string {
  const text = line(raw, field);
  if (text !== '') return text;
  throw new SignalboxError('invalid_input', `The ${field} is empty.`, `Say in ${field} a word that others know it by.`);
}

/** A handle like the name; null where nothing of it can be one. */
function handleFrom(name: string): string | null {
  const plain = name.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
  const words = plain.replace(/[^a-z0-9._-]+/g, '-').slice(0, limits.handleCharacters);
  return words.replace(/^[._-]+|[._-]+$/g, '') || null;
}

export const sessionHeartbeat = foreignTool({
  name: 'session_heartbeat',
  description: 'Say that you are still there. Not needed to stay: a session lives as long as its server.',
  input: z.object({ session_id: session }),
  async run(desk, { session_id }) {
    const { session: record } = await acting(desk, session_id);
    const facts = desk.persona(record)?.facts ?? {};
    const stand = await desk.plans.stand();
    await desk.claim(stand, { name: session_id, isRegistered: true, facts, called: null });
    return shownJson({ status: 'ok', session_id, last_heartbeat: instant(await desk.now(stand)) });
  },
});

export const sessionList = foreignTool({
  name: 'session_list',
  description:
    'Who is at work now, of one project, on one branch, or all. Those of this connection are marked as yours.',
  input: z.object({
    project: z.string().optional().describe('Only sessions of this project'),
    branch: z.string().optional().describe('Only sessions on this branch'),
  }),
  async run(desk, input) {
    const wanted = line(input.project ?? '', 'project') || null;
    await desk.plans.isUsed();
    const stand = await desk.plans.stand();
    const [records, labels, id] = await Promise.all([desk.sessions(stand), labelsInUse(desk), desk.plans.project()]);
    // Who speaks another vocabulary works on the same files, whatever they are called here.
    const [only] = labels.length === 1 ? labels : [];
    const native = wanted !== null && labels.includes(wanted) ? wanted : (only ?? id);
    const shown = records.map(record => shownSession(desk, record, labelOf(desk, record) ?? native));
    return shownJson(
      shown
        .filter(({ project }) => wanted === null || project === wanted)
        .filter(({ branch }) => !input.branch || branch === input.branch),
    );
  },
});

export const sessionGet = foreignTool({
  name: 'session_get',
  description: 'One session, with how many locks it has and how many intents are open.',
  input: z.object({ session_id: text.describe('Id of a session') }),
  async run(desk, { session_id }) {
    await desk.plans.isUsed();
    const record = await desk.plans.meant(session_id);
    const [{ locks, intents }, labels] = await Promise.all([desk.plans.counts(record), labelsInUse(desk)]);
    const label = labelOf(desk, record) ?? (labels.length === 1 ? labels[0] : undefined);
    const project = label ?? (await desk.plans.project());
    return shownJson({ ...shownSession(desk, record, project), lock_count: locks, intent_count: intents });
  },
});

export const sessionDeregister = foreignTool({
  name: 'session_deregister',
  description: 'End your session. Its locks are released, its intents are over.',
  input: z.object({ session_id: session }),
  async run(desk, { session_id }) {
    const { caller } = await acting(desk, session_id);
    const locks_released = await desk.plans.files.releaseAll(caller);
    await desk.dismiss(await desk.plans.stand(), session_id);
    return shownJson({ status: 'deregistered', locks_released });
  },
});

function shownSession(desk: ForeignDesk, record: SessionRecord, project: string) {
  const persona = desk.persona(record);
  return {
    session_id: desk.name(record),
    name: nameOf(desk, record),
    project,
    branch: branchOf(desk, record),
    working_directory: folderOf(desk, record) ?? record.root,
    status: 'active',
    registered_at: instant(persona?.since ?? record.startedAt),
    last_heartbeat: instant(Math.max(persona?.saidAt ?? 0, record.lastSeenAt)),
    ...(desk.plans.isOwn(record) ? { yours: true } : {}),
  };
}
