/** The three tools of claude-presence about resources. */
import * as z from 'zod/v4';
import type { SessionRecord } from '../../core/records.ts';
import type { ForeignDesk } from '../../tools/foreign-desk.ts';
import { foreignTool, shownJson } from '../define-profile.ts';
import { acting, branchOf, byProject, instant, intentOf, project, quiet, session, shownLock, text } from './shown.ts';

export const resourceClaim = foreignTool({
  name: 'resource_claim',
  description:
    'Claim a shared resource for yourself for a time. When ok is false another session has it: do not go on, tell your user who has it.',
  input: z.object({
    session_id: session,
    project,
    resource: text.describe('Any name, such as ci, deploy:production, port:3000, db:staging'),
    branch: z.string().optional(),
    reason: z.string().optional().describe('What for; shown to whoever wants it too'),
    ttl_seconds: z.int().positive().max(86_400).default(600).describe('For how long, unless you release it before'),
  }),
  async run(desk, input) {
    const stand = desk.stand(input.project);
    const { caller, isNew } = await acting(desk, input.project, input.session_id, input.branch ?? null);
    const { resource } = input;
    const { mine, others, ahead } = await desk.lock(caller, {
      resource,
      // None takes away the one that was given before.
      reason: input.reason ?? '',
      ttlSeconds: input.ttl_seconds,
    });
    const now = await desk.now(stand);
    const again = isNew ? { session_recreated: true } : {};
    const known = isNew ? ' Your session was not registered; it is now.' : '';
    const me = mine && (await desk.known(stand, input.session_id));
    if (mine && me) {
      const lock = shownLock(desk, { lock: mine, holder: me.session }, input.project, now);
      const message = `"${input.resource}" is yours.${known}`;
      return shownJson({ ok: true, message, lock: { ...lock, resource: input.resource }, ...again });
    }
    const [first] = others;
    const holder = first?.holder ?? ahead;
    const name = first ? desk.holderName(first) : ahead ? desk.name(ahead) : 'another session';
    return shownJson({
      ok: false,
      message: first
        ? `"${input.resource}" is held by "${name}".${known}`
        : `"${name}" stands in line for "${input.resource}" before you.${known}`,
      held_by: first ? shownLock(desk, first, input.project, now) : nextLock(desk, input, name, holder, now),
      holder_session: holder && { id: name, branch: branchOf(desk, holder), intent: intentOf(desk, holder) },
      ...again,
    });
  },
});

/** The lock that somebody is about to get, who waited for it: this vocabulary knows no queues. */
function nextLock(
  desk: ForeignDesk,
  { resource, project: where }: { readonly resource: string; readonly project: string },
  name: string,
  waiter: SessionRecord | null,
  now: number,
) {
  return {
    resource,
    project: where,
    held_by: name,
    branch: waiter && branchOf(desk, waiter),
    reason: null,
    acquired_at: instant(now),
    expires_at: instant(now),
    ttl_remaining_seconds: 0,
  };
}

export const resourceRelease = foreignTool({
  name: 'resource_release',
  description: 'Give back a resource that you claimed. With force also one that another has; it is told.',
  input: z.object({ session_id: session, project, resource: text, force: z.boolean().optional() }),
  async run(desk, { session_id, project: where, resource, force = false }) {
    const stand = desk.stand(where);
    const held = await desk.holderOf(stand, resource);
    if (!held) return shownJson({ released: false, reason: 'not_held' });
    if (desk.holderName(held) === session_id) {
      await desk.unlock(await quiet(desk, where, session_id), resource);
      return shownJson({ released: true });
    }
    if (!force) return shownJson({ released: false, reason: 'not_owner' });
    await desk.breakLock(stand, resource, session_id);
    return shownJson({ released: true });
  },
});

export const resourceList = foreignTool({
  name: 'resource_list',
  description: 'What is claimed now, by whom and for how long.',
  input: z.object({ project: z.string().optional() }),
  async run(desk, input) {
    const where = input.project || null;
    const stands = where === null ? await desk.stands() : [desk.stand(where)];
    const lists = await Promise.all(
      stands.map(async stand => {
        const now = await desk.now(stand);
        return (await desk.locks(stand)).map(held => shownLock(desk, held, where, now, stand.project ?? ''));
      }),
    );
    const locks = where === null ? lists.flat().toSorted(byProject) : lists.flat();
    return shownJson({ count: locks.length, locks });
  },
});
