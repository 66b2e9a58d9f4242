/** What all messages have in common that are taken over from another system. */
import { isHandle } from './handles.ts';
import { limits } from './limits.ts';
import type { Reader } from './ports.ts';
import type { MessageRecord, SessionRecord } from './records.ts';
import { byteLength, cleanText } from './text.ts';
import type { Unit } from './unit.ts';

/** Why a text cannot be taken over. What is kept no longer than `keptMs` and is older would be forgotten at once. */
export type Unfit = 'too old' | 'too long' | 'empty';

/** The text as it is kept, or why it is not. */
export function oldText(
  { now }: Pick<Reader, 'now'>,
  { body, at }: { readonly body: string; readonly at: number },
  keptMs: number,
): { readonly text: string } | { readonly unfit: Unfit } {
  const { text } = cleanText(body);
  if (text.trim() === '') return { unfit: 'empty' };
  if (byteLength(text) > limits.messageBodyBytes) return { unfit: 'too long' };
  return at < now - keptMs ? { unfit: 'too old' } : { text };
}

/** What differs from one such message to another. */
export type OldParts = Pick<MessageRecord, 'to' | 'recipients' | 'conversation' | 'body' | 'priority' | 'at' | 'said'>;

/** Stores a message as its sender wrote it there, under the name that it had; `audience` is woken. */
export function putOld(
  { tx }: Unit,
  sender: SessionRecord,
  name: string,
  parts: OldParts,
  audience: readonly string[],
): MessageRecord {
  const { conversation, priority } = parts;
  const sequence = tx.emit({ type: 'message.sent', audience, data: { from: sender.id, conversation, priority } });
  const message: MessageRecord = {
    ...{ id: `m${sequence}`, sequence, thread: `m${sequence}`, from: sender.id },
    fromHandle: isHandle(name) ? name : sender.handle,
    ...{ replyTo: null, wantsAck: false, tags: [], key: null },
    ...parts,
    at: Math.min(parts.at, tx.now),
  };
  tx.put('message', message);
  return message;
}
