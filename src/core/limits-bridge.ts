/** The bounds of the bridge between a machine and a hub; see `limits.ts`. */

export const bridgeLimits = {
  /** Machines that one hub keeps connected. */
  hubBridges: 5_000,
  /** The largest frame; more than the largest call, because answers may hold files of a checkout. */
  bridgeFrameBytes: 8_388_608,
  /** Lists and objects in one another: those of a call, and what it is wrapped in. */
  bridgeNestingLevels: 120,
  /** Things that go on over one connection at once: calls, hooks, questions. */
  bridgeChannels: 256,
  /** Requests of one client that are under way at a hub, those included whose answers it has not taken yet. */
  bridgeRequests: 256,
  /** Questions that a hub asks one machine at once; the others wait for their turn. */
  bridgeQuestions: 64,
  /** What waits in memory for a peer that reads slowly before the connection is given up. */
  bridgeBacklogBytes: 16_777_216,
  /** How long connecting and shaking hands may take, and how long to wait before trying again, at first and at most. */
  bridgeDialMs: 5_000,
  /** The same for a command or hook, as long as there is another hub: their clients wait. */
  bridgeDialFirstMs: 1_000,
  bridgeAgainMs: 100,
  bridgeAgainMostMs: 5_000,
  /** The same once a token was refused: whoever is refused often has its address locked out. */
  bridgeRefusedMs: 60_000,
  /** How often the machine says that it is there. After so long without a word the other side counts as gone. */
  bridgeBeatMs: 5_000,
  bridgeSilentMs: 12_000,
  /** How long a call waits for a hub that is gone before it is answered without one; a client waits that long at every call then. */
  bridgePatienceMs: 2_000,
  /** How long a call that may be repeated waits for the next hub when its own went away in the middle. */
  bridgeRetryMs: 10_000,
  /** How many hubs may go away over one and the same call before it is given up: it may be what ends them. */
  bridgeRepeats: 3,
  /** A hook is answered without the hub after so long: the command of the hook waits for `hookSocketMs`. */
  bridgeHookMs: 1_500,
  /** How long of that it waits for a connection. */
  bridgeHookUpMs: 500,
  /** How long the hub waits for what only the machine can tell, beyond the time that the question itself gives. */
  bridgeAskMs: 3_000,
  /** How long a hub that stops still hears a client: what is on its way is told to go to the next one. */
  bridgeHoldMs: 100,
  /** How often a hub asks a machine which of its processes are dead, while somebody waits for one. */
  bridgeLookMs: 500,
  /** How far the clock of a machine may be off. */
  bridgeAheadMostMs: 31_536_000_000,
  /** Checkouts of which a hub knows at each call what is checked out. */
  bridgeRoots: 40,
  /** Processes that one request may tell of, and those of a machine that a hub knows. */
  bridgeProcesses: 60,
  bridgeProcessesKnown: 600,
  /** Resting conversations of which a machine knows that it may wake them. */
  bridgeRests: 200,
  /** How soon after a hub had a conversation woken it may have it woken again: whoever says each second that it is time starts no program each second. */
  bridgeWakeAgainMs: 10_000,
  /** The same while it still rests. Less than `nudgeAgainMs`, which a hub counts from a moment before. */
  bridgeWakeSameRestMs: 240_000,
  /** Lists that a machine answers with: files of a checkout, commits, branches. */
  bridgeListed: 10_000,
  bridgeTextCharacters: 4_096,
  /** Sessions that one process of a profile plays and takes up again at another hub, and what a profile is told beforehand of its machine. */
  bridgeRoles: 200,
  bridgeTold: 20,
  /** A word of a command. */
  bridgeCommandCharacters: 100_000,
  /** How long the command that prints a token may take: a keychain may ask its user. */
  tokenCommandMs: 60_000,
} as const;
