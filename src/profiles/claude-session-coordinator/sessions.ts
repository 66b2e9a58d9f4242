/** The two tools by which a connection becomes an instance, and ceases to be one. */
import * as z from 'zod/v4';
import { SignalboxError } from '../../core/errors.ts';
import type { ForeignDesk } from '../../tools/foreign-desk.ts';
import { coordinatorTool, dictionary, openObject } from './answers.ts';
import { numbering, placeOf, sessionObject } from './identity.ts';
import { nativeName, scopes } from './names.ts';
import { refuseOtherStore } from './storage.ts';
import { issueKey, taskOf, valueAt } from './values.ts';

export const signOn = coordinatorTool({
  name: 'sign_on',
  description:
    'Call this first: it makes you an instance such as claude_1, under which the other sessions know you. Without session_id you get the first one that is available; with one you are that, for example after a restart.',
  input: z.object({ session_id: z.string().nullable().default(null).describe('The instance to be; null for any') }),
  output: { type: 'object', additionalProperties: { type: 'string' } },
  async run(desk, { session_id }) {
    refuseOtherStore(desk.surroundings);
    const place = await placeOf(desk);
    const before = desk.instances.current;
    if (session_id) refuseHomeless(session_id);
    const name = await desk.instances.signOn(numbering, session_id || null);
    await saysIssue(desk, before, name);
    return dictionary(sessionObject(place, name));
  },
});

/** An instance whose own scope would be refused could keep nothing of its work. */
function refuseHomeless(name: string): void {
  if (nativeName(scopes, `session:${name}`) !== null) return;
  throw new SignalboxError(
    'limit_exceeded',
    `The name of the session is too long: its scope session:<name> is kept in ${scopes.longest} characters, of which blanks and special signs take several.`,
    'Choose a shorter name.',
  );
}

/** What the instance has stored to be at is what everybody is shown of its session; another's is not. */
async function saysIssue(desk: ForeignDesk, before: string | null, name: string): Promise<void> {
  const task = taskOf(await valueAt(desk, `session:${name}`, issueKey));
  const isStale = before !== null && before !== name;
  if (task !== null || isStale) await desk.saysTask(await desk.instances.self(numbering), task);
}

const nobody = { status: 'no active session' };

export const signOff = coordinatorTool({
  name: 'sign_off',
  description: 'Call this when you are done: your instance is available to others again. What you stored is kept.',
  input: z.object({}),
  output: openObject,
  async run(desk) {
    if (desk.instances.current === null) return dictionary(nobody);
    // Whatever could fail comes before the leaving: who is told that it failed is signed on still.
    const place = await placeOf(desk);
    const name = await desk.instances.signOff(numbering);
    return dictionary(name === null ? nobody : { status: 'signed off', session: sessionObject(place, name) });
  },
});
