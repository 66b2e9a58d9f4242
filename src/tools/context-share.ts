import * as z from 'zod/v4';
import { share } from '../core/context.ts';
import { limits } from '../core/limits.ts';
import { type ContextRecord, contextTypes } from '../core/records.ts';
import { instant } from '../core/text.ts';
import { areAllIndexed } from '../core/words.ts';
import { defineTool } from './define-tool.ts';

export default defineTool({
  name: 'context_share',
  title: 'Share knowledge',
  set: 'core',
  effect: 'write',
  idempotent: true,
  description:
    'Leave knowledge that outlives your task for all sessions, later ones too; to tell somebody now use message_send. ' +
    'Same type and title makes a new revision.',
  input: z.strictObject({
    type: z.enum(contextTypes),
    content: z.string(),
    title: z.string().optional(),
    tags: z.array(z.string()).max(limits.tagsPerMessage).optional(),
    ttlSeconds: z.int().min(1).optional(),
  }),
  output: z.object({
    entry: z.string(),
    revision: z.number(),
    replaced: z.string().optional(),
    warnings: z.array(z.string()).optional(),
  }),
  cli: {
    positional: ['type', 'content'],
    help: {
      type: 'what kind of knowledge it is',
      content: 'the text, up to 16 KiB',
      title: 'names it: sharing the same type and title again makes a new revision',
      tags: 'words to find it by',
      ttlSeconds: 'how long it is kept; without one until somebody removes it',
    },
  },
  examples: [
    {
      title: 'Record a decision',
      input: {
        type: 'decision',
        title: 'Session store',
        content: 'Logins use server sessions, no JWT.',
        tags: ['auth'],
      },
    },
    {
      title: 'Warn for an hour',
      input: { type: 'blocker', content: 'CI is out of disk; do not push to main.', ttlSeconds: 3600 },
    },
  ],
  async run({ caller }, input) {
    const knowledge = {
      type: input.type,
      title: input.title ?? null,
      content: input.content,
      tags: input.tags ?? [],
      ttlMs: input.ttlSeconds === undefined ? null : input.ttlSeconds * 1000,
    };
    const { entry, replaced, repeated, masked, cleaned } = await caller.transact((unit, me) =>
      share(unit, me, knowledge),
    );
    const warnings = [
      ...(repeated ? ['The same was shared before: nothing changed.'] : []),
      ...(masked.length > 0
        ? [`Masked before it was stored: ${masked.join(', ')}. If it was real, replace it where it came from.`]
        : []),
      ...(areAllIndexed(entry.title ?? '', ...entry.tags, entry.content) ? [] : [unindexed]),
      ...(cleaned ? ['Control characters or wrapper tags were taken out of the content.'] : []),
    ];
    return {
      entry: entry.id,
      revision: entry.revision,
      ...(replaced ? { replaced: spokenRevision(replaced) } : {}),
      ...(warnings.length > 0 ? { warnings } : {}),
    };
  },
  text: out =>
    [
      `Shared as ${out.entry}, revision ${out.revision}.`,
      ...(out.replaced ? [`It stands in place of ${out.replaced}.`] : []),
      ...(out.warnings ?? []),
    ].join('\n'),
});

const unindexed = `Searches find it by its first ${limits.wordsIndexed} different words only: share it in parts, or put what it is about into title and tags.`;

/** Whose words are no longer shown, so that an author who did not know of them can look again. */
function spokenRevision({ revision, authorHandle, updatedAt }: ContextRecord): string {
  return `revision ${revision} by ${authorHandle}, shared at ${instant(updatedAt)}`;
}
