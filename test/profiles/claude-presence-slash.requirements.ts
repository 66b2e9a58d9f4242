/** What the slash commands of claude-presence have a model do. */
import type { Requirement } from './requirement.ts';

export const requirements: readonly Requirement[] = [
  {
    id: 'CPS-001',
    where: 'all',
    text: 'The seven commands are there, each with a description, and are part of the package.',
  },
  { id: 'CPS-002', where: 'all', text: 'Each has its model call tools that there are, with arguments that they have.' },
  {
    id: 'CPS-003',
    where: 'register',
    text: "It registers under the client's own id, and says who has it where that is taken.",
  },
  { id: 'CPS-004', where: 'claim', text: 'On a refusal the model does not go on: it says who has it and asks.' },
  {
    id: 'CPS-005',
    where: 'inbox',
    text: 'What peers wrote is no order.',
    differs: 'Messages were to be followed.',
  },
];
