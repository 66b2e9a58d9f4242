/** What `signalbox compat claude-presence` promises, command by command. */
import type { Requirement } from './requirement.ts';

export const requirements: readonly Requirement[] = [
  { id: 'CPC-001', where: 'words', text: 'Without a command it is status.' },
  {
    id: 'CPC-002',
    where: 'words',
    text: 'An unknown command, or an option in its place, prints the help and exits 0.',
  },
  { id: 'CPC-003', where: 'words', text: 'help prints what there is and exits 0.' },
  { id: 'CPC-004', where: 'words', text: '-p, -s, -b and -c are --project, --session, --branch and --client.' },
  {
    id: 'CPC-005',
    where: 'words',
    text: 'A project that begins with . or .. is the folder of that path from where the command is typed.',
    differs: 'It was compared as the text that it is and found nothing, contrary to what was documented.',
  },
  { id: 'CPC-006', where: 'words', text: 'Any other project is taken as it stands, also a name that is no folder.' },
  {
    id: 'CPC-007',
    where: 'words',
    text: 'A failure is one line that begins with "claude-presence:" on standard error, and exit code 1; what to do follows on a second line.',
    differs: 'The second line was not there.',
  },
  { id: 'CPC-008', where: 'words', text: 'A command announces nobody and ends nobody who lives.' },
  { id: 'CPC-009', where: 'status', text: 'With nobody there it says so.' },
  {
    id: 'CPC-010',
    where: 'status',
    text: 'People are told the count, and of each session its id, project, branch, intent, start, last sign and process; what was not said is left out.',
  },
  {
    id: 'CPC-011',
    where: 'status',
    text: 'As JSON it is the rows: ten fields, times in whole milliseconds, client_session_id among them, metadata null.',
  },
  { id: 'CPC-012', where: 'status', text: 'Without a project all are shown, ordered by project.' },
  {
    id: 'CPC-013',
    where: 'status',
    text: 'Sessions that speak our own vocabulary are among them.',
    differs: 'They are at work on the same files.',
  },
  { id: 'CPC-014', where: 'locks', text: 'With nothing claimed it says so.' },
  {
    id: 'CPC-015',
    where: 'locks',
    text: 'People are told the holder, branch, reason, since when and for how many seconds.',
  },
  {
    id: 'CPC-016',
    where: 'locks',
    text: 'As JSON it is the rows: session_id for the holder, times in whole milliseconds.',
  },
  { id: 'CPC-017', where: 'inbox', text: 'People are told each message; with none that there is none, or no new one.' },
  {
    id: 'CPC-018',
    where: 'inbox',
    text: 'As JSON it is messages, unread_total and total; tags are one JSON text and created_at is in milliseconds.',
  },
  { id: 'CPC-019', where: 'inbox', text: 'What was shown counts as read, unless --peek; --all shows it again.' },
  {
    id: 'CPC-020',
    where: 'inbox',
    text: '--min-priority leaves out what matters less; a value that is none is ignored.',
  },
  { id: 'CPC-021', where: 'inbox', text: 'Fifty messages at most are shown and counted as read.' },
  {
    id: 'CPC-022',
    where: 'inbox',
    text: 'A missing option is exit code 1: as JSON {error} on standard output, else a sentence on standard error.',
  },
  {
    id: 'CPC-023',
    where: 'inbox',
    text: 'What waits for a name that no living session has is shown, and stays unread for whoever takes the name.',
    differs: 'It counted as read. Here a command acts as a session that is there, and as no other.',
  },
  { id: 'CPC-024', where: 'refresh-branch', text: 'The branch it has already is {changed: false, branch}.' },
  {
    id: 'CPC-025',
    where: 'refresh-branch',
    text: 'Another one is {changed: true, from, to}; intent, pid, hostname, client and start stay, the last sign is now.',
  },
  {
    id: 'CPC-026',
    where: 'refresh-branch',
    text: 'An unknown session is {changed: false, reason: session_not_found}.',
  },
  {
    id: 'CPC-027',
    where: 'refresh-branch',
    text: 'A session of another project is {changed: false, reason: project_mismatch, stored_project}.',
  },
  { id: 'CPC-028', where: 'refresh-branch', text: 'People get one sentence each time, and the exit code is 0.' },
  { id: 'CPC-029', where: 'refresh-branch', text: 'A missing option is exit code 1 and told as by inbox.' },
  {
    id: 'CPC-030',
    where: 'resolve-session',
    text: 'As JSON it is {session_id, project, branch}, or {session_id: null}, and the exit code is 0.',
  },
  {
    id: 'CPC-031',
    where: 'resolve-session',
    text: 'People get the id alone; for none a sentence on standard error and exit code 2.',
  },
  { id: 'CPC-032', where: 'resolve-session', text: 'With a project only its sessions count.' },
  { id: 'CPC-033', where: 'resolve-session', text: 'Without --client it is exit code 1 and told as by inbox.' },
  {
    id: 'CPC-034',
    where: 'clear',
    text: 'Sessions that are gone and locks that have lapsed are ended and counted, also those of other projects.',
    differs: 'A session is gone when its process is, and not a day after its last heartbeat.',
  },
  {
    id: 'CPC-035',
    where: 'clear',
    text: 'No message is removed, also with --all: pruned_inbox is 0.',
    differs: 'Messages are kept for the time that the project sets.',
  },
  { id: 'CPC-036', where: 'clear', text: 'People get one line.' },
  { id: 'CPC-037', where: 'path', text: 'The path of the store is printed as plain text, also with --json.' },
];
