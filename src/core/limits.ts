/** Every bound in one place. Times are in the unit that the name ends in; sizes are UTF-8 bytes unless the name says otherwise. */
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
  reasonCharacters: 300,
  globAlternatives: 64,
  /** Comparing takes time in proportion to wildcards times length: this keeps two hostile patterns within milliseconds. */
  wildcardsPerPattern: 32,
  patternsCached: 1_000,

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

  // Words, by which texts are found.
  wordsIndexed: 200,
  wordCharacters: 40,

  // Conversations.
  conversationNameCharacters: 80,
  conversationMembers: 50,
  conversationsPerSession: 200,
  historyDefault: 20,
  historyMax: 200,

  // Search.
  searchDefault: 10,
  searchMax: 50,
  searchQueryCharacters: 300,

  // Intents.
  intentKeptMs: 7_200_000,
  intentTargets: 50,
  intentDescriptionCharacters: 300,
  intentsPerSession: 50,
  intentsListed: 200,

  // Shared context.
  contextContentBytes: 16_384,
  contextTitleCharacters: 120,
  contextEntries: 10_000,

  // Data.
  dataValueBytes: 65_536,
  dataScopeCharacters: 80,
  dataKeyCharacters: 200,
  dataKeysPerScope: 1_000,
  dataKeysListed: 500,
  deletedKeptDays: 30,

  // The edit ledger.
  editsKeptDays: 90,
  editsPerCall: 500,

  // Waiting in a process.
  holderCheckMs: 100,
  safetyPollMs: 2_000,
  progressEveryMs: 5_000,
  unfinishedKept: 100,

  // A server process.
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
} as const;
