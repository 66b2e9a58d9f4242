/**
 * By what names a partner knows others: partners by theirs, native sessions by their handles. A handle is anybody's to choose, and the name
 * of a folder that comes later may be the same: so a native session always bears a mark that no partner's name has.
 */
import { limits } from '../core/limits.ts';
import { foreignName } from '../core/persona.ts';
import type { Reader } from '../core/ports.ts';
import type { MessageRecord, SessionRecord } from '../core/records.ts';

const mark = 'native:';

export function nativeName(handle: string): string {
  return `${mark}${handle}`;
}

/** The handle that a native session's name means; undefined for any other name. */
export function markedHandle(name: string): string | undefined {
  return name.startsWith(mark) ? name.slice(mark.length) : undefined;
}

export function isNative(session: SessionRecord, issuer: string): boolean {
  return !session.personas.some(each => each.issuer === issuer);
}

export function knownAs(session: SessionRecord, issuer: string): string {
  return isNative(session, issuer) ? nativeName(session.handle) : foreignName(session, issuer);
}

/** By what name the author of a message is known. */
export async function authorOf(tx: Reader, issuer: string, message: MessageRecord): Promise<string> {
  if (typeof message.said?.partner === 'string') return message.said.partner;
  const sender = await tx.get('session', message.from);
  return sender ? knownAs(sender, issuer) : nativeName(message.fromHandle);
}

/** The native session of a handle, whoever had it last where that has ended; its mail waits for it then. */
export async function nativeCalled(tx: Reader, issuer: string, handle: string): Promise<SessionRecord | undefined> {
  const called = await tx.list('session', 'handle', { equals: handle }, { limit: limits.handlesWithOneName });
  const [newest] = called.filter(each => isNative(each, issuer)).sort((a, b) => b.lastSeenAt - a.lastSeenAt);
  return newest;
}
