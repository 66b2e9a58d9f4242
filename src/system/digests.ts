/** The port `Digests` on the crypto library of Node. */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { Digests } from '../core/account.ts';

export const systemDigests: Digests = {
  sha256: text => createHash('sha256').update(text, 'utf8').digest('hex'),
  equal(one, other) {
    const [left, right] = [Buffer.from(one), Buffer.from(other)];
    return left.length === right.length && timingSafeEqual(left, right);
  },
};
