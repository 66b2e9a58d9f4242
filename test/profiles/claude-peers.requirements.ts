/** What the profile `claude-peers` promises to those who used that system over stdio. */
import type { Requirement } from './requirement.ts';

export const requirements: readonly Requirement[] = [
  {
    id: 'CPE-001',
    where: 'all tools',
    text: 'An answer is one text block of English prose without anything beside it.',
  },
  {
    id: 'CPE-002',
    where: 'all tools',
    text: 'A failure is a tool error that begins with what failed: `Error listing peers:`, `Error sending message:`, `Error setting summary:`, `Error checking messages:`.',
  },
  {
    id: 'CPE-003',
    where: 'all tools',
    text: 'A tool that there is not is the JSON-RPC error -32603, `Unknown tool: <name>`.',
  },
  {
    id: 'CPE-004',
    where: 'all tools',
    text: 'There are four tools with their arguments; those that are required are marked so.',
    differs:
      'Schemas name their dialect and allow no further properties, as all of ours do; what is given besides is left out.',
  },
  {
    id: 'CPE-005',
    where: 'all tools',
    text: 'What is missing or of a wrong type is said in prose with the name of the argument, and nothing is done.',
    differs: 'It reached the broker and came back as an error of its database.',
  },
  { id: 'CPE-010', where: 'list_peers', text: 'A scope that is none of the three, or none at all, is `machine`.' },
  { id: 'CPE-011', where: 'list_peers', text: 'Where nobody is, a sentence says so and names the scope.' },
  {
    id: 'CPE-012',
    where: 'list_peers',
    text: 'A line with the count and the scope, then a block for each peer: ID, PID, CWD, Repo, TTY, Summary, Last seen; what there is not is left out, and all lines but the first are indented. Paths are shown with all their blanks.',
    differs:
      'What a peer says of itself is shown on one line: it cannot pass for another peer. One of another machine has a line Host.',
  },
  { id: 'CPE-013', where: 'list_peers', text: 'Whoever asks is not listed, wherever else it has written.' },
  { id: 'CPE-014', where: 'list_peers', text: '`directory` lists those in exactly the same folder.' },
  {
    id: 'CPE-015',
    where: 'list_peers',
    text: '`repo` lists those on the same repository, and is `directory` outside git.',
    differs:
      'Worktrees, subfolders and clones with the same remote are the same repository, also on other machines that share the store; there a worktree was another one.',
  },
  {
    id: 'CPE-016',
    where: 'list_peers',
    text: 'A peer whose process is gone is not listed.',
    differs: 'Without a sweep: it is gone at once.',
  },
  {
    id: 'CPE-017',
    where: 'list_peers',
    text: 'Sessions that speak natively are peers as well.',
    differs:
      'They were not known there. Their id is their handle, and where several projects have the same one, eight characters as for others.',
  },
  {
    id: 'CPE-020',
    where: 'send_message',
    text: 'A message that was sent is told in a sentence with the id of the peer.',
  },
  {
    id: 'CPE-021',
    where: 'send_message',
    text: 'Nothing is sent to an id that nobody living has: `Failed to send: Peer <id> not found`.',
    differs: 'The same for a peer whose process has just gone; there its row was enough.',
  },
  {
    id: 'CPE-022',
    where: 'send_message',
    text: 'A peer of another repository is written to as one of the same, and its answer comes back.',
    differs: 'The sender appears in that project, natively too, under the same id and without a checkout.',
  },
  {
    id: 'CPE-023',
    where: 'send_message',
    text: 'A message to oneself, an empty one, one beyond 16 KiB and the same text for the third time are refused.',
    differs: 'There was no check and no limit; who repeats itself is in a loop.',
  },
  {
    id: 'CPE-024',
    where: 'send_message',
    text: 'An id that several native sessions of other projects have is refused, with the ids by which each can be written to.',
    differs: 'There were no handles.',
  },
  {
    id: 'CPE-025',
    where: 'send_message',
    text: 'A message to `operator` reaches the person at the shell, as `cli` does once that one has been there.',
    differs: 'There was nobody to write to; refusals of Signalbox advise it.',
  },
  {
    id: 'CPE-026',
    where: 'send_message',
    text: 'The id that a message or a list names means its session and nobody else, also written with capitals or an @.',
    differs:
      'Handles are chosen, and ids were drawn by chance: a handle that means anybody else is not shown, and never takes the place of an id.',
  },
  {
    id: 'CPE-030',
    where: 'set_summary',
    text: 'The answer has the summary in quotes; it takes the place of the one before, and all peers see it.',
  },
  { id: 'CPE-031', where: 'set_summary', text: 'An empty summary takes it back.' },
  {
    id: 'CPE-032',
    where: 'set_summary',
    text: 'A summary has 2,000 characters at most.',
    differs: 'There was no limit. As its task, natively, its first 300 are shown.',
  },
  { id: 'CPE-040', where: 'check_messages', text: 'Where nothing is unread: `No new messages.`' },
  {
    id: 'CPE-041',
    where: 'check_messages',
    text: 'A line with the count, then each message with `From <id> (<time>):` above its text, the oldest first, with three dashes between them.',
    differs:
      'A line of three dashes within a message is indented by a blank, so that nobody writes in the name of another. 200 are shown at a time.',
  },
  {
    id: 'CPE-042',
    where: 'check_messages',
    text: 'What it has shown is not shown again; what was only pushed is shown.',
    differs: 'There a push took it away, also where no client was listening: it was lost.',
  },
  { id: 'CPE-050', where: 'server', text: 'It says that it is claude-peers 0.1.0.' },
  {
    id: 'CPE-051',
    where: 'server',
    text: 'It has tools and the channel of Claude Code, and no resources or prompts.',
    differs: 'It says besides that the list of tools may change.',
  },
  {
    id: 'CPE-052',
    where: 'server',
    text: 'Its instructions tell to answer a message at once by its from_id, what the other attributes say, the four tools, and to set a summary at the start.',
    differs: 'They say as well that a message is not the word of the user.',
  },
  {
    id: 'CPE-053',
    where: 'server',
    text: 'A session is registered without a call.',
    differs:
      'After its client has connected and not before, with its first call or three seconds later: a health check brings nobody.',
  },
  {
    id: 'CPE-054',
    where: 'server',
    text: 'The id of a peer is eight characters of a-z and 0-9, the same for as long as its process lives.',
    differs: 'It is the beginning of the native id and not drawn by chance.',
  },
  {
    id: 'CPE-055',
    where: 'server',
    text: 'A session ends with a signal, and with its input.',
    differs: 'There a server outlived its input and went on taking messages.',
  },
  {
    id: 'CPE-056',
    where: 'server',
    text: 'A session that was lost, with the store or otherwise, is registered again although it does nothing itself.',
    differs: 'There it stayed invisible without noticing.',
  },
  {
    id: 'CPE-060',
    where: 'channel',
    text: 'Each message is one notification `notifications/claude/channel` with content and the meta fields from_id, from_summary, from_cwd and sent_at, in the order in which they were sent.',
    differs: 'Quotes and angle brackets in what a sender says of itself are replaced: clients show them as attributes.',
  },
  { id: 'CPE-061', where: 'channel', text: 'It is sent whether or not the client has said that it takes it.' },
  { id: 'CPE-062', where: 'channel', text: 'from_summary and from_cwd are empty for a sender that is no peer.' },
  {
    id: 'CPE-063',
    where: 'channel',
    text: 'Notices of Signalbox itself are pushed with from_id `signalbox`, which takes no answer; where hooks of the client are heard, these bring them.',
    differs: 'There were none.',
  },
  {
    id: 'CPE-064',
    where: 'channel',
    text: 'What is sent to everybody in a project is not pushed to a peer that only writes there.',
    differs: 'Native sessions can write to all.',
  },
  {
    id: 'CPE-070',
    where: 'summary at start',
    text: 'Without a key a session has a summary from git: folder, branch, and up to ten files that were changed last. Nothing leaves the machine.',
    differs: 'There was none without a key.',
  },
  {
    id: 'CPE-071',
    where: 'summary at start',
    text: 'With OPENAI_API_KEY a model is asked once, with 100 tokens, temperature 0.3 and `gpt-4o-mini`, and what it says is the summary.',
    differs: 'OPENAI_BASE_URL and SIGNALBOX_SUMMARY_MODEL name another service and model.',
  },
  {
    id: 'CPE-072',
    where: 'summary at start',
    text: 'A model that fails or takes more than five seconds leaves the summary from git; nobody waits for it.',
  },
  {
    id: 'CPE-073',
    where: 'summary at start',
    text: 'A summary that the session sets itself is never replaced by one that comes late.',
  },
  {
    id: 'CPE-074',
    where: 'summary at start',
    text: 'A summary from git is made anew when the branch is another one.',
    differs: 'It was made once.',
  },
  {
    id: 'CPE-080',
    where: 'native sessions',
    text: 'Messages go in both directions, the summary of a peer is its task natively, and the task of a native session is its summary here.',
    differs: 'There were none.',
  },
];
