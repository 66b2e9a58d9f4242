/** Opening a session by a request of its own, for clients that are told by nothing else which one they are. */
import * as z from 'zod/v4';
import { refusalToJoin } from '../../core/authority.ts';
import { SignalboxError } from '../../core/errors.ts';
import { limits } from '../../core/limits.ts';
import { cleanLine } from '../../core/text.ts';
import { spokenIssues } from '../../tools/call-tool.ts';
import { openSession } from '../../tools/hub-session.ts';
import { hubWorld } from '../../tools/hub-world.ts';
import type { World } from '../../tools/world.ts';
import { audited, type Request } from './calls.ts';

const text = z.string().nullish();

export const sessionInput = z.strictObject({ handle: text, task: text, branch: text, client: text });

export const sessionOutput = z.object({
  session: z.string(),
  handle: z.string(),
  project: z.string(),
  leaseSeconds: z.int(),
});

/** Opens a session of the principal. Errors: `forbidden`, `invalid_input`, and those of joining. */
export function open(world: World, body: unknown, request: Request): Promise<z.output<typeof sessionOutput>> {
  return audited(request, 'session', 'open', body, async speaker => {
    const { principal, project } = request;
    const refusal = refusalToJoin(principal, project);
    if (refusal) throw refusal;
    const arrival = { conversation: null, ...fieldsOf(body) };
    const session = await openSession(hubWorld(world, principal, project), project, principal.id, arrival);
    speaker.session = session.id;
    return {
      session: session.id,
      handle: session.handle,
      project,
      leaseSeconds: Math.floor(limits.hubIdleMs / 1_000),
    };
  });
}

function fieldsOf(body: unknown) {
  const parsed = sessionInput.safeParse(body ?? {});
  if (!parsed.success) {
    const fields = Object.keys(sessionInput.shape).join(', ');
    throw new SignalboxError('invalid_input', spokenIssues(parsed.error.issues), `Fields of a session: ${fields}.`);
  }
  const { handle, task, branch, client } = parsed.data;
  const line = (value: string | null | undefined, field: string) =>
    value ? cleanLine(value, field, limits.hubHeaderCharacters) : null;
  return {
    handle: line(handle, 'handle'),
    task: line(task, 'task'),
    branch: line(branch, 'branch'),
    client: line(client, 'client'),
  };
}
