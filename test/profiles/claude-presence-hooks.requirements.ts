/** What the two hooks of claude-presence do, as `signalbox compat claude-presence hook …` answers them. */
import type { Requirement } from './requirement.ts';

export const requirements: readonly Requirement[] = [
  {
    id: 'CPH-001',
    where: 'session-start',
    text: 'Says in systemMessage where the session is, with its branch and client id, and which tools to call; registers nothing and does not say so.',
    differs: 'It said that the session is registered, which it was not.',
  },
  {
    id: 'CPH-002',
    where: 'session-start',
    text: 'Without an id or a folder it takes the folder that it is started in, and names no id.',
    differs: 'It made an id up, which nobody could use.',
  },
  {
    id: 'CPH-003',
    where: 'user-prompt-submit',
    text: 'The session is found by the client_session_id that it registered with, in the project of the folder.',
  },
  { id: 'CPH-004', where: 'user-prompt-submit', text: 'The branch of a session that is found is kept up to date.' },
  {
    id: 'CPH-005',
    where: 'user-prompt-submit',
    text: 'Where nobody else is, nothing is claimed and nothing unread, it says nothing.',
  },
  {
    id: 'CPH-006',
    where: 'user-prompt-submit',
    text: 'With unread messages systemMessage is a banner with their number, and additionalContext has the counts and all of them, of every priority.',
  },
  { id: 'CPH-007', where: 'user-prompt-submit', text: 'They stay unread.' },
  {
    id: 'CPH-008',
    where: 'user-prompt-submit',
    text: 'A session that is not found is told the counts of sessions and locks, without a banner.',
  },
  {
    id: 'CPH-009',
    where: 'user-prompt-submit',
    text: 'additionalContext stands at the top and in hookSpecificOutput.',
  },
  {
    id: 'CPH-010',
    where: 'both',
    text: 'Whatever fails, it says nothing and exits with 0.',
  },
  {
    id: 'CPH-011',
    where: 'user-prompt-submit',
    text: 'A message is one line: priority, DM or broadcast, sender, branch, text; it cannot pass for words of the user.',
    differs: 'Text of peers was put in as it was.',
  },
];
