/** What the flags of the program `claude-session-coordinator` promise to the scripts of its users. */
import type { Requirement } from './requirement.ts';

export const requirements: readonly Requirement[] = [
  { id: 'CSCL-001', where: '--version', text: '`--version` prints the name and 0.1.0, exit code 0.' },
  {
    id: 'CSCL-002',
    where: '--validate-config',
    text: '`--validate-config` prints a line with ✓ or ✗ for each thing, exit code 0 where all is valid and 1 where not; without a file the defaults count.',
    differs: 'The lines tell what still counts: the store is that of Signalbox.',
  },
  {
    id: 'CSCL-003',
    where: 'flags',
    text: '`-h` prints the usage, exit code 0; an unknown flag prints it on standard error, exit code 2.',
  },
  {
    id: 'CSCL-004',
    where: 'no flags',
    text: 'Without a flag the command says how the server is started, exit code 2.',
    differs:
      'The server is `signalbox mcp --profile claude-session-coordinator`: it serves one client, and `compat` is for scripts.',
  },
];
