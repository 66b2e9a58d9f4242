/** What the store keeps of who did what over a hub. */

export interface AuditRecord {
  /** A number that rises, padded: text order is the order in which it was noted. */
  readonly id: string;
  readonly at: number;
  /** A call of a tool, by hooks too, the opening or the end of a session, a token that was refused, or a change of tokens or webhooks. */
  readonly action: 'call' | 'session' | 'authentication' | 'token' | 'webhook';
  /**
   * The name of the token, or of whom it stands for; null where there was none that is known, and for what a hub does by itself. The
   * operator makes and ends tokens and webhooks.
   */
  readonly principal: string | null;
  readonly session: string | null;
  /** The token or webhook that something was done with, or what a call names (`subjectOf`); null for all else. */
  readonly subject: string | null;
  /** The tool, what was done with tokens and webhooks, or why a token was refused. */
  readonly what: string | null;
  readonly project: string | null;
  /** `refused`: the rules or the role said no; `failed`: it broke. */
  readonly decision: 'done' | 'refused' | 'failed';
  /** The code of the error; null for none. */
  readonly code: string | null;
  /** The address that the request came from; null for a command. */
  readonly address: string | null;
  readonly ms: number | null;
  /** A digest of what was asked; the texts themselves are nobody's business here. */
  readonly digest: string | null;
}
