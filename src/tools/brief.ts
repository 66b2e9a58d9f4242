/** The digest as an operation: the command `signalbox brief`, and what a client's prompt puts in front of a model. */
import * as z from 'zod/v4';
import { type Brief, brief } from '../core/brief.ts';
import { limits } from '../core/limits.ts';
import { defineTool } from './define-tool.ts';
import type { Participant } from './participant.ts';

/**
 * What the caller should know before it begins, in about so many tokens (four characters each). The person at a shell is told
 * what concerns the checkout it stands in. Peer texts in it are quoted and marked as such; it still has to be shown as data.
 */
export async function briefFor(caller: Participant, tokens: number = limits.briefDefaultTokens): Promise<Brief> {
  const tree = await caller.place();
  const { host } = caller.world.processes.self();
  return caller.read((view, me) => {
    const here = me.kind === 'operator' ? { ...me, host, root: tree.root, branch: tree.branch } : me;
    return brief(view, here, tokens * 4);
  });
}

export default defineTool({
  name: 'brief',
  title: 'Digest for a joining session',
  set: 'command',
  effect: 'read',
  idempotent: true,
  needsMachine: true,
  description:
    'Show in a few lines who is here, what is locked and announced, what waits for you, and the shared knowledge that matters ' +
    'for your task and branch. Use at the start; the lists show all of it. Changes nothing.',
  input: z.strictObject({
    tokens: z.int().min(limits.briefMinTokens).max(limits.briefMaxTokens).default(limits.briefDefaultTokens),
  }),
  output: z.object({
    text: z.string(),
    sessions: z.number(),
    locks: z.number(),
    intents: z.number(),
    unread: z.number(),
    owed: z.number(),
    entries: z.number(),
  }),
  cli: { help: { tokens: 'how long it may be, at four characters a token' } },
  examples: [
    { title: 'Before you begin', input: {} },
    { title: 'The most important only', input: { tokens: 200 } },
  ],
  run: ({ caller }, { tokens }) => briefFor(caller, tokens),
  text: out => out.text,
});
