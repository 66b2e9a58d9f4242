/** The two tools of claude-peers about peers. */
import * as z from 'zod/v4';
import { limits } from '../../core/limits.ts';
import { foreignTool, said } from '../define-profile.ts';
import { blockOf, counted, told } from './shown.ts';

export const listPeers = foreignTool({
  name: 'list_peers',
  description:
    'Find the other AI sessions that are at work now: their ids, folders, repositories and what each of them is doing.',
  input: z.object({
    scope: z
      .enum(['machine', 'directory', 'repo'])
      .catch('machine')
      .meta({ default: undefined })
      .describe(
        'machine: all on this machine; directory: those in your folder; repo: those on your repository, its worktrees too, and clones that have the same remote',
      ),
  }),
  run: (desk, { scope }) =>
    told('list_peers', desk, async () => {
      const peers = await desk.peers.list(scope);
      if (peers.length === 0) return said(`There are no other peers (scope: ${scope}).`);
      const listed = peers.slice(0, limits.sessionsListed);
      const more = peers.length - listed.length;
      const rest = more > 0 ? [`${more} more are not listed: choose a smaller scope.`] : [];
      return said(
        [`${counted(peers.length, 'peer')} (scope: ${scope}):`, ...listed.map(blockOf), ...rest].join('\n\n'),
      );
    }),
});

export const setSummary = foreignTool({
  name: 'set_summary',
  description: 'Say in one or two sentences what you are working on: other sessions see it when they look for peers.',
  input: z.object({ summary: z.string().describe('What you are working on; empty to take it back') }),
  run: (desk, { summary }) =>
    told('set_summary', desk, async () => {
      await desk.peers.summarize({ text: summary, by: 'session' });
      return said(`Your summary is now "${summary}".`);
    }),
});
