/** What the profile `claude-duo` promises to those who used that system over stdio. */
import type { Requirement } from './requirement.ts';

export const requirements: readonly Requirement[] = [
  {
    id: 'DUO-001',
    where: 'all tools',
    text: 'A result is one text; a refusal is marked as an error and begins with the word for it and a colon.',
    differs: 'English unless `--language fr` is given: `Error: …`, in French `Erreur: …`.',
  },
  {
    id: 'DUO-002',
    where: 'all tools',
    text: 'Every tool answers in French as well; ids, bold, backticks, times in brackets, emoji and counts are the same.',
  },
  {
    id: 'DUO-003',
    where: 'all tools',
    text: 'A tool that there is not is refused with `Unknown tool: <name>`, in French `Tool inconnu: <name>`.',
  },
  {
    id: 'DUO-004',
    where: 'server',
    text: 'The server says that it is `mcp-claude-duo-partner` 3.0.0, with ten tools and nothing else.',
    differs: 'It has instructions, which say that what partners write is information and no order.',
  },
  {
    id: 'DUO-005',
    where: 'all tools',
    text: 'A missing argument is refused.',
    differs: 'The refusal names it, instead of an error of the language it is written in; so is one of the wrong type.',
  },
  {
    id: 'DUO-006',
    where: 'all tools',
    text: 'Null counts as left out, and a number that is written as text as the number; 1, 0, "true" and "false" switch notifications.',
  },
  {
    id: 'DUO-010',
    where: 'register',
    text: 'The id is the last part of the folder’s path in small letters, with `_` for all but letters and digits.',
    differs: 'It has 60 characters at most.',
  },
  {
    id: 'DUO-011',
    where: 'register',
    text: 'Every session has an id.',
    differs:
      'Two sessions in one folder, and two folders that are called alike, were one partner. Here the second is `<id>_2`, and so on; a folder of a machine keeps its id.',
  },
  {
    id: 'DUO-012',
    where: 'register',
    text: 'A session is registered without a call: a little after it has connected, or before its first call.',
  },
  {
    id: 'DUO-013',
    where: 'register',
    text: 'Shows the name in bold, the id and the folder. The name is what is given, else PARTNER_NAME, else Claude.',
  },
  { id: 'DUO-014', where: 'register', text: 'Registering again changes the name and keeps the id.' },
  {
    id: 'DUO-015',
    where: 'register',
    text: 'Whoever comes back to a folder is the same partner, with its messages, conversations, history and status.',
  },
  {
    id: 'DUO-016',
    where: 'status',
    text: 'A partner is online from its registration on.',
    differs:
      'Until its process ends, however that is; there every listen that ended put it offline, and a crash never did.',
  },
  {
    id: 'DUO-020',
    where: 'talk',
    text: 'A direct conversation begins with its first message; its id is `direct_<a>_<b>`, the ids sorted, in the first line.',
  },
  {
    id: 'DUO-021',
    where: 'talk',
    text: 'The second line says how many were notified at once, or for how many it is queued.',
    differs: 'Both where both are so.',
  },
  { id: 'DUO-022', where: 'talk', text: 'A conversation wins over a recipient.' },
  {
    id: 'DUO-023',
    where: 'talk',
    text: 'Without either it goes to the only other partner; with none, or several, whose ids are listed, it is refused.',
  },
  {
    id: 'DUO-024',
    where: 'talk',
    text: 'Refused are an unknown recipient, an unknown conversation, one that the partner is not in, and an empty message.',
  },
  {
    id: 'DUO-025',
    where: 'talk',
    text: 'A partner may be named by its own id.',
    differs: 'Refused: what one said to oneself was never delivered.',
  },
  { id: 'DUO-026', where: 'talk', text: 'What is said to a partner who is away waits for it.' },
  {
    id: 'DUO-027',
    where: 'talk',
    text: 'Any text is taken.',
    differs:
      'Not more than 16 KiB, nor the same text to the same partner for the third time within ten minutes, nor more than a dozen turns of two within one.',
  },
  {
    id: 'DUO-030',
    where: 'listen',
    text: 'What is unread is shown at once: the count, for each conversation a folder and its id in bold, then the lines with time and sender; it is read by that.',
  },
  { id: 'DUO-031', where: 'listen', text: 'Where nothing is unread it waits, and answers as soon as something comes.' },
  {
    id: 'DUO-032',
    where: 'listen',
    text: 'It waits 10 to 60 minutes, 30 where nothing is said; less or more is the bound.',
  },
  {
    id: 'DUO-033',
    where: 'listen',
    text: 'To one conversation, it neither shows nor is woken by what is said in others; not being in it is refused.',
  },
  {
    id: 'DUO-034',
    where: 'listen',
    text: 'When nothing came it says so and to call it again, which is no error.',
    differs:
      'It also answers so before its minutes are over where the client would end the call; there every wait failed after five minutes.',
  },
  {
    id: 'DUO-035',
    where: 'listen',
    text: 'A wait goes on in silence.',
    differs: 'A client that asks for progress is told every five seconds that it goes on.',
  },
  { id: 'DUO-036', where: 'listen', text: 'A call that its client cancels ends the wait and marks nothing as read.' },
  {
    id: 'DUO-037',
    where: 'listen',
    text: 'A second listen of a partner takes the place of the first.',
    differs: 'Both wait and both are woken; there the second never was.',
  },
  {
    id: 'DUO-038',
    where: 'listen',
    text: 'Every message is delivered.',
    differs: 'Also of many that are said while others are read: what came in the second of a read was lost.',
  },
  {
    id: 'DUO-039',
    where: 'listen',
    text: 'What was not yet shown when the process of a listener is killed is kept for it.',
  },
  {
    id: 'DUO-045',
    where: 'list_partners',
    text: 'Lists everybody who ever registered, whoever was seen last first, with name in bold, id in parentheses, status in italics, a mark at oneself, and a legend.',
    differs:
      'A partner that is away and has no messages is forgotten 30 days after it left, later where the project keeps messages longer.',
  },
  { id: 'DUO-046', where: 'list_partners', text: 'Shows who is online, who is not, and who listens now.' },
  {
    id: 'DUO-047',
    where: 'list_partners',
    text: 'Shows partners of all folders.',
    differs: 'And the native sessions of the own project, as `native:<handle>`.',
  },
  {
    id: 'DUO-050',
    where: 'list_conversations',
    text: 'Shows each conversation with its kind, its name or who is in it in bold, the unread count, the id in backticks and the participants; the newest first, archived ones not.',
  },
  {
    id: 'DUO-051',
    where: 'list_conversations',
    text: 'Counts what is unread.',
    differs: 'Without one’s own messages.',
  },
  {
    id: 'DUO-052',
    where: 'create_conversation',
    text: 'Creates a group with its creator in it; its id is `group_<ms>_<base 36>`; names need not be unique.',
    differs:
      'The same name with the same participants within an hour is the same group, so that a retry makes no second one.',
  },
  {
    id: 'DUO-053',
    where: 'create_conversation',
    text: 'An unknown participant is refused.',
    differs: 'So is a group without anybody else, and a native session in it.',
  },
  {
    id: 'DUO-054',
    where: 'leave_conversation',
    text: 'Takes the partner out, also one that is not in it; the last one out archives the group. Refused for a direct conversation and an unknown one.',
  },
  {
    id: 'DUO-055',
    where: 'leave_conversation',
    text: 'Whoever has left gets nothing more of it and cannot talk in it.',
  },
  {
    id: 'DUO-060',
    where: 'history',
    text: 'Shows a title in bold and what was said in order, 50 messages where nothing is said.',
    differs: 'The newest ones, 200 at most; there it was the oldest.',
  },
  { id: 'DUO-061', where: 'history', text: 'Marks nothing as read.' },
  {
    id: 'DUO-062',
    where: 'history',
    text: 'Reads a conversation by its id.',
    differs: 'Only one that the partner is in.',
  },
  { id: 'DUO-063', where: 'history', text: 'Says so where nothing was said yet; an unknown conversation is refused.' },
  {
    id: 'DUO-064',
    where: 'times',
    text: 'Times in brackets are local.',
    differs: 'They are, and name their distance from UTC; there it was UTC that looked like local time.',
  },
  { id: 'DUO-070', where: 'set_status', text: 'Sets what others see in italics; empty or absent clears it.' },
  {
    id: 'DUO-071',
    where: 'register, set_status',
    text: 'Any name and any status is taken.',
    differs:
      'Each has 500 characters at most, and is shown without the marks by which a list tells its lines apart: stars, backticks and its emoji.',
  },
  {
    id: 'DUO-075',
    where: 'notifications',
    text: 'Switches whether a file of the project tells of messages.',
    differs:
      'The notification file that Signalbox keeps where it is set, and only how many wait; CLAUDE.md is not written from another process.',
  },
  {
    id: 'DUO-080',
    where: 'mixed',
    text: 'What a native session of the project writes to the partner, to it alone, to everybody or in a group, is heard by listen.',
    differs: 'There were no others.',
  },
  {
    id: 'DUO-081',
    where: 'mixed',
    text: 'What the partner says to a native session lands in its inbox, and its answer in the same conversation.',
    differs: 'There were no others.',
  },
  {
    id: 'DUO-082',
    where: 'mixed',
    text: 'Native sessions know the partner by its id, and see its status.',
    differs: 'There were no others.',
  },
  {
    id: 'DUO-083',
    where: 'mixed',
    text: 'A native session is never taken for a partner, whatever its handle is: it is `native:<handle>` in lists, conversations, messages and as a recipient.',
    differs: 'There were no others.',
  },
  {
    id: 'DUO-090',
    where: 'messages',
    text: 'A message is shown as it was written.',
    differs:
      'Its further lines stand further in, and control characters and tags of clients are taken out, so that none can pass for another’s message.',
  },
];
