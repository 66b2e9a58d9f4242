/** The four tools of session-coordinator about intents. */
import * as z from 'zod/v4';
import type { IntentInForce } from '../../core/intent.ts';
import { type IntentRecord, intentTypes } from '../../core/records.ts';
import { foreignText } from '../../core/resource-text.ts';
import type { ForeignDesk } from '../../tools/foreign-desk.ts';
import { foreignTool, shownJson } from '../define-profile.ts';
import { acting, instant, named, nameOf, session, text } from './shown.ts';

const intent = text.describe('Id of the intent, as intent_announce answered it');

export const intentAnnounce = foreignTool({
  name: 'intent_announce',
  description:
    'Tell others what you are about to do. It keeps nobody out; conflict_check of others finds it. Say it again to keep it fresh: it is over after two hours.',
  input: z.object({
    session_id: session,
    intent_type: z.enum(intentTypes),
    target: text.describe('Path of a file, or a branch'),
    description: z.string().optional().describe('What for, in a line'),
  }),
  async run(desk, { session_id, intent_type, target, description }) {
    const { caller, folder } = await acting(desk, session_id);
    const action = { type: intent_type, targets: [named(target, null)], folder };
    const { id, status } = await desk.plans.intents.announce(caller, action, description);
    return shownJson({ intent_id: id, status });
  },
});

export const intentUpdate = foreignTool({
  name: 'intent_update',
  description: 'Say how far an intent of yours has got; completed and abandoned end it.',
  input: z.object({
    session_id: session,
    intent_id: intent,
    status: z.enum(['announced', 'in_progress', 'completed', 'abandoned']),
  }),
  async run(desk, { session_id, intent_id, status }) {
    const { caller } = await acting(desk, session_id);
    const updated = await desk.plans.intents.setStatus(caller, intent_id, status);
    return shownJson({ intent_id: updated.id, status: updated.status });
  },
});

export const intentList = foreignTool({
  name: 'intent_list',
  description: 'What sessions have announced and not ended, the oldest first: of one kind, of one session, or all.',
  input: z.object({
    intent_type: z.enum(intentTypes).optional(),
    session_id: text.optional().describe('Only intents of this session'),
  }),
  async run(desk, { intent_type, session_id }) {
    await desk.plans.isUsed();
    const of = session_id === undefined ? undefined : await desk.plans.meant(session_id);
    const found = await desk.plans.intents.list({ type: intent_type, session: of });
    return shownJson(found.map(each => shownIntent(desk, each)));
  },
});

export const intentClear = foreignTool({
  name: 'intent_clear',
  description: 'Take an intent of yours away that is done, or that nothing comes of.',
  input: z.object({ session_id: session, intent_id: intent }),
  async run(desk, { session_id, intent_id }) {
    const { caller } = await acting(desk, session_id);
    await desk.plans.intents.clear(caller, intent_id);
    return shownJson({ cleared: true, intent_id });
  },
});

function shownIntent(desk: ForeignDesk, { intent: record, session: by }: IntentInForce) {
  return {
    intent_id: record.id,
    session_id: desk.name(by),
    session_name: nameOf(desk, by),
    intent_type: record.type,
    target: targetOf(record),
    description: record.description,
    status: record.status,
    announced_at: instant(record.at),
    updated_at: instant(record.updatedAt),
  };
}

/** A native intent may have several targets, or none. */
function targetOf({ branches, resources }: IntentRecord): string | null {
  const targets = [...resources.map(({ name }) => foreignText(name)), ...branches];
  return targets.join(', ') || null;
}
