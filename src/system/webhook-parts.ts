/** What webhooks are signed and posted with, in one piece that is loaded when somebody needs it. */
import type { WebhookParts } from '../core/webhook-port.ts';
import { systemSignatures } from './signatures.ts';
import { createWebhookPost } from './webhook-post.ts';

export function webhookParts(mayBeInternal: boolean): WebhookParts {
  return { signatures: systemSignatures, post: createWebhookPost(mayBeInternal) };
}
