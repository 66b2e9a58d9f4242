/** What webhooks need from the world: signatures, and a way to post to an address that others have chosen. */

export interface Signatures {
  /** A new key of 256 random bits, in base64. */
  newKey(): string;
  /** HMAC-SHA256 of a text in UTF-8 under a key, both in base64. */
  sign(key: string, text: string): string;
}

export interface Posting {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What came back: the status with the header `Retry-After` as it stands, or why nothing came, as a half sentence without the address. */
export type PostAnswer =
  | { readonly status: number; readonly retryAfter: string | null }
  | { readonly status: null; readonly failure: string };

export interface WebhookPost {
  /** Why an address may not be posted to, as a sentence without it; null where it may, as far as it can be found now. */
  refusal(url: string): Promise<string | null>;
  /**
   * Posts once, to the very network address that was judged, follows no redirect, reads no more than `limits.webhookAnswerBytes` and
   * takes no longer than `limits.webhookPostMs`. Never rejects. What the signal cuts short is a failure like any other.
   */
  post(posting: Posting, signal?: AbortSignal): Promise<PostAnswer>;
}

/** Both. */
export interface WebhookParts {
  readonly signatures: Signatures;
  readonly post: WebhookPost;
}
