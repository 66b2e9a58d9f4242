/** What the import of a database of `claude-peers` promises. */
import type { Requirement } from './requirement.ts';

export const requirements: readonly Requirement[] = [
  {
    id: 'CPET-001',
    where: 'signalbox import claude-peers PATH',
    text: 'Says how much was taken over, and how much was not and why; done again it takes nothing twice.',
  },
  {
    id: 'CPET-002',
    where: 'messages',
    text: 'A message that was not delivered goes to whoever works in the folder of its recipient, from its sender, and says whom it was for.',
    differs: 'Ids of the old system are nobody’s any more.',
  },
];
