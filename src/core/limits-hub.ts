/** The bounds of the hub; see `limits.ts`. */

export const hubLimits = {
  // The hub.
  /** How long a session without a process lives after its last request. */
  hubIdleMs: 900_000,
  hubBodyBytes: 1_048_576,
  /** How long a request may take, waits included; and how long a hub that stops waits for those under way. */
  hubRequestMs: 120_000,
  hubDrainMs: 10_000,
  hubDrainLookMs: 20,
  hubHeaderCharacters: 300,
  /** Requests of one principal, and of one address without a valid token, in a minute. */
  hubRequestsPerMinute: 1_200,
  hubRefusalsPerMinute: 30,
  hubAddressesRemembered: 10_000,
  /** How long the audit is kept, how much of it one look goes through, one unit notes, and one forgets. */
  auditKeptDays: 365,
  auditLooked: 20_000,
  auditNotedAtOnce: 200,
  auditForgottenAtOnce: 400,
  auditShown: 100,
  auditShownMost: 10_000,
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
} as const;
