/** What the import of a database of `claude-duo` promises. */
import type { Requirement } from './requirement.ts';

export const requirements: readonly Requirement[] = [
  {
    id: 'DUOT-001',
    where: 'signalbox import claude-duo PATH',
    text: 'Says how many partners, conversations and messages were taken over and what was not, and takes nothing twice.',
  },
  {
    id: 'DUOT-002',
    where: 'partners',
    text: 'Who comes back to its folder is the partner again, with its name, status and places in conversations.',
  },
  {
    id: 'DUOT-003',
    where: 'messages',
    text: 'Messages are in the histories of their conversations with their times, and unread for those who have not read them.',
  },
];
