/** The port `Ids` on the system's source of randomness. */
import { randomBytes, randomInt } from 'node:crypto';
import type { Ids } from '../core/ports.ts';

// Crockford's base 32: no i, l, o or u, so that nobody misreads an id. Its 32 letters divide 256, so no letter is favoured.
const letters = '0123456789abcdefghjkmnpqrstvwxyz';
const idCharacters = 26;

/**
 * Identifiers with 130 random bits. They hold no time on purpose: people and logs cut ids to their first characters, and the
 * first characters of time-ordered ids are the same for everything made in one hour.
 */
export const systemIds: Ids = {
  next() {
    let id = '';
    for (const byte of randomBytes(idCharacters)) id += letters[byte & 31];
    return id;
  },
  below: bound => randomInt(bound),
};
