/** The bounds of the guard, which are part of `limits`. Units are in the names, as there. */
export const guardLimits = {
  // What a settings file says of the guard.
  guardPaths: 100,
  /** In all globs together: comparing a path with a policy takes milliseconds, however hostile both are. */
  guardWildcards: 200,
  /** No longer than an edit's lock lasts by itself. */
  guardGraceMaxSeconds: 900,
  /** How much of a wrong word an error repeats. */
  guardWordCharacters: 60,
  /** How often a server looks whether its settings files say something else of it now. */
  policyEveryMs: 1_000,

  // The guard.
  /** How many files of a session are looked at for what others did to them since. */
  staleFilesLooked: 200,
  /** How many of the newest entries of the ledger are looked at between two tools for changes of files that a session has. */
  editNewsLooked: 30,
  /** What a model is told when it is refused, and when it tries the same again at once. */
  refusalCharacters: 1_200,
  /** By how much of what it names an attempt is known again. */
  attemptCharacters: 600,
  /** Within this the same attempt is a retry. */
  refusedAgainMs: 120_000,
  /** How often it is noted that a ring was heard. */
  ringHeardEveryMs: 60_000,
  /** How many files, sessions or facts a refusal names. */
  factsInRefusal: 5,
  /** How many uses of git, and writes of files, of one command are looked at, and how much of one is shown. */
  gitUsesExamined: 50,
  shellWritesExamined: 200,
  /** In how many folders the writes beyond that are looked for. */
  shellFoldersExamined: 20,
  commandShownCharacters: 80,
  /** How long the lock of a running git command holds, unless its end is told before or its session shows signs of work. */
  gitCommandMs: 120_000,
  /** For how long the process of its session renews it while no event has told its end. */
  gitCommandLongestMs: 3_600_000,
  /** How soon after a session is there the hooks of git are asked whether they hold, and how often then. */
  gitRingFirstMs: 2_000,
  gitRingEveryMs: 600_000,
  /** How many running shell commands of a session are remembered, and how long one may run. */
  runningRemembered: 20,
  /** How many of the commands that made commits are remembered when they are over. */
  commandsRemembered: 10,
  runningMs: 3_600_000,
  warningsRemembered: 50,
  /** How long a sub-agent of which nothing is heard keeps its own session out of its files: without a command under way, and with one. */
  childSilentMs: 30_000,
  childGivenUpMs: 300_000,

  // The guard: git's own hooks.
  /** How long one of them may take before it goes on, or stops, as policy says for failures. */
  gitHookMs: 5_000,
  /** How long it waits to note what its verdict does not depend on. */
  gitNoteMs: 1_500,
  /** How many servers it asks whether they can answer, and how long they have to say so. */
  gitServersAsked: 12,
  gitServerMs: 300,
  /** How many files of one commit or push are held against locks, and of how many the ledger is asked. */
  committedFilesExamined: 5_000,
  committedFilesLooked: 500,
  /** How many commits of one push are looked through for their files. */
  pushedCommitsExamined: 1_000,
  pushedReferences: 50,
  /** How many new commits of one command are recorded. */
  madeCommitsRecorded: 50,
  /** Of how many sub-agents of a session that have ended the changes are looked for. */
  formerChildrenExamined: 30,
  /** Of how many commits that a branch would lose it is asked whose they are. */
  lostCommitsExamined: 50,
  /** How many newest edits of a session are looked at to know whether it works in a checkout in which it does not stand. */
  visitorEditsExamined: 300,
  /** In how many checkouts it is looked after a command what it did to history. */
  headsFollowed: 5,
  /** The newest entries of the stash that are known by their number. */
  stashesExamined: 200,
  /** A commit that is older than this was not made just now. */
  freshCommitMs: 300_000,
  /** One that was written longer before it was committed carries over another one. */
  carriedAfterMs: 5_000,
  /** How many newest events are looked through for one that tells the same. */
  eventsRemembered: 200,
  /** How far above a command a client is looked for. */
  ancestorsExamined: 40,

  // The guard: what clients tell of their tools.
  /** A patch that changes more files than this counts as one that cannot be read. */
  filesOfPatch: 1_000,
  patchLineShownCharacters: 80,

  // The guard: shell commands.
  /** Beyond these a command is only searched for what might harm, and no longer read. */
  shellTextCharacters: 262_144,
  shellNestingLevels: 40,
  /** The same for commands in commands as they are followed, through functions and texts of their own. */
  shellFollowedLevels: 400,
  shellCommandsRead: 2_000,
  /** What all words and texts of one command may come to when their variables are filled in. */
  shellExpandedCharacters: 4_000_000,
  /** A word of a command that would become longer, or more words than that, counts as unknown. */
  shellWordCharacters: 65_536,
  shellWordsOfWord: 200,
  /** How deep the calls of a function in itself are followed. */
  shellRecursions: 4,
  /** Of how many words a loop over them is followed word by word. */
  shellLoopWords: 20,
  /** In how many folders a command may act, depending on what happens before it, until its folder counts as unknown. */
  shellFolders: 6,
  /** How often the reader may find that two brackets were no arithmetic. */
  shellRetries: 20,
  /** How many uses of git, writes and other findings of one command are kept. */
  shellFindings: 500,
  /** How many writes of one command are kept one by one, less than its findings; the others are kept by their folders. */
  shellWritesKept: 300,
  shellPhrases: 40,
  shellPhraseCharacters: 80,
  /** How many mentions of git are looked at in a text that cannot be read, and how much of each. */
  shellMentions: 200,
  shellMentionCharacters: 300,
  gitAliasesFollowed: 10,

  // The guard: what a shell command did to the working tree.
  /** How long git may take to tell, and how long it is not asked in a checkout in which it took longer. */
  treeLookMs: 1_500,
  treePauseMs: 60_000,
  /** How old what is remembered of a checkout may grow while commands run that only read, and how long one is watched in which something goes on in the background. */
  treeFreshMs: 10_000,
  treeUnsettledMs: 600_000,
  /** How many files that differ from HEAD are looked at. */
  treeFiles: 2_000,
  /** How many that differed before and do not any more. */
  treePathsAsked: 3_000,
  /** How many of the newest entries of the ledger are looked at for that. */
  treeEntries: 3_000,
  treeMoves: 20,
  /** Of how many changed files it is found out whom they concern. */
  treeFilesHeld: 200,
  /** The checkouts of which a process remembers what it saw last. */
  treesRemembered: 20,
  treeLooksRemembered: 8,
  /** How far a file's time may lie behind the clock: a tick of the kernel, or where times are whole seconds. */
  fileTimeLagMs: 20,
  coarseFileTimeMs: 2_000,
  /** How long after an edit its hook may tell of it. */
  editToldMs: 10_000,
} as const;
