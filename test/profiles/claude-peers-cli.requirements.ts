/** What the commands of the profile `claude-peers` promise to scripts and people. */
import type { Requirement } from './requirement.ts';

export const requirements: readonly Requirement[] = [
  {
    id: 'CPEC-001',
    where: 'status',
    text: 'It prints the state and the count of peers, an address, and for each peer its id, process, folder, summary, terminal and when it was last seen.',
    differs: 'The address is that of the store: there is no broker.',
  },
  {
    id: 'CPEC-002',
    where: 'peers',
    text: 'A line `<id>  PID:<pid>  <folder>` for each peer of the machine, with a line for its summary below where it has one.',
    differs: 'Native sessions are listed, by their handles.',
  },
  { id: 'CPEC-003', where: 'peers', text: 'Where nobody is: `No peers registered.`' },
  {
    id: 'CPEC-010',
    where: 'send',
    text: 'It writes to a peer of any repository and confirms that; the words are one message. The sender is `cli`.',
  },
  {
    id: 'CPEC-011',
    where: 'send',
    text: 'A failure is told on standard error, `Failed: Peer <id> not found` for an id that nobody has, and the exit code is 0.',
  },
  {
    id: 'CPEC-012',
    where: 'send',
    text: 'Without an id or words its use is told on standard error, and the exit code is 1.',
  },
  {
    id: 'CPEC-013',
    where: 'send',
    text: 'An answer to `cli` reaches the operator.',
    differs: 'Nobody could be answered there.',
  },
  {
    id: 'CPEC-014',
    where: 'send',
    text: 'In the shell of a session it is that session that writes, and only within its project.',
    differs: 'Every sender was `cli`: here that is a person.',
  },
  {
    id: 'CPEC-020',
    where: 'kill-broker',
    text: 'It says in two sentences what it did, with exit code 0.',
    differs: 'It ends nothing: there it ended every process with a socket on the port, itself too.',
  },
  { id: 'CPEC-021', where: 'help', text: 'Any other word, or none, prints the help with exit code 0.' },
  {
    id: 'CPEC-022',
    where: 'all commands',
    text: 'A store that cannot be reached is told in a sentence, with exit code 0.',
  },
];
