/** Names on the server that all stores of a database share: channels, locks of projects, prepared statements. */
import { createHash } from 'node:crypto';

/** The channel on which a session is notified. A name has 63 bytes at most, and an id may be anything; each store has its own. */
export function channelOf(schema: string, session: string): string {
  return `signalbox_${digest(schema, session).toString('hex').slice(0, 40)}`;
}

/** The 64-bit number by which units of work of a project exclude each other. */
export function lockKeyOf(schema: string, project: string): string {
  return digest(`project of ${schema}`, project).readBigInt64BE().toString();
}

/** The name under which a statement is prepared. */
export function nameOf(text: string): string {
  return `signalbox_${digest('statement', text).toString('hex').slice(0, 24)}`;
}

function digest(schema: string, name: string): Buffer {
  return createHash('sha256').update(`${schema}\0${name}`).digest();
}
