/** The bounds of the hub; see `limits.ts`. */

export const hubLimits = {
  // The hub.
  /** How long a session without a process lives after its last request. */
  hubIdleMs: 900_000,
  /** How often a request that waits shows that its session is still here. */
  hubStayMs: 60_000,
  hubBodyBytes: 1_048_576,
  /** Lists and objects in one another; more than any tool takes. */
  hubNestingLevels: 100,
  /** After how long a request is asked once more whose it is, before it is answered. */
  hubAskedAgainMs: 200,
  /** How long a request may take to arrive, and to be answered, waits included; and how long a hub that stops waits for those under way. */
  hubArrivalMs: 60_000,
  hubRequestMs: 120_000,
  hubDrainMs: 10_000,
  hubDrainLookMs: 20,
  /** When a request is to be repeated that came to a hub which stops. */
  hubRetrySeconds: 1,
  hubHeaderCharacters: 300,
  /** Requests of one principal, and of one address without a valid token, in a minute. */
  hubRequestsPerMinute: 6_000,
  hubRefusalsPerMinute: 30,
  hubAddressesRemembered: 10_000,
  /** How long the audit is kept, how much of it one look goes through and one read takes, one unit notes, and one forgets. */
  auditKeptDays: 365,
  auditLooked: 20_000,
  auditPage: 1_000,
  auditNotedAtOnce: 200,
  auditForgottenAtOnce: 400,
  auditShown: 100,
  auditShownMost: 10_000,
  /** Of a name in it: of a project, and of what was called by whatever name. */
  auditNameCharacters: 300,
  // Tokens of an OpenID provider.
  hubTokenCharacters: 8_192,
  /** How old a token may be, whatever its end: nothing can take one back. And how far clocks may differ. */
  hubTokenSeconds: 86_400,
  hubClockToleranceSeconds: 30,
  /** A claim's texts, and how many of them are looked at; the same for lists in settings. */
  hubClaimCharacters: 255,
  hubClaimValues: 500,
  /** One request to the provider, and what it may answer. */
  hubProviderMs: 5_000,
  hubProviderBytes: 262_144,
  /** When keys are looked for again, how long after any look at the soonest, and how long they are used while the provider is away. */
  hubKeysFreshMs: 600_000,
  hubKeysPauseMs: 5_000,
  hubKeysUsedMs: 86_400_000,
  /** How many proxies a request may have come through, and how long a hub is asked whether it serves. */
  hubProxiesPassed: 20,
  hubCheckMs: 5_000,
  // Accounts of the hub.
  tokensPerStore: 10_000,
  /** How exactly it is known when a token was last used. */
  tokenUseNotedMs: 60_000,
  tokenNameCharacters: 60,
  tokenNotesCharacters: 500,
  projectCharacters: 300,
  /** How often events are looked for, after how long without any the stream says that it is there, and when a reader tries again. */
  hubEventsEveryMs: 500,
  hubEventsQuietMs: 15_000,
  hubEventsRetryMs: 2_000,
  /** How many answers that tell it what happens one principal has open at one hub: each looks into the store again and again. */
  hubStreamsPerPrincipal: 200,
  // Webhooks.
  webhooksPerStore: 100,
  webhookUrlCharacters: 2_000,
  webhookEventsChosen: 30,
  webhookCursorsDeleted: 100_000,
  /** How often a hub looks for what is to be delivered, in how many projects at a look, and for how many webhooks at once. */
  webhookLookMs: 500,
  webhookProjectsPerLook: 200,
  webhooksAtOnce: 32,
  /** How long a hub has a webhook without a word, and how much of that has to be left when it sends something: more than a post takes. */
  webhookLeaseMs: 30_000,
  webhookLeaseLeastMs: 20_000,
  webhookPostMs: 15_000,
  webhookAnswerBytes: 65_536,
  /** After how many events that are not wanted the cursor is stored. */
  webhookSkippedNoted: 1_000,
  /** The pauses between attempts, some three days in all, and how far each is spread to both sides; then a webhook is switched off. */
  webhookRetryMs: [
    5_000, 30_000, 120_000, 600_000, 1_800_000, 3_600_000, 7_200_000, 14_400_000, 28_800_000, 28_800_000, 28_800_000,
    43_200_000, 43_200_000, 57_600_000,
  ],
  webhookRetrySpreadPercent: 20,
  webhookRetryAfterMostMs: 28_800_000,
  /** Slack takes one message a second. */
  webhookChatGapMs: 1_000,
  /** Of a text from others in a chat; with what is escaped and said around it a message stays below Discord's 2,000. */
  webhookChatTextCharacters: 100,
  webhookFailureCharacters: 200,
} as const;
