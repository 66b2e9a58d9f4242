/** The name of the channel on which a session is notified. */
import { createHash } from 'node:crypto';

/** A name of a channel has 63 bytes at most, and an id may be anything. Each store has channels of its own. */
export function channelOf(schema: string, session: string): string {
  return `signalbox_${createHash('sha256').update(`${schema}\0${session}`).digest('hex').slice(0, 40)}`;
}
