/** The command line of claude-presence, which its hooks and its users' scripts call. */
import type { MailFilter } from '../../core/persona-mail.ts';
import type { Stand } from '../../tools/cast.ts';
import type { ForeignDesk } from '../../tools/foreign-desk.ts';
import type { CommandAnswer, CommandPlace, ProfileCommands } from '../define-profile.ts';
import { lockRow, messageRow, sessionRow } from './command-rows.ts';
import { helpText, type Inbox, inboxText, locksText, statusText } from './command-text.ts';
import { type CommandWords, commandWords } from './command-words.ts';
import { isHook, runHook } from './hooks.ts';
import { anywhere, byProject, nativePriority, priorityNames } from './shown.ts';

/** What a command is given: the values as typed, but for folders, which are absolute. */
interface Asked {
  readonly desk: ForeignDesk;
  readonly place: CommandPlace;
  readonly values: CommandWords['values'];
  /** Null for all projects. */
  readonly project: string | null;
  readonly isJson: boolean;
  readonly isAll: boolean;
  readonly isPeek: boolean;
}

type Command = (asked: Asked) => Promise<CommandAnswer>;

const commands: Readonly<Record<string, Command>> = {
  status,
  locks,
  inbox,
  'refresh-branch': refreshBranch,
  'resolve-session': resolveSession,
  clear,
  path: async ({ place }) => printed(`${place.store}\n`),
};

export const claudePresenceCommands: ProfileCommands = {
  async run(desk, words, place) {
    const [first, hook] = words;
    if (first === 'hook' && isHook(hook)) return runHook(hook, desk, place);
    const { command, values, flags } = commandWords(words);
    const known = Object.hasOwn(commands, command) ? commands[command] : undefined;
    // Users of the original rely on its exit code for whatever it does not know.
    if (!known) return printed(helpText);
    const project = values.project === undefined ? null : projectTyped(values.project, place);
    const [isJson, isAll, isPeek] = [flags.has('--json'), flags.has('--all'), flags.has('--peek')];
    return known({ desk, place, values, project, isJson, isAll, isPeek });
  },
  failed: (message, next, [first]) =>
    first === 'hook' ? printed('') : { stdout: '', stderr: `claude-presence: ${message}\n  ${next}\n`, exitCode: 1 },
};

/** A folder that is told from where the command is typed; any other text is a path or a name as it stands. */
function projectTyped(text: string, place: CommandPlace): string | null {
  if (text === '') return null;
  return /^\.{1,2}(?:[\\/]|$)/.test(text) ? place.folder(text) : text;
}

async function status({ desk, project, isJson }: Asked): Promise<CommandAnswer> {
  const { rows, now } = await rowsOf(desk, project, async stand =>
    (await desk.sessions(stand)).map(record => sessionRow(desk, record, project)),
  );
  return isJson ? document(rows) : printed(statusText(rows, now));
}

async function locks({ desk, project, isJson }: Asked): Promise<CommandAnswer> {
  const { rows, now } = await rowsOf(desk, project, async stand =>
    (await desk.locks(stand)).map(held => lockRow(desk, held, project)),
  );
  return isJson ? document(rows) : printed(locksText(rows, now));
}

/** The rows of a project or of all, by project; and the store's time. */
async function rowsOf<T extends { readonly project: string | number }>(
  desk: ForeignDesk,
  project: string | null,
  look: (stand: Stand) => Promise<T[]>,
): Promise<{ readonly rows: T[]; readonly now: number }> {
  const stands = await standsOf(desk, project);
  const lists = await Promise.all(stands.map(look));
  const rows = lists.flat().toSorted(byProject);
  const [first] = stands;
  return { rows, now: first ? await desk.now(first) : 0 };
}

async function inbox(asked: Asked): Promise<CommandAnswer> {
  const { desk, project, values, isJson, isAll, isPeek } = asked;
  const reader = values.session;
  if (!reader) return missing(asked, '--session <id>');
  if (!project) return missing(asked, '--project <path>');
  const filter = { minPriority: leastPriority(values['min-priority']), includeRead: isAll, limit: 50 } as const;
  const stand = desk.stand(project);
  const { mail, senders } = await mailFor(desk, stand, reader, filter, isPeek);
  const messages = mail.items.map(item =>
    messageRow(item, project, senders.get(item.message.from) ?? item.message.fromHandle, reader),
  );
  const shown: Inbox = { messages, unread_total: mail.unread, total: mail.total };
  return isJson ? document(shown) : printed(inboxText(shown, isAll, await desk.now(stand)));
}

