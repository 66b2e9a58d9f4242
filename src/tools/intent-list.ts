import * as z from 'zod/v4';
import { SignalboxError } from '../core/errors.ts';
import { openIntents } from '../core/intent.ts';
import { findOrFail } from '../core/presence.ts';
import { type IntentType, intentTypes } from '../core/records.ts';
import { quoted } from '../core/text.ts';
import { defineTool } from './define-tool.ts';
import { shownIntent } from './shown.ts';

const intentShape = z.object({
  intent: z.string(),
  session: z.string(),
  type: z.string(),
  status: z.string(),
  targets: z.array(z.string()),
  description: z.string().optional(),
  branch: z.string().optional(),
  updatedAt: z.string(),
});

export default defineTool({
  name: 'intent_list',
  title: 'List intents',
  set: 'more',
  effect: 'read',
  idempotent: true,
  description:
    'Show which operations sessions have announced and not ended, yours too. Use to plan around others; ' +
    'for what is in your way use conflict_check.',
  input: z.strictObject({ type: z.string().optional(), session: z.string().optional() }),
  output: z.object({ intents: z.array(intentShape), more: z.boolean().optional() }),
  cli: {
    positional: 'type',
    sessions: ['session'],
    help: {
      type: `only operations of this kind: ${intentTypes.join(', ')}`,
      session: 'only those of this session, by handle or id',
    },
  },
  examples: [
    { title: 'All that is announced', input: {} },
    { title: 'Who rebases', input: { type: 'git_rebase' } },
  ],
  async run({ caller }, { session, ...input }) {
    const type = input.type === undefined ? undefined : intentType(input.type);
    return caller.read(async view => {
      const of = session === undefined ? undefined : await findOrFail(view, session);
      const { intents, more } = await openIntents(view, { type, session: of });
      return { intents: intents.map(shownIntent), ...(more ? { more } : {}) };
    });
  },
  text: out =>
    [
      ...(out.intents.length === 0 ? ['No open intents.'] : []),
      ...out.intents.map(intent => {
        const about = intent.targets.length > 0 ? ` ${intent.targets.join(', ')}` : '';
        const branch = intent.branch ? ` on ${intent.branch}` : '';
        const why = intent.description ? ` for ${quoted(intent.description)}` : '';
        return `${intent.intent} ${intent.session}: ${intent.type}${about}${branch}${why} (${intent.status}, last said ${intent.updatedAt})`;
      }),
      ...(out.more ? ['There are more: name a type or a session to narrow it down.'] : []),
    ].join('\n'),
});

/** The types are not in the schema: intent_announce lists them, and each costs every session. */
function intentType(word: string): IntentType {
  const type = intentTypes.find(known => known === word.trim());
  if (type) return type;
  throw new SignalboxError('invalid_input', 'There is no such type of intent.', `Types: ${intentTypes.join(', ')}.`);
}
