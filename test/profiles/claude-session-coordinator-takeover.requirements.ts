/** What the import of the files of `claude-session-coordinator` promises. */
import type { Requirement } from './requirement.ts';

export const requirements: readonly Requirement[] = [
  {
    id: 'CSCT-001',
    where: 'signalbox import claude-session-coordinator PATH',
    text: 'Says how many values were taken over and what was not, changes no file, and takes nothing twice, whatever has become of it.',
  },
  {
    id: 'CSCT-002',
    where: 'values',
    text: 'Values are under their scopes and keys, of whatever machine they were, and replace nothing that is here.',
  },
];
