/** The port `Signatures` on the crypto library of Node. */
import { createHmac, randomBytes } from 'node:crypto';
import type { Signatures } from '../core/webhook-port.ts';

const keyBytes = 32;

export const systemSignatures: Signatures = {
  newKey: () => randomBytes(keyBytes).toString('base64'),
  sign: (key, text) => createHmac('sha256', Buffer.from(key, 'base64')).update(text, 'utf8').digest('base64'),
};
