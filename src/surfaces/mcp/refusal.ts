/** Refusals where the protocol has no result that could carry one: prompts, subscriptions. */
import { ProtocolError, ProtocolErrorCode } from '@modelcontextprotocol/server';
import { type SignalboxError, toSignalboxError } from '../../core/errors.ts';

/** Throws what a rule refused as the protocol's invalid-params error, with what to do; a defect goes on as it is. */
export function refusedByRule(error: unknown): never {
  const { code, message, next } = toSignalboxError(error);
  if (code === 'internal') throw error;
  throw new ProtocolError(ProtocolErrorCode.InvalidParams, `${message} ${next}`);
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
