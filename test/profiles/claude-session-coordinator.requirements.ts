/** What the profile `claude-session-coordinator` promises to those who used that system over stdio. */
import type { Requirement } from './requirement.ts';

export const requirements: readonly Requirement[] = [
  {
    id: 'CSC-001',
    where: 'all tools',
    text: 'A dictionary is answered as one block of JSON indented by two spaces, and as structured content.',
  },
  {
    id: 'CSC-002',
    where: 'all tools',
    text: 'A list is answered as one block for each element, and as structured content under `result`.',
  },
  { id: 'CSC-003', where: 'all tools', text: 'Nothing is answered as no block, and as null under `result`.' },
  { id: 'CSC-004', where: 'all tools', text: 'A truth is answered as `true` or `false`, and under `result`.' },
  {
    id: 'CSC-005',
    where: 'all tools',
    text: 'Tools tell the schema of their answers (an open object, or one with `result`), retrieve_data tells none.',
  },
  {
    id: 'CSC-006',
    where: 'all tools',
    text: 'A failure is a tool error whose text begins with `Error executing tool <name>: `.',
    differs: 'A next step stands behind the reason, where there is one.',
  },
  { id: 'CSC-007', where: 'all tools', text: 'A tool that there is not is a tool error `Unknown tool: <name>`.' },
  {
    id: 'CSC-008',
    where: 'all tools',
    text: 'Arguments that do not fit are a tool error that counts them and has a paragraph for each field.',
    differs: 'What is wrong with a field is said in the words of another library, without a link to its pages.',
  },
  {
    id: 'CSC-009',
    where: 'all tools',
    text: 'Arguments that a tool does not know are dropped silently.',
    differs: 'The schemas say that there are no others, and have no titles.',
  },
  {
    id: 'CSC-010',
    where: 'the server',
    text: 'The server is claude-session-coordinator 0.1.0, with tools, resources and prompts.',
    differs:
      'The version was that of a library. There are instructions now; the list of tools may be said to have changed.',
  },
  {
    id: 'CSC-011',
    where: 'tools/list',
    text: 'There are exactly nine tools, with their arguments, types and defaults.',
  },
  {
    id: 'CSC-012',
    where: 'resources',
    text: 'There are two resources and one template, plain text that holds JSON; an unknown address is an error of the protocol.',
    differs: 'The code of that error is the one that the protocol has for it, not 0.',
  },
  {
    id: 'CSC-013',
    where: 'prompts',
    text: 'There are three prompts without arguments, each one message of the user; an unknown one is an error of the protocol.',
    differs: 'The code of that error is the one that the protocol has for it, not 0.',
  },
  {
    id: 'CSC-014',
    where: 'the server',
    text: 'The server ends with its input, with exit code 0, and prints nothing of its own.',
  },
  {
    id: 'CSC-020',
    where: 'sign_on',
    text: 'sign_on answers with machine, project, session_id and full_scope_prefix, which is `machine:project`.',
  },
  {
    id: 'CSC-021',
    where: 'sign_on',
    text: 'Without an id, or with an empty one, it is the first available instance in the order in which they were known, claude_1 at first.',
    differs:
      'Where none was known to be available it was claude_1 for everybody, taken or not; now claude_1 to claude_4 are available as they are shown, and claude_5 and further ones follow.',
  },
  {
    id: 'CSC-022',
    where: 'sign_on',
    text: 'With an id it is that instance, any text, taken or not: so a session goes on after a restart.',
    differs:
      'An id holds no control characters and is so long at most that its scope `session:<id>` can be kept: 67 plain characters. The handle of a native session is refused.',
  },
  {
    id: 'CSC-023',
    where: 'sign_on',
    text: 'Signing on again makes the connection another instance.',
    differs: 'The instance before is available from then on; it stayed taken for ever.',
  },
  {
    id: 'CSC-024',
    where: 'sign_on',
    text: 'Sessions that sign on at once are different instances.',
    differs: 'Of eight some became the same, and some were lost from the registry.',
  },
  {
    id: 'CSC-025',
    where: 'sign_off',
    text: 'sign_off makes the instance available, keeps the data and answers with the session, or with `no active session`.',
  },
  {
    id: 'CSC-026',
    where: 'the registry',
    text: 'An instance whose process is gone is available, and the next one of its name finds its data.',
    differs: 'It stayed taken for ever.',
  },
  {
    id: 'CSC-027',
    where: 'sign_on, sign_off',
    text: 'Two connections that are one instance both go by its name; what one stores the other reads.',
    differs:
      'The instance is available when both have gone, and given to no third one before; it was when the first one had signed off.',
  },
  {
    id: 'CSC-028',
    where: 'the registry',
    text: 'Of two connections that are one instance, the one that stays has the name when the other has gone, from its next call on.',
    differs: 'The registry knew nothing of connections.',
  },
  {
    id: 'CSC-029',
    where: 'tools about data',
    text: 'A session whose name another one has got meanwhile, without its choosing to share it, is told so and has to sign on again; while nobody has got it, it goes on.',
    differs: 'The registry knew nothing of connections.',
  },
  {
    id: 'CSC-030',
    where: 'tools about data',
    text: 'Before sign_on, and after sign_off, they are refused with `Must call sign_on() first`.',
  },
  {
    id: 'CSC-031',
    where: 'retrieve_data',
    text: 'A text comes as it is, a number or truth as in JSON, an object as JSON for people, a list element by element, null and what is missing as nothing; there is no structured content.',
    differs: 'A number with nothing behind its point comes without the point: 1.0 as 1.',
  },
  {
    id: 'CSC-032',
    where: 'store_data',
    text: 'A text that is an object or a list in JSON is stored as that, every other text as itself.',
    differs: 'The text `null` is that text; it became null.',
  },
  {
    id: 'CSC-033',
    where: 'store_data',
    text: 'Of two values under one key the last one stays, and a scope is there with its first key.',
  },
  {
    id: 'CSC-034',
    where: 'store_data',
    text: 'Values that many sessions store at once are all there, and whole.',
    differs: 'Most of them were lost, and some calls failed on half a file.',
  },
  {
    id: 'CSC-035',
    where: 'delete_data',
    text: 'delete_data answers whether the key was there; with the last key the scope is gone.',
  },
  {
    id: 'CSC-036',
    where: 'list_keys',
    text: 'list_keys answers with the keys of a scope, and with none for a scope that is not there.',
    differs: 'They come by name; they came in the order in which they were stored.',
  },
  {
    id: 'CSC-037',
    where: 'list_scopes',
    text: 'list_scopes answers with the scopes without their prefix, sorted, `instances` among them; a glob picks from them, its star spans colons.',
    differs: 'Case counts on every system, and signs in the name of machine or project mean nothing in the glob.',
  },
  {
    id: 'CSC-038',
    where: 'delete_scope',
    text: 'delete_scope answers whether the scope was there, and deletes it with all its keys.',
  },
  {
    id: 'CSC-039',
    where: 'tools about data',
    text: 'A scope and a key are any text, and are listed as they were given.',
    differs:
      'Names with two underscores, and scopes of a project without a remote, were lost or changed. A scope is kept in 80 characters, a key in 200; signs that native names do not have take several of them. A name with signs that no listing shows is refused.',
  },
  {
    id: 'CSC-040',
    where: 'the registry',
    text: 'The registry is read as the key `registry` of the scope `instances`.',
    differs: 'Nobody writes or deletes it with the tools about data: it tells who is there.',
  },
  {
    id: 'CSC-041',
    where: 'store_data',
    text: 'Any JSON is stored.',
    differs:
      'A value has 64 KiB at most and 50 levels; a JSON text with a number that cannot be kept exactly is refused, or with a name that stands twice in an object, and so is a whole number that JSON rounds.',
  },
  {
    id: 'CSC-042',
    where: 'store_data',
    text: 'A text comes back as it was stored.',
    differs: 'Control characters are taken out, and tags by which clients mark what is not the user’s are escaped.',
  },
  {
    id: 'CSC-043',
    where: 'tools about data',
    text: 'Scopes are those of the project.',
    differs:
      'Machine and project are shown in the prefix and part nothing: worktrees, clones and machines that work on one store see the same scopes.',
  },
  {
    id: 'CSC-050',
    where: 'session://context',
    text: 'It has machine, project, current_session, instances, active_sessions, first_available and instructions.',
  },
  {
    id: 'CSC-051',
    where: 'session://context',
    text: 'instances says of each instance whether it is taken or available, first_available which one sign_on gives.',
    differs:
      'claude_1 to claude_4 are always among them; they were shown only while the registry was empty. first_available is never null, because there is always a next one.',
  },
  {
    id: 'CSC-052',
    where: 'session://context',
    text: 'active_sessions are the taken instances that have stored something in `session:<id>`: instance, status, current_issue, todo_count.',
  },
  { id: 'CSC-053', where: 'session://context', text: 'It is read before sign_on as well, and nobody joins by that.' },
  {
    id: 'CSC-054',
    where: 'session://state/{instance_id}',
    text: 'It has instance, current_issue, status, todos and last_updated out of `session:<id>`, or says that there is no such session.',
  },
  {
    id: 'CSC-055',
    where: 'session://storage-config',
    text: 'It has current_settings, available_options with what is ready, and a recommendation.',
    differs:
      'It tells the store that is really in use, and which configuration file was found. `redis` stands for a server of either kind, PostgreSQL as well.',
  },
  {
    id: 'CSC-056',
    where: 'update_storage_settings',
    text: 'It takes local or redis and one of three scopes, without sign_on; other words, and redis where no server is named, are refused with what to do.',
  },
  {
    id: 'CSC-057',
    where: 'update_storage_settings',
    text: 'The decision is kept, told by storage-config, and followed by three next steps.',
    differs:
      'It is kept with the project in the store; it was written into `.claude/settings.local.json`, which is the client’s.',
  },
  {
    id: 'CSC-060',
    where: 'startup',
    text: 'Without a decision on storage it offers the three ways to coordinate, then project, machine, available instances, active sessions and four steps, or that all are taken.',
    differs: 'Where all are taken it says which one comes next; it said to wait.',
  },
  {
    id: 'CSC-061',
    where: 'sign-off, sign_off, sign_off_prompt',
    text: 'Under each of its names it says that there is no session, what of the todos is not completed, or that all is done.',
    differs: 'It is listed as `sign-off`.',
  },
  { id: 'CSC-062', where: 'first_run_storage', text: 'It explains the choice of storage, and how to decide.' },
  {
    id: 'CSC-063',
    where: 'prompts',
    text: 'Names and todos stand in the prompts.',
    differs: 'They stand on one line between quotes, for a prompt is said in the user’s name.',
  },
  {
    id: 'CSC-070',
    where: 'detection',
    text: 'The machine is the host name, or `session.machine_id` of the configuration.',
  },
  {
    id: 'CSC-071',
    where: 'detection',
    text: 'The project is owner and repository of the remote `origin`: what follows the colon of the short form, the last two parts of an address.',
    differs: 'Every `.git` was taken out of it; now the one at the end is. Addresses with ssh:// count as well.',
  },
  {
    id: 'CSC-072',
    where: 'detection',
    text: 'Without such a remote, or with `project_detection` as `directory`, it is the name of the folder; another way is an error.',
    differs: 'The error is that of the call; the program did not start. A missing git is none.',
  },
  {
    id: 'CSC-073',
    where: 'configuration',
    text: 'The first of three files counts, and nothing of the others; one that a variable names and that is not there is passed over.',
    differs:
      'A file that is broken, or has a setting of another kind, is refused by the call that needs it; the program did not start.',
  },
  {
    id: 'CSC-074',
    where: 'storage',
    text: 'Sessions of one folder share instances and data.',
    differs: 'So do those of all folders and worktrees of a repository; each had a state of its own.',
  },
  {
    id: 'CSC-075',
    where: 'storage',
    text: 'Over Redis the sessions of several machines share instances and data.',
    differs: 'The old program did not start with it. The store is chosen with --store.',
  },
  {
    id: 'CSC-076',
    where: 'storage',
    text: 'A configuration that chooses redis is held to.',
    differs:
      'The server is chosen with --store; where the store is another one, sign_on is refused with how to do that. The old program did not start.',
  },
  {
    id: 'CSC-080',
    where: 'native sessions',
    text: 'A session of either kind is there for the other: natively under the name of its instance, here as an instance that is taken under its handle.',
    differs: 'There were no others.',
  },
  {
    id: 'CSC-081',
    where: 'native sessions',
    text: 'Data are the same for both kinds, but for the scopes that are a native session’s own.',
    differs: 'There were no others.',
  },
  {
    id: 'CSC-082',
    where: 'native sessions',
    text: 'What an instance stores as its current_issue is its task natively.',
    differs: 'There were no others.',
  },
  {
    id: 'CSC-083',
    where: 'native sessions',
    text: 'The handle of a native session is not given to anybody as an instance.',
    differs: 'There were no others.',
  },
  {
    id: 'CSC-085',
    where: 'hooks of the client',
    text: 'What hooks tell of the client is its instance’s, until sign_off, which frees what it had locked.',
    differs: 'There were no hooks.',
  },
  {
    id: 'CSC-086',
    where: 'native sessions',
    text: 'The instructions of session://context tell how many messages of native sessions wait, if any do.',
    differs: 'There were no others.',
  },
];
