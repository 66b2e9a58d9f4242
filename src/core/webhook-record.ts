/** What the store keeps of a webhook: where it goes, what it wants to hear, and how its deliveries stand. */
import type { ProcessIdentity } from './process.ts';

/** The forms in which events are sent. */
export const webhookKinds = ['standard', 'slack', 'discord'] as const;
export type WebhookKind = (typeof webhookKinds)[number];

export interface WebhookRecord {
  readonly id: string;
  /** Unique among all that there are. */
  readonly name: string;
  /** The whole address. For chats its path is a secret: it is shown nowhere but in `shownUrl`. */
  readonly url: string;
  readonly kind: WebhookKind;
  /** Patterns of project ids; none means all. */
  readonly projects: readonly string[];
  /** Patterns of event types; see `event-types.ts`. */
  readonly events: readonly string[];
  readonly notes: string | null;
  /** The key that it signs with, in base64: it has to be used, so it cannot be a hash. Null for chats, whose address is the secret. */
  readonly key: string | null;
  readonly createdAt: number;
  /** When it was switched off, and why; both null while it is on. */
  readonly disabledAt: number | null;
  readonly disabledBecause: string | null;
  /** How often in a row it failed, since when, and how the last time. */
  readonly failures: number;
  readonly failingSince: number | null;
  readonly lastFailure: string | null;
  /** Nothing is sent before. */
  readonly nextAt: number;
  readonly deliveredAt: number | null;
  /** Rises with every hub that takes it on: what one that lost it still says is not heard. */
  readonly fence: number;
  /** The hub that works on it, and until when; null for nobody. */
  readonly lease: { readonly process: ProcessIdentity; readonly until: number } | null;
}

/** How far a webhook has come in a project. */
export interface WebhookCursorRecord {
  /** `<webhook>/<project>`. */
  readonly id: string;
  readonly webhook: string;
  readonly project: string;
  /** Every event up to this one was delivered, is not wanted, or was there before the webhook. */
  readonly sequence: number;
}
