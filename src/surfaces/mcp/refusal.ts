/** Refusals where the protocol has no result that could carry one: resources, prompts, completions, subscriptions. */
import { ProtocolError, ProtocolErrorCode } from '@modelcontextprotocol/server';
import { type SignalboxError, toSignalboxError } from '../../core/errors.ts';

/** Throws what a rule refused as the protocol's invalid-params error, with what to do. A defect goes on without what is known of it inside. */
export function refusedByRule(error: unknown): never {
  if (error instanceof ProtocolError) throw error;
  const known = toSignalboxError(error);
  if (known.code === 'internal') throw known;
  // Nothing is wrong with what was asked for while the store is away.
  const code = known.code === 'unavailable' ? ProtocolErrorCode.InternalError : ProtocolErrorCode.InvalidParams;
  throw new ProtocolError(code, `${known.message} ${known.next}`);
}

/** The answer to a request that was not done: of a tool one that the model reads and can act on. */
export function refusalOf(id: string | number, method: string | undefined, { code, message, next }: SignalboxError) {
  const text = `${code}: ${message}\nNext: ${next}`;
  const answer =
    method === 'tools/call'
      ? { result: { isError: true, content: [{ type: 'text', text }] } }
      : { error: { code: ProtocolErrorCode.InternalError, message: `${message} ${next}` } };
  return { jsonrpc: '2.0', id, ...answer };
}
