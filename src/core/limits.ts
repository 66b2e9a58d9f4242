/** Every bound in one place. Times are in the unit that the name ends in; sizes are UTF-8 bytes unless the name says otherwise. */
import { bridgeLimits } from './limits-bridge.ts';
import { guardLimits } from './limits-guard.ts';
import { hubLimits } from './limits-hub.ts';

export const limits = {
  // Sessions and their leases.
  heartbeatMs: 10_000,
  /** How long a session's last activity may lag behind the truth. */
  touchEveryMs: 1_000,
  leaseWithoutHeartbeatMs: 30_000,
  handleKeptDays: 30,
  handleCharacters: 40,
  taskCharacters: 300,
  statusCharacters: 80,
  groupCharacters: 40,
  handlesWithOneName: 50,
  pastHandles: 20,
  handlesInError: 12,
  sessionsListed: 200,
  sessionsPerProject: 5_000,
  projectsListed: 500,
  idleAfterMs: 300_000,
  /** Path of a folder in which a session says that it works. */
  folderCharacters: 4_096,
  personaNameCharacters: 200,
  /** How often the database of another system is copied that somebody writes to meanwhile. */
  oldStoreAttempts: 5,
  /** What a caller says of a session under a persona, as JSON. */
  personaFactsBytes: 8_192,
  sessionsWithOnePersona: 50,
  /** Of an inbox that is counted under a filter. */
  mailLooked: 2_000,

  // Partners, whose names come from their folders.
  partnerNameCharacters: 60,
  /** How many sessions and folders share a name before the next one is refused. */
  partnersOfOneName: 200,
  /** How many names a refusal lists. */
  partnersInError: 50,
  /** How many a list shows; the others were here earlier. */
  partnersListed: 500,
  /** What a partner is called by people, and what it says that it does. */
  partnerSaidCharacters: 500,
  /** Beyond these a further conversation of two ends the one that was silent longest. */
  pairsPerSession: 200,
  /** How many waits of one partner are known to those who talk to it. */
  waitsPerPartner: 20,
  listenMinMinutes: 10,
  listenMaxMinutes: 60,
  listenDefaultMinutes: 30,
  /** How long a listener counts as one after it should have stopped, where nobody could take that back. */
  listenGraceMs: 10_000,
  /** How long one call may wait in a client of which nothing better is known: most end a call after a minute. */
  callPatienceMs: 45_000,

  // Locks.
  lockDefaultTtlSeconds: 900,
  lockMaxTtlSeconds: 86_400,
  waitMaxSeconds: 45,
  resourcesPerCall: 50,
  resourceCharacters: 512,
  locksPerSession: 1_000,
  ticketsPerLock: 20,
  locksListed: 500,
  /** How many locks one part of the index may hold before a search in it is refused instead of cut short. */
  locksSearched: 10_000,
  /** How much longer than its caller a place in the queue lives: time for the caller to withdraw it itself. */
  waiterGraceMs: 2_000,
  waitersPerProject: 1_000,
  queuePlacesPerSession: 50,
  /** How long a place that nobody waits at is kept in the queue. */
  queuePlaceMs: 14_400_000,
  /** The same for the place of an edit that was refused. */
  editPlaceMs: 1_800_000,
  /** How long a file is kept for the session whose edit waited for it, until that begins to use it. */
  editKeptForWaiterMs: 180_000,
  /** For each of these that a place has waited it counts as one priority higher. */
  queueAgeingMs: 60_000,
  /** A holder is told that a lock is about to lapse so long before, at most; for a short lock it is a quarter of its time. */
  lapseWarningMs: 60_000,
  locksInNotice: 10,
  reasonCharacters: 300,
  globAlternatives: 64,
  /** Comparing takes time in proportion to wildcards times length: this keeps two hostile patterns within milliseconds. */
  wildcardsPerPattern: 32,
  patternsCached: 1_000,

  // Pools.
  pools: 20,
  poolValues: 1_000,
  poolNameCharacters: 40,
  poolValueCharacters: 60,
  poolValuesListed: 20,

  // Messages.
  messageBodyBytes: 16_384,
  recipientsPerMessage: 50,
  messagesPerMinute: 120,
  tagsPerMessage: 10,
  tagCharacters: 40,
  keyCharacters: 128,
  messagesReadDefault: 20,
  messagesReadMax: 200,
  deliveriesPerPage: 500,
  broadcastKeptHours: 24,
  broadcastsForJoiner: 1_000,
  messageWaitDefaultSeconds: 45,
  messageWaitMaxSeconds: 50,
  /** How many messages may lie unread in one inbox before nobody may write to it directly any more. */
  unreadPerSession: 5_000,
  /** As many turns of two sessions within the window are a loop; it ends when nothing was said for as long. */
  loopTurns: 12,
  loopWindowMs: 60_000,
  /** The same at the pace at which models answer, for what is said by rote. */
  slowLoopTurns: 24,
  slowLoopWindowMs: 1_800_000,
  slowLoopPauseMs: 300_000,
  /** A longer text is no rote. */
  roteCharacters: 200,
  /** How much of a loop may say something new at most. */
  roteWorkPercent: 10,
  /** How many newest messages of a sender, and of its inbox, are looked at to find a loop. */
  ownMessagesExamined: 48,
  inboxExamined: 120,
  /** How often the same text goes to the same recipients within the window. */
  sameBodyTimes: 2,
  sameBodyWindowMs: 600_000,

  // Peers: sessions of a vocabulary without projects.
  peerIdCharacters: 8,
  peerSummaryCharacters: 2_000,
  /** How many files a summary names that was made for a peer, how many commits back they are looked for, and how many changes are looked at. */
  peerFilesNamed: 10,
  peerCommits: 5,
  peerChangesExamined: 500,
  /** How often a peer that does nothing looks whether it is still listed. */
  peerMindedMs: 10_000,
  /** In how many projects, those of last first, a peer that comes back is what it was there. */
  peerPlacesKept: 50,
  /** How many projects are looked into at a time. */
  peerProjectsAtOnce: 50,
  chatModelMs: 5_000,
  chatModelTokens: 100,
  chatModelBytes: 65_536,

  // Retention.
  pruneEveryMs: 60_000,
  /** How many old records of each kind one unit of work deletes at most. */
  retentionBatch: 200,
  /** The same for conversations, which are looked at one by one. */
  conversationsPruned: 20,
  endedIntentsKeptDays: 90,

  // Words, by which texts are found.
  wordsIndexed: 1_500,
  wordCharacters: 40,

  // Conversations.
  conversationNameCharacters: 80,
  conversationMembers: 50,
  conversationsPerSession: 200,
  conversationsListed: 100,
  /** Within this the same session that asks for the same conversation again gets the one it began. */
  conversationRepeatMs: 3_600_000,
  conversationIdleKeptDays: 30,
  firstLineCharacters: 120,
  historyDefault: 20,
  historyMax: 200,
  /** How much of the bodies one answer of conversation_history carries. */
  historyAnswerBytes: 48_000,
  /** How many pages of a thread are looked through for messages that the session may see. */
  historyPages: 10,

  // Search.
  searchDefault: 10,
  searchMax: 50,
  searchQueryCharacters: 300,
  searchWords: 20,
  snippetCharacters: 200,
  /** How many records a search takes from the index for each word, and as many for the words that begin with it. */
  searchCandidates: 500,
  /** How many messages a search looks through, the newest first, and how long they may be together. */
  messagesSearched: 20_000,
  messagesSearchedCharacters: 32_000_000,
  /** How many of those that hold a word are ranked, those with most of the words first. */
  messagesRanked: 1_000,
  /** Of how many messages of groups that one has left a search finds out whether one got them before. */
  deliveriesAsked: 1_000,
  searchPage: 1_000,

  // Intents.
  intentKeptMs: 7_200_000,
  intentTargets: 50,
  intentDescriptionCharacters: 300,
  intentsPerSession: 50,
  intentsListed: 200,
  /** How many open intents, the newest ones, are held against an action. */
  intentsSearched: 1_000,
  /** How many of the oldest open intents each announcement looks at, to end those that are too old. */
  intentsAgedAtOnce: 20,
  branchCharacters: 255,

  // Looking for conflicts in git.
  /** All of it together, and how many questions at a time. */
  conflictGitMs: 2_000,
  conflictGitAtOnce: 2,
  checkoutsExamined: 8,
  mergesTried: 8,
  changedFilesExamined: 1_000,
  /** How many newest edits of each session in the checkout are looked at to tell whose a changed file is. */
  editsExamined: 2_000,
  /** Of how many sessions in the checkout. */
  companyExamined: 20,
  branchesExamined: 10_000,
  filesNamed: 8,
  /** How many locks on files are held against an action that names none. */
  fileLocksExamined: 500,
  conflictsListed: 40,

  // Shared context.
  contextContentBytes: 16_384,
  contextTitleCharacters: 120,
  contextEntries: 10_000,
  contextMaxTtlDays: 3_650,
  /** How much of the contents one answer of context_query carries. */
  contextAnswerBytes: 24_000,

  // The digest for a joining session. A token counts as four characters.
  briefDefaultTokens: 800,
  briefMinTokens: 100,
  briefMaxTokens: 8_000,
  briefLineCharacters: 240,
  /** How many records of a kind are looked at for it. */
  briefLooked: 60,

  // Data.
  dataValueBytes: 65_536,
  dataScopeCharacters: 80,
  dataKeyCharacters: 200,
  dataKeysPerScope: 1_000,
  dataKeysListed: 500,
  dataScopesListed: 100,
  /** How many records one read takes of those that go through all scopes. */
  dataRecordsRead: 200,
  /** How many keys a search over all scopes looks at. */
  dataKeysSearched: 2_000,
  dataKeysPerProject: 20_000,
  dataKeysNamed: 20,
  dataNestingLevels: 50,
  deletedKeptDays: 30,
  /** How many deleted keys are remembered; beyond that the longest deleted is forgotten before its time. */
  deletedKeysKept: 20_000,

  // The edit ledger.
  editsKeptDays: 90,
  editsPerCall: 500,
  /** Within this the same change of the same file by the same session is one entry. */
  editFoldedMs: 60_000,
  lineRangesPerEdit: 50,
  editsListed: 10,
  /** How many edits of one file are looked at to find who wrote a line. */
  editsSearched: 200,
  /** How many pages of that many entries are read at most to find those of one checkout. */
  editPagesSearched: 10,
  /** How long before its session began a commit may have been made, for clocks that differ, to be recorded as the session's own. */
  commitBeforeSessionMs: 300_000,
  fileCountedBytes: 16_777_216,
  /** How many commits back the newest one of a file is looked for. */
  commitsSearched: 10,
  gitAnswerMs: 2_000,
  changedFilesListed: 5_000,
  /** How long git may take for a command that somebody waits for. */
  commandGitMs: 20_000,
  /** How many changed files of a kind a sentence names; the answer holds all. */
  changesNamed: 30,
  /** How long a command may be that names files to be committed. */
  commitCommandCharacters: 1_500,

  // Waiting in a process.
  holderCheckMs: 100,
  /** How often a process looks whether those are alive whom a standing place of its session waits for. */
  queueWatchMs: 500,
  safetyPollMs: 2_000,
  progressEveryMs: 5_000,
  unfinishedKept: 100,

  // Clients: their hooks, conversations and sub-agents.
  /** What the answer to one hook may add to a model's context. */
  hookAnswerCharacters: 2_000,
  /** What a session is reminded of after a resume or a compaction. */
  reminderCharacters: 1_200,
  /** What one hook may tell us. */
  hookInputBytes: 4_194_304,
  /** How much of it is read before that, and how long a text in it may be then: a file's contents are told with an edit. */
  hookReadBytes: 67_108_864,
  hookTextCharacters: 65_536,
  /** A message that a hook handed over and nobody confirmed is shown again after so long. */
  hookAgainMs: 30_000,
  /** How long a hook's command waits for the server of its session before it looks into the store itself. */
  hookSocketMs: 2_000,
  /** How long the whole answer to a hook may take before the client goes on without one. */
  hookTotalMs: 8_000,
  /** How long after that it may still take to answer as policy has it. */
  hookFailedMs: 1_500,
  /** Within this the same event from the same client, told by another of its files, is the same event. */
  hookTwiceMs: 5_000,
  hookEventsRemembered: 200,
  /** How long a tool call that a hook announced is expected. */
  expectedCallMs: 600_000,
  expectedCalls: 200,
  /** How many sub-agents a server remembers, to know theirs. */
  subAgentsRemembered: 1_000,
  /** How many sessions of one process of a client are looked through for the one that is meant. */
  sessionsOfProcess: 1_000,
  pastConversations: 20,
  conversationIdCharacters: 128,
  /** How many sub-agents of a session live at a time. */
  childrenPerSession: 100,
  /** How many of its sub-agents that have ended are remembered, and how many beyond that are deleted at a time. */
  formerChildrenKept: 100,
  formerChildrenPruned: 20,
  taskFromPromptCharacters: 120,
  /** How much of a prompt is looked at for a task. */
  promptLookedAtCharacters: 20_000,
  /** How long a session that was woken has for its next step before it is woken again. */
  nudgeAgainMs: 300_000,
  sendersInWake: 5,
  /** How long the command may take by which a client's resting session is woken. */
  wakeCommandMs: 10_000,
  /** How long after a waiter the stop that it belongs to is expected, if it was not heard before. */
  stopExpectedMs: 1_000,
  /** After so long a failure is told to the user of a client once more. */
  failureToldMs: 86_400_000,
  /** How often a resting session's server looks for mail without having been given a hint. */
  restingPollMs: 30_000,

  // A server process.
  settingsFileBytes: 1_048_576,
  subscriptionsPerConnection: 1_000,
  listensPerConnection: 100,
  /** How many events are read at once when somebody watches. */
  eventsPerLook: 500,
  completionsShown: 100,
  parentCheckMs: 5_000,
  shutdownMs: 3_000,
  channelJoinDelayMs: 3_000,

  // Engines.
  recordBytes: 262_144,
  /** How long a unit of work may take over a store behind a network. */
  unitMs: 5_000,
  /** How long a call tries again while a server is busy or away, before it is `unavailable`. */
  serverPatienceMs: 6_000,
  /** The same for a command that a person waits for. */
  commandPatienceMs: 2_500,
  serverConnectMs: 3_000,
  /** The longest that one statement or script on a server may take, waiting for locks included. */
  serverStatementMs: 4_000,
  /** How long a unit may pause between two statements before the server undoes it and lets the others in. */
  serverIdleInUnitMs: 3_000,
  /** An index value and its id together, as UTF-8: what fits into an index of every engine. */
  indexedBytes: 2_400,
  /** How long an unused connection is kept, and how long when the server has few left. */
  connectionIdleMs: 10_000,
  connectionIdleCrowdedMs: 500,
  /** How long a process keeps listening for hints on a server after nobody of it waits any more. */
  listenLingerMs: 15_000,
  /** Records and events that one command to a server carries at most when a project is loaded. */
  loadBatch: 1_000,
  /** Of a backup: the longest line about a project, how many lines are written and how many bytes read at once. */
  backupHeaderBytes: 8_192,
  backupLinesAtOnce: 2_000,
  backupReadBytes: 67_108_864,
  /** How long one unit on a server may keep others of its project from beginning, if its process dies meanwhile. */
  turnMs: 1_000,
  /** How many units stand in line for their turn at most, one of a process; who finds the line full asks again and again. */
  unitsInLine: 500,
  /** How many units of a project go by, at most, until everybody in line has had its turn, unless more than that wait. */
  unitsInRound: 64,
  /** How long a server remembers a commit, so that one sent again after a lost connection is not stored twice. */
  commitRememberedSeconds: 60,
  /** How long the parts of a project that was being loaded outlive a loader that died. */
  loadLeftoverSeconds: 3_600,
  ...guardLimits,
  ...hubLimits,
  ...bridgeLimits,
} as const;
