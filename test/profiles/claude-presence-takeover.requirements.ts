/** What the import of a database of `claude-presence` promises. */
import type { Requirement } from './requirement.ts';

export const requirements: readonly Requirement[] = [
  {
    id: 'CPT-001',
    where: 'signalbox import claude-presence PATH',
    text: 'Says how much of each kind was taken over, and how much was not and why.',
  },
  {
    id: 'CPT-002',
    where: 'signalbox import claude-presence PATH',
    text: 'Changes nothing of the old database, reads what a running program has written last, and refuses what is none.',
  },
  { id: 'CPT-003', where: 'signalbox import claude-presence PATH', text: 'May be done again and takes nothing twice.' },
  {
    id: 'CPT-004',
    where: 'locks',
    text: 'Locks in force are kept for their holders, who have them as soon as they say their names, and refused to others.',
  },
  {
    id: 'CPT-005',
    where: 'messages',
    text: 'Messages keep their senders, times, priorities and tags, and are unread for those who have not read them.',
  },
  {
    id: 'CPT-006',
    where: 'signalbox import claude-presence PATH',
    text: 'A row that cannot be read is left with the reason, and keeps no other from being taken.',
  },
];
