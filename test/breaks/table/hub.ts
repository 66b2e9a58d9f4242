/** The hub. */
import type { Break } from '../break.ts';

const hub = 'test/scenarios/hub.test.ts';
const audit = 'test/scenarios/hub-audit.test.ts';
const events = 'test/scenarios/hub-events.test.ts';
const mcp = 'test/scenarios/hub-mcp.test.ts';
const resources = 'test/scenarios/hub-resources.test.ts';
const lease = 'src/core/hub-lease.test.ts';
const stop = 'test/scenarios/hub-stop.test.ts';
const replicas = 'test/scenarios/hub-replicas.test.ts';
const clients = 'test/clients/hub.test.ts';
const foreign = 'test/scenarios/hub-bridge-foreign.test.ts';
const team = 'test/scenarios/hub-team.test.ts';
const conformance = 'test/clients/conformance.test.ts';
const fuzz = 'test/scenarios/hub-fuzz.test.ts';
const hostile = 'src/bridge/link-hostile.test.ts';

export const ofHub: readonly Break[] = [
  {
    what: 'hub: a session is its principal’s alone',
    file: 'src/tools/hub-caller.ts',
    replace: 'me.hub?.principal === this.#principal &&',
    by: 'this.#principal !== null &&',
    caughtBy: `${hub} › is its principal’s alone: another token can do nothing as it, with any tool`,
  },
  {
    what: 'hub: a session without a process has a time of its own',
    file: 'src/core/lease.ts',
    replace: 'return !isGone && view.tx.now - session.heartbeatAt < session.hub.leaseMs;',
    by: 'return true;',
    caughtBy: `${lease} › lives for its own time after its last request, and no longer`,
  },
  {
    what: 'hub: whoever only looks leaves nothing behind',
    file: 'src/surfaces/http/calls.ts',
    replace: 'if (refusal) throw refusal;\n  if (join)',
    by: 'if (join)',
    caughtBy: `${hub} › to read can change nothing by any tool, with a session of another or without`,
  },
  {
    what: 'hub: a token for one project sees no other',
    file: 'src/tools/hub-world.ts',
    replace: 'projects: async () => (await store.projects()).filter(isReal),',
    by: 'projects: async () => (await store.projects()).filter(isRealProject),',
    caughtBy: `${hub} › for one project sees no other, also not in the lists of all`,
  },
  {
    what: 'hub: pages of other sites are refused',
    file: 'src/surfaces/http/guard.ts',
    replace: 'if (this.#parts.hosts.includes(from)) return;',
    by: 'if (from !== null) return;',
    caughtBy: `${hub} › from a page of another site, or by another name of the hub, is refused`,
  },
  {
    what: 'hub: it is called by no name but its own',
    file: 'src/surfaces/http/guard.ts',
    replace: "throw refused('forbidden', 421,",
    by: "if (name === '') throw refused('forbidden', 421,",
    caughtBy: `${hub} › from a page of another site, or by another name of the hub, is refused`,
  },
  {
    what: 'hub: too many refusals make an address wait',
    file: 'src/surfaces/http/guard.ts',
    replace: 'for (const traffic of [this.#refusals, this.#harmless]) {',
    by: 'for (const traffic of [this.#harmless]) {',
    caughtBy: `${hub} › is refused for a while where too many were wrong, whatever it brings`,
  },
  {
    what: 'hub: others are not let in without an admin',
    file: 'src/surfaces/http/serve.ts',
    replace: "token => token.role === 'admin' &&",
    by: "token => token.role !== 'read' ||",
    caughtBy: `${hub} › is not opened to others without an admin token, nor without asking for tokens`,
  },
  {
    what: 'hub: waits end when it stops',
    file: 'src/surfaces/http/serve.ts',
    replace: 'stopping.abort();',
    by: '',
    caughtBy: `${hub} › wakes from a wait when the hub stops, which ends with what is under way`,
  },
  {
    what: 'hub: names from outside are not remembered without end',
    file: 'src/surfaces/http/traffic.ts',
    replace:
      'if (this.#counts.size > limits.hubAddressesRemembered && oldest !== undefined) this.#counts.delete(oldest);',
    by: 'if (oldest === undefined) return false;',
    caughtBy: 'src/surfaces/http/traffic.test.ts › No more names are remembered than the bound, whoever makes them up',
  },
  {
    what: 'hub: the id of a client is what its session is known by',
    file: 'src/surfaces/http/mcp-client.ts',
    replace: "return session === null ? `client:${client ?? 'unknown'}` : `given:${session}`;",
    by: "return `client:${client ?? 'unknown'}${session === null ? '' : ''}`;",
    caughtBy: `${mcp} › is another session than one with another token, or with another id of its own`,
  },
  {
    what: 'hub: a conversation is its principal’s',
    file: 'src/tools/hub-session.ts',
    replace: 'return shortId(`${principal}/${conversation}`);',
    by: 'return shortId(conversation);',
    caughtBy: `${mcp} › does not come back as the session that somebody else had under the same id`,
  },
  {
    what: 'hub: a token to read joins nobody',
    file: 'src/surfaces/http/mcp.ts',
    replace: "if (principal.role === 'read') return null;",
    by: '',
    caughtBy: `${mcp} › with a token to read is offered what reads, joins nobody and changes nothing`,
  },
  {
    what: 'hub: a client that says goodbye is over',
    file: 'src/tools/hub-session.ts',
    replace: "if (living) await end(unit, living.id, 'left');",
    by: '',
    caughtBy: `${mcp} › is given an id with its handshake, and is over when it says goodbye`,
  },
  {
    what: 'hub: refusals stand in the audit',
    file: 'src/surfaces/http/calls.ts',
    replace: "await note(code === 'internal' || code === 'unavailable' ? 'failed' : 'refused', code);",
    by: '',
    caughtBy: `${audit} › has what was done, refused and not let in, by whom, the newest first, and what was done with tokens`,
  },
  {
    what: 'hub: the audit misses none of many calls',
    file: 'src/tools/audit-log.ts',
    replace: 'const notes = this.#waiting.splice(0, limits.auditNotedAtOnce);',
    by: 'const notes = this.#waiting.splice(0).slice(0, 1);',
    caughtBy:
      'src/tools/audit-log.test.ts › Every note that comes while others are written is stored when its promise resolves, and in its order',
  },
  {
    what: 'hub: the audit forgets what is old',
    file: 'src/core/audit.ts',
    replace: "for (const { id } of old) tx.delete('audit', id);",
    by: 'if (old.length < 0) return;',
    caughtBy:
      'src/core/audit.test.ts › What is older than the audit is kept goes with what is noted later, and nothing else does',
  },
  {
    what: 'hub: events go on from where a reader was',
    file: 'src/surfaces/http/events.ts',
    replace: 'let last = cursor;',
    by: 'let last = cursor + 1;',
    caughtBy: `${events} › come as they happen, from native sessions too, and without gaps again from where a reader was`,
  },
  {
    what: 'hub: events end with their token',
    file: 'src/surfaces/http/events.ts',
    replace: 'while (!signal.aborted && (await mayGoOn())) {',
    by: 'while (!signal.aborted && mayGoOn) {',
    caughtBy: `${events} › end soon after their token was revoked, and when the hub stops`,
  },
  {
    what: 'hub: a request without a name is none of ours',
    file: 'src/surfaces/http/listen-address.ts',
    replace: "named.filter(name => name !== '').map(inAddress)",
    by: "named.map(name => (name === '' ? name : inAddress(name)))",
    caughtBy: `${hub} › from a page of another site, or by another name of the hub, is refused`,
  },
  {
    what: 'hub: the use of a token is noted',
    file: 'src/core/account.ts',
    replace: "if (known) tx.put('token', { ...known, usedAt: tx.now });",
    by: 'if (known) return;',
    caughtBy: `${hub} › is shown with when it was last used, to the minute`,
  },
  {
    what: 'hub: what a client of MCP may not do stands in the audit',
    file: 'src/surfaces/http/calls.ts',
    replace: 'if (join) speaker.session = await join();\n  const { session } = speaker;',
    by: 'const session = join ? await join() : speaker.session;',
    caughtBy: `${audit} › has what clients of MCP do as the sessions that they are, also where they may not, and their goodbye`,
  },
  {
    what: 'hub: a place is kept where only the hub goes',
    file: 'src/tools/in-line.ts',
    replace: 'if (signal.aborted || !queue) {',
    by: 'if (!isStanding(ticket)) {',
    caughtBy: `${stop} › ends waits as if their time were over: nothing is lost, and a place in the queue that was to be kept is kept`,
  },
  {
    what: 'hub: an answer that is a stream is under way until its end',
    file: 'src/surfaces/http/app.ts',
    replace: 'underWay.begin(context.env?.outgoing);',
    by: '',
    caughtBy: `${stop} › answers a client of the %s protocol that waits with progress`,
  },
  {
    what: 'hub: what follows an answer is waited for',
    file: 'src/surfaces/http/under-way.ts',
    replace: 'this.#until((isHanded',
    by: 'void ((isHanded',
    caughtBy: 'src/surfaces/http/under-way.test.ts › lasts until an answer is out and what follows it has been done',
  },
  {
    what: 'hub: what comes too late is not begun',
    file: 'src/surfaces/http/app.ts',
    replace: 'if (parts.stopping.aborted) throw stopped();',
    by: '',
    caughtBy: `${stop} › does what it had begun, and tells a request that comes too late to come again, without having done anything`,
  },
  {
    what: 'hub: hints come from other hubs on PostgreSQL',
    file: 'src/engines/postgres/listener.ts',
    replace: 'if (ear.channel === channel) ear.hint();',
    by: "if (channel === '') ear.hint();",
    caughtBy: `${replicas} › wake who waits at the other for a message, by a hint each time`,
  },
  {
    what: 'hub: a message that is repeated with its key is sent once',
    file: 'src/core/message.ts',
    replace: 'const earlier = draft.key === null ? undefined : await sentBefore(tx, sender, draft.key);',
    by: 'const earlier = draft.key === null ? await sentBefore(tx, sender, draft.body) : undefined;',
    caughtBy: `${replicas} › lose and double nothing that was acknowledged when one of them is killed under load, again and again`,
  },
  {
    what: 'hub: whoever waits is answered before a hub goes',
    file: 'src/surfaces/http/app.ts',
    replace: '    waitsEnd: stopping,',
    by: '    waitsEnd: new AbortController().signal,',
    caughtBy: `${replicas} › are stopped and started one after the other while many wait, and each gets what it waits for`,
  },
  {
    what: 'hub: the id that a user configured tells clients apart',
    file: 'src/surfaces/http/app.ts',
    replace: "const given = context.req.header('signalbox-session') || shaken;",
    by: 'const given = shaken;',
    caughtBy: `${clients} › %s is told apart from another of the same token by its process, and its hook ends its session with it`,
  },
  {
    what: 'hub: who shares a session is told',
    file: 'src/surfaces/http/mcp.ts',
    replace: "const isShared = context.era === 'modern' &&",
    by: "const isShared = context.era === 'legacy' &&",
    caughtBy: `${mcp} › is one session with others of its token and name unless it has an id, and is told so`,
  },
  {
    what: 'hub: a client is known by its name whatever id it tells',
    file: 'src/surfaces/http/mcp-client.ts',
    replace: '{ handshake }: McpRequest',
    by: '{ session: handshake }: McpRequest',
    caughtBy: `${mcp} › is known by its name, also with an id of its own; an empty id is none`,
  },
  {
    what: 'bridge: a session comes back to another hub without a client that is known',
    file: 'src/core/session.ts',
    replace: 'return live.filter(session => isProcess(session.process, process));',
    by: 'return live.filter(session => session.process === process);',
    caughtBy: `${team} › works as one, by sessions, a program over HTTP and a person at a shell, while one hub is killed and comes back`,
  },
  {
    what: 'bridge: a shell is only that of one’s own session',
    file: 'src/core/presence.ts',
    replace: 'if (principal === undefined || session.hub?.principal === principal) return session;',
    by: 'if (principal !== null) return session;',
    caughtBy: `${foreign} › can do nothing as a session of another, whatever its machine claims to be and by whatever it calls`,
  },
  {
    what: 'bridge: a full page of others hides nobody',
    file: 'src/tools/own-store.ts',
    replace: 'found.length < page.limit ||',
    by: 'found.length <= page.limit ||',
    caughtBy: 'src/tools/own-store.test.ts › A session is found by its conversation, however many of others claim that',
  },
  {
    what: 'bridge: a token to read has no session for git',
    file: 'src/surfaces/bridge/hooks.ts',
    replace: 'guest.permission.hasHooks ? await judge(',
    by: 'guest.hello ? await judge(',
    caughtBy: `${foreign} › to read changes nothing, by whatever its machine calls`,
  },
  {
    what: 'bridge: what belongs to no project is no machine’s',
    file: 'src/bridge/questions.ts',
    replace: 'text.refine(isRealProject)',
    by: 'text.refine(id => isRealProject(id) || id !== null)',
    caughtBy: `${foreign} › keeps what belongs to no project to itself, whatever project a machine says that its folder is of`,
  },
  {
    what: 'bridge: a folder of a forbidden project may become another’s',
    file: 'src/tools/place.ts',
    replace: "if (error instanceof SignalboxError && error.code === 'forbidden') return false;",
    by: 'if (error === null) return false;',
    caughtBy: `${foreign} › for one project sees no other by what its machine says of itself`,
  },
  {
    what: 'bridge: a revoked token hears nothing',
    file: 'src/surfaces/bridge/station.ts',
    replace: "if (!isKnown) this.#link.close('unauthenticated');",
    by: "if (isKnown === null) this.#link.close('unauthenticated');",
    caughtBy: `${foreign} › that is revoked hears nothing more, also on a connection over which it says nothing that is looked at`,
  },
  {
    what: 'hub: names that every object has are no fields of a tool',
    file: 'src/tools/call-tool.ts',
    replace: 'const schema = Object.hasOwn(tool.input.shape, field) ? tool.input.shape[field] : undefined;',
    by: 'const schema = tool.input.shape[field];',
    caughtBy: `${fuzz} › a hub lives through thousands of hostile requests without an error of its own, and tells no secret, path or stack`,
  },
  {
    what: 'hub: a value that nobody can take ends its connection alone',
    file: 'src/bridge/link.ts',
    replace: '} catch {\n      this.#broken();',
    by: '} catch (error) {\n      throw error;',
    caughtBy: `${hostile} › A value that its listener cannot take ends the connection and nothing else, also one that came before anybody listened`,
  },
  {
    what: 'hub: one that has stopped is not kept by a wait',
    file: 'src/surfaces/http/serve.ts',
    replace: "note('info', 'stopped', {});",
    by: "note('info', 'stopped', {});\n  await world.clock.sleep(limits.hubDrainMs);",
    caughtBy: `${stop} › has gone long before its ten seconds where nothing is under way, also with a peer that never finished asking`,
  },
  {
    what: 'hub: whose request is one of MCP is answered as MCP says',
    file: 'src/surfaces/http/mcp.ts',
    replace: 'return { isError: true, content',
    by: 'return { content',
    caughtBy: `${conformance} › a hub keeps to MCP %s: of the official suite it fails what takes the suite’s own tools, and no more`,
  },
  {
    what: 'hub: a resource is read by whoever may use its tool',
    file: 'src/surfaces/mcp/resources.ts',
    replace: 'return definitions.filter(definition => definition.uri === uri).map(({ tool }) => tool);',
    by: 'return [];',
    caughtBy: `${resources} › with a token to read is offered what only looks, and is refused the rest`,
  },
  {
    what: 'bridge: resources and prompts ask for leave',
    file: 'src/surfaces/bridge/permitted.ts',
    replace: 'perform(permit, { what, input, needed: named(names) }, caller, work, refusedBy)',
    by: 'perform(permit, { what, input, needed: [] }, caller, work, refusedBy)',
    caughtBy: `${resources} › reads, starts and completes no more than its token may, and that is noted`,
  },
  {
    what: 'hub: who listens is told nothing once its token is revoked',
    file: 'src/surfaces/http/mcp-listen.ts',
    replace: 'if (!(await about.mayGoOn())) over.abort();\n      else if',
    by: 'if',
    caughtBy: `${resources} › hears nothing from the revocation of its token on, and its listening ends`,
  },
  {
    what: 'hub: who reads nothing is told of each change once',
    file: 'src/surfaces/http/mcp-listen.ts',
    replace: 'if (this.#uris.has(uri)) return false;',
    by: '',
    caughtBy: `src/surfaces/http/mcp-listen.test.ts › that reads nothing is told of a resource once, and of it again when it has read that`,
  },
  {
    what: 'hub: answers that stay open are bounded',
    file: 'src/surfaces/http/app.ts',
    replace: 'if (!streams.begin(id)) throw tooManyStreams();',
    by: 'void [streams.begin, tooManyStreams];',
    caughtBy: `${events} › are told to at most 200 who listen with one token at once, those over MCP among them`,
  },
  {
    what: 'store: long units let sockets have their turn',
    file: 'src/engines/turns.ts',
    replace: ' || this.#spentMs >= msPerRound',
    by: '',
    caughtBy: 'src/engines/turns.test.ts › let them have a turn after 10 ms of work, however few those were',
  },
  {
    what: 'hub: what comes after a token has ended is told to nobody who waits',
    file: 'src/surfaces/http/calls.ts',
    replace: 'if (clock.elapsed() - began >= limits.hubAskedAgainMs) await look();',
    by: '',
    caughtBy:
      'src/surfaces/http/app.test.ts › ends with its token, and what comes then is told to nobody and stays unread',
  },
];
