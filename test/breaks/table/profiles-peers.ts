/** What the profile `claude-peers` stands on. */
import type { Break } from '../break.ts';

const messages = 'test/profiles/claude-peers.messages.test.ts';
const peers = 'test/profiles/claude-peers.peers.test.ts';
const overTime = 'src/tools/foreign-peers.test.ts';
const ids = 'src/core/peer.test.ts';

export const ofPeers: readonly Break[] = [
  {
    what: 'peers: a summary of the session itself stands against one that comes late',
    file: 'src/core/peer.ts',
    replace: "if (!persona || (by === 'program' && persona.facts.summaryBy === 'session')) return me;",
    by: 'if (!persona) return me;',
    caughtBy: `${peers} › never replaces one that the session has set, however late it comes (CPE-073)`,
  },
  {
    what: 'peers: a summary of the program leaves the task of a session alone',
    file: 'src/core/peer.ts',
    replace: "if (by === 'program' && (me.hookedAt !== null || !isUnsaid)) return next;",
    by: '',
    caughtBy:
      'src/core/peer.test.ts › that the program makes leaves alone a task that the session has, and that hooks will tell',
  },
  {
    what: 'peers: nobody waits long for a model',
    file: 'src/system/chat-model.ts',
    replace: 'AbortSignal.any([signal, AbortSignal.timeout(limits.chatModelMs)])',
    by: 'signal',
    caughtBy: `${peers} › is waited for by nobody, and not for longer than five seconds (CPE-072)`,
  },
  {
    what: 'peers: a model is told names and nothing else',
    file: 'src/profiles/claude-peers/arrival.ts',
    replace: '`Folder: ${nameOf(work.root)}`',
    by: '`Folder: ${work.root}`',
    caughtBy: `${peers} › replaces that from git; it is asked once, with what the contract says, and told no more than names (CPE-071)`,
  },
  {
    what: 'peers: what was pushed is there for a call',
    file: 'src/tools/peer-inbox.ts',
    replace: 'const found = isMain ? inbox :',
    by: "const found = isMain ? inbox.filter(({ delivery }) => delivery.state === 'queued') :",
    caughtBy: `${messages} › has no receipt: what was pushed, whoever listened, is there for a call, once (CPE-042, CPE-061)`,
  },
  {
    what: 'peers: a guest stands in no checkout',
    file: 'src/clients/agents.ts',
    replace: 'isGuest ? withoutCheckout(world) : world',
    by: 'world',
    caughtBy: `${messages} › disturb nobody there: no checkout, none of what is sent to all (CPE-022, CPE-064)`,
  },
  {
    what: 'peers: one id wherever it writes',
    file: 'src/tools/peer-guests.ts',
    replace: "[persona?.name ?? '', persona?.facts ?? {}]",
    by: '[`${persona?.name}2`, persona?.facts ?? {}]',
    caughtBy: `${messages} › write to each other and are listed once, under one id (CPE-013, CPE-022, CPE-054)`,
  },
  {
    what: 'peers: a session that was lost is registered again',
    file: 'src/tools/foreign-peers.ts',
    replace: 'if (seen ? !seen.isHere : await this.#isLost(last)) await again();',
    by: "if (last === '') await again();",
    caughtBy:
      'test/profiles/claude-peers.server.test.ts › is registered again after the store was lost, although it does nothing itself, and is told by a notice (CPE-056, CPE-063)',
  },
  {
    what: 'peers: a session that goes on is pushed to',
    file: 'src/tools/cast.ts',
    replace: 'this.#speaks(main, claim.name);',
    by: '',
    caughtBy: `${overTime} › is pushed to by the server that goes on with the session of another`,
  },
  {
    what: 'peers: a peer cannot pass for another in a list',
    file: 'src/profiles/claude-peers/shown.ts',
    replace: '`  ${name}: ${line(name, String(value))}`',
    by: '`  ${name}: ${value}`',
    caughtBy: `${peers} › has a count, and a block with the facts of each peer, whoever asks left out (CPE-012, CPE-013)`,
  },
  {
    what: 'peers: no session writes as the operator',
    file: 'src/tools/foreign-peers.ts',
    replace: "if (me === undefined || me.kind === 'operator') {",
    by: 'if (me !== null) {',
    caughtBy:
      'test/profiles/claude-peers-cli.test.ts › in the shell of a session is a word of that session, and within its project only (CPEC-014)',
  },
  {
    what: 'peers: a peer is written to where it works',
    file: 'src/core/peer.ts',
    replace: 'peers: live.filter(session => !isGuest(session, issuer))',
    by: 'peers: live',
    caughtBy: `${ids} › are all that live but guests and those that have ended`,
  },
  {
    what: 'peers: what it is elsewhere comes back with a peer',
    file: 'src/tools/foreign-peers.ts',
    replace: 'if (before !== undefined) await this.#guests.comeBack(own);',
    by: '',
    caughtBy: `${overTime} › comes back with its peer, in another process too, and so does whoever it was there`,
  },
  {
    what: 'peers: who follows in a process gets no mail of the one before',
    file: 'src/tools/peer-guests.ts',
    replace: 'name !== undefined && each === name ? [agent] : []',
    by: 'name !== undefined ? [agent] : []',
    caughtBy: `${overTime} › is its peer’s alone: whoever follows in the process gets none of it, and stands in no checkout there either`,
  },
  {
    what: 'peers: a second guest stands in no checkout either',
    file: 'src/tools/cast.ts',
    replace: 'this.#make({ ...stand, directory',
    by: 'this.#make({ directory',
    caughtBy: `${overTime} › is its peer’s alone: whoever follows in the process gets none of it, and stands in no checkout there either`,
  },
  {
    what: 'peers: a handle takes the place of no id',
    file: 'src/core/peer-address.ts',
    replace: '({ session }) => peerName(session, issuer) === plain,',
    by: '({ session }) => session.handle === plain,',
    caughtBy: `${ids} › is taken by nobody: a handle that reads like one, or like the name of the operator, means neither`,
  },
  {
    what: 'peers: no session is called as commands of the operator are',
    file: 'src/core/handles.ts',
    replace: "  'cli',\n",
    by: '',
    caughtBy: `${ids} › is taken by nobody: a handle that reads like one, or like the name of the operator, means neither`,
  },
  {
    what: 'peers: the id of a message means its sender alone',
    file: 'src/tools/peer-inbox.ts',
    replace: 'peerName(session, issuer) ?? addressOf(await view(), session)',
    by: 'peerName(session, issuer) ?? session.handle',
    caughtBy:
      'test/profiles/claude-peers.mixed.test.ts › are told apart by the ids that messages come with: an answer reaches its asker, whoever has the same handle (CPE-026)',
  },
  {
    what: 'peers: one that its client has ended is not brought back by being listened for',
    file: 'src/surfaces/mcp/channel.ts',
    replace: 'hints ??= await caller.hints();',
    by: 'hints = await caller.hints();',
    caughtBy:
      'src/surfaces/mcp/channel.test.ts › brings back no session that its client has ended, and pushes to it again once that came back by itself',
  },
  {
    what: 'peers: one whose server died is found again',
    file: 'src/tools/foreign-peers.ts',
    replace: ' && leaseHolds(view, session);',
    by: ';',
    caughtBy: `${overTime} › registers anew on another branch, and where another server was its life and died`,
  },
  {
    what: 'peers: nobody gets the id of another',
    file: 'src/tools/foreign-peers.ts',
    replace: 'name => !taken.includes(name)',
    by: '() => taken !== null',
    caughtBy: `${overTime} › has an id that no other living session has, and leaves that one what it is`,
  },
];
