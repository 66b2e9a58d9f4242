/** The four tools of claude-presence about sessions. */
import * as z from 'zod/v4';
import type { ForeignDesk } from '../../tools/foreign-desk.ts';
import { foreignTool, shownJson } from '../define-profile.ts';
import { anywhere, byProject, instant, integer, project, session, shownSession } from './shown.ts';

export const sessionRegister = foreignTool({
  name: 'session_register',
  description:
    'Announce this session on a project, and see who else is there. Call it once when you start; again with the same id it updates what you said.',
  input: z.object({
    session_id: session,
    project,
    branch: z.string().optional().describe('The git branch you are on'),
    intent: z.string().optional().describe('What you are about to do, in a line'),
    pid: integer.optional().describe('Process id'),
    hostname: z.string().optional(),
    client_session_id: z.string().optional().describe("The host's own id of this session, so that hooks find it"),
  }),
  async run(desk, input) {
    const stand = desk.stand(input.project);
    const before = await anywhere(desk, input.session_id);
    const client = input.client_session_id ?? before?.facts.client ?? null;
    const holder = client === null ? undefined : await bearerOfClient(desk, String(client), input.session_id);
    if (holder !== undefined) {
      return shownJson({
        ok: false,
        reason: 'client_session_id_conflict',
        client_session_id: client,
        held_by: holder,
        advice: `Session "${holder}" has this client_session_id and is alive. Register under that id, or leave client_session_id out.`,
      });
    }
    const { branch = null, intent = null, pid = null, hostname = null } = input;
    const facts = { project: input.project, branch, intent, pid, hostname, client };
    if (before && !(await desk.isSame(before.stand, stand))) {
      // It goes to another project, and what it has locked in the one before stays its own.
      await desk.claim(before.stand, { name: input.session_id, isRegistered: false, facts: before.facts });
    }
    const claimed = await desk.claim(stand, {
      name: input.session_id,
      isRegistered: true,
      facts,
      since: before?.since,
    });
    await desk.saysTask(claimed.caller, intent);
    const others = await sessionsOf(desk, input.project, input.session_id);
    const now = await desk.now(stand);
    const advice =
      others.length > 0
        ? `${others.length} other session(s) are on this project: claim what you share before you use it, and look into your inbox.`
        : 'You are the only session on this project.';
    return shownJson({
      registered: shownSession(desk, claimed.session, now),
      other_sessions_on_same_project: others,
      advice,
    });
  },
});

/** Another living session, in any project, that the same session of the host is behind. */
async function bearerOfClient(desk: ForeignDesk, client: string, own: string): Promise<string | undefined> {
  for (const stand of await desk.stands()) {
    const found = (await desk.sessions(stand)).find(record => desk.persona(record)?.facts.client === client);
    if (found && desk.name(found) !== own) return desk.name(found);
  }
  return undefined;
}

/** The sessions of a project, or of all, in the order in which they began. */
async function sessionsOf(desk: ForeignDesk, where: string | null, without: string | undefined) {
  const stands = where === null ? await desk.stands() : [desk.stand(where)];
  const lists = await Promise.all(
    stands.map(async stand => {
      const now = await desk.now(stand);
      const shown = (await desk.sessions(stand)).map(record => shownSession(desk, record, now));
      return shown.map(each => ({ ...each, project: where ?? each.project }));
    }),
  );
  const all = lists.flat().filter(({ id }) => id !== without);
  return where === null ? all.toSorted(byProject) : all;
}

export const sessionHeartbeat = foreignTool({
  name: 'session_heartbeat',
  description:
    'Say that this session is still there. With recreate_project it is announced again where it is not known any more.',
  input: z.object({
    session_id: session,
    recreate_project: z.string().optional().describe('Announce it again on this project if it is not known'),
    recreate_branch: z.string().optional(),
    recreate_intent: z.string().optional(),
  }),
  async run(desk, { session_id, recreate_project, recreate_branch = null, recreate_intent = null }) {
    const found = await anywhere(desk, session_id);
    if (found) {
      const { facts } = found;
      await desk.claim(found.stand, { name: session_id, isRegistered: true, facts });
      return shownJson({ ok: true, at: instant(await desk.now(found.stand)) });
    }
    const stand = desk.stand(recreate_project || null);
    const at = instant(await desk.now(stand));
    if (!recreate_project) {
      const advice = 'Call session_register to announce it again, or give recreate_project.';
      return shownJson({ ok: false, reason: 'session_not_found', advice, at });
    }
    const facts = { project: recreate_project, branch: recreate_branch, intent: recreate_intent };
    const { caller } = await desk.claim(stand, { name: session_id, isRegistered: true, facts });
    await desk.saysTask(caller, recreate_intent);
    return shownJson({ ok: true, recreated: true, at });
  },
});

export const sessionUnregister = foreignTool({
  name: 'session_unregister',
  description: 'Say that this session is over. All of its locks are released.',
  input: z.object({ session_id: session }),
  async run(desk, { session_id }) {
    const found = await anywhere(desk, session_id);
    if (!found) return shownJson({ removed: false, reason: 'session_not_found' });
    for (const stand of await desk.stands()) {
      const known = await desk.known(stand, session_id);
      if (known === undefined || desk.isOwn(known.session)) await desk.dismiss(stand, session_id);
    }
    return shownJson({ removed: true });
  },
});

export const sessionList = foreignTool({
  name: 'session_list',
  description: 'Who is at work now, on one project or on all.',
  input: z.object({
    project: z.string().optional().describe('Only sessions on this project'),
    exclude_session_id: z.string().optional().describe('Leave this one out, such as your own'),
  }),
  async run(desk, input) {
    const sessions = await sessionsOf(desk, input.project || null, input.exclude_session_id);
    return shownJson({ count: sessions.length, sessions });
  },
});