/** The mail of a session; of a name that nobody has now it is what waits for it, and nobody reads that by looking. */
async function mailFor(desk: ForeignDesk, stand: Stand, reader: string, filter: MailFilter, isPeek: boolean) {
  const known = await desk.known(stand, reader);
  if (!known) return desk.waiting(stand, reader, filter);
  const mail = await desk.mail(known.caller, filter, isPeek);
  return { mail, senders: await desk.senders(known.caller, mail.items) };
}

/** What is no priority asks for none. */
function leastPriority(text: string | undefined) {
  const name = priorityNames.find(each => each === text);
  return name === undefined || name === 'info' ? 'low' : nativePriority[name];
}

async function refreshBranch(asked: Asked): Promise<CommandAnswer> {
  const { desk, project, values, isJson } = asked;
  const { session, branch } = values;
  if (!session) return missing(asked, '--session <id>');
  if (!project) return missing(asked, '--project <path>');
  if (!branch) return missing(asked, '--branch <name>');
  const stand = desk.stand(project);
  const known = await desk.known(stand, session);
  const persona = known && desk.persona(known.session);
  if (!persona?.isRegistered) {
    const stored = (await anywhere(desk, session))?.facts.project;
    if (stored === undefined) {
      const answer = { changed: false, reason: 'session_not_found' };
      return isJson ? line(answer) : printed(`There is no session "${session}".\n`);
    }
    const answer = { changed: false, reason: 'project_mismatch', stored_project: stored };
    return isJson ? line(answer) : printed(`Session "${session}" is on another project: ${stored}.\n`);
  }
  const from = persona.facts.branch ?? null;
  if (from === branch) {
    return isJson ? line({ changed: false, branch }) : printed(`Session "${session}" is on ${branch} already.\n`);
  }
  await desk.claim(stand, { name: session, isRegistered: true, facts: { ...persona.facts, branch } });
  const answer = { changed: true, from, to: branch };
  return isJson ? line(answer) : printed(`Session "${session}" went from ${from ?? 'no branch'} to ${branch}.\n`);
}

async function resolveSession(asked: Asked): Promise<CommandAnswer> {
  const { desk, project, values, isJson } = asked;
  const { client } = values;
  if (!client) return missing(asked, '--client <id>');
  const lists = await Promise.all((await standsOf(desk, project)).map(stand => desk.sessions(stand)));
  const rows = lists.flat().map(record => sessionRow(desk, record, project));
  const [found] = rows
    .filter(row => row.client_session_id === client)
    .toSorted((a, b) => b.last_heartbeat - a.last_heartbeat);
  if (found)
    return isJson
      ? line({ session_id: found.id, project: found.project, branch: found.branch })
      : printed(`${found.id}\n`);
  if (isJson) return line({ session_id: null });
  return { stdout: '', stderr: `No session has the client id "${client}".\n`, exitCode: 2 };
}

/** Messages have a time of their own, which the team sets: none is removed here. */
async function clear({ desk, isJson }: Asked): Promise<CommandAnswer> {
  const cleared = await Promise.all((await desk.stands()).map(stand => desk.clear(stand)));
  const sum = (of: 'sessions' | 'locks') => cleared.reduce((total, each) => total + each[of], 0);
  const pruned = { pruned_sessions: sum('sessions'), pruned_locks: sum('locks'), pruned_inbox: 0 };
  const text = `Ended ${pruned.pruned_sessions} dead session(s) and ${pruned.pruned_locks} lapsed lock(s); messages are kept.\n`;
  return isJson ? document(pruned) : printed(text);
}

async function standsOf(desk: ForeignDesk, project: string | null) {
  return project === null ? desk.stands() : [desk.stand(project)];
}

function missing({ isJson }: Asked, option: string): CommandAnswer {
  const error = `missing ${option}`;
  if (isJson) return { ...line({ error }), exitCode: 1 };
  return { stdout: '', stderr: `claude-presence: ${error}\n`, exitCode: 1 };
}

function printed(stdout: string): CommandAnswer {
  return { stdout, stderr: '', exitCode: 0 };
}

function document(value: unknown): CommandAnswer {
  return printed(`${JSON.stringify(value, null, 2)}\n`);
}

function line(value: unknown): CommandAnswer {
  return printed(`${JSON.stringify(value)}\n`);
}
