/** What the store keeps of an access token for the hub. The token itself is kept nowhere. */

/** What a token allows, each with all that stand before it. */
export const roles = ['read', 'write', 'admin'] as const;
export type Role = (typeof roles)[number];

export interface TokenRecord {
  /** Ten letters and digits that stand in the token itself, so that it is found without its secret. */
  readonly id: string;
  /** Unique among all, revoked ones too: whoever is named in an audit stays who it was. */
  readonly name: string;
  /** SHA-256 of the whole token, in hexadecimal. The token has 260 random bits, so nothing slower is needed. */
  readonly hash: string;
  /** The one before the last rotation, while it is still taken; null for none. */
  readonly former: { readonly hash: string; readonly until: number } | null;
  readonly role: Role;
  /** Patterns of project ids; none means all. */
  readonly projects: readonly string[];
  /** Names of tools; none means all that the role allows. */
  readonly tools: readonly string[];
  readonly notes: string | null;
  readonly createdAt: number;
  readonly expiresAt: number | null;
  readonly revokedAt: number | null;
  readonly rotatedAt: number | null;
  /** When it was last used, to the minute; null before the first time. */
  readonly usedAt: number | null;
}

/** Whose a session is that came by a hub, and how long it lives after its last sign of life. */
export interface HubLease {
  /** The id of the token that opened it, or of whom a provider's token stands for. */
  readonly principal: string;
  readonly leaseMs: number;
}
