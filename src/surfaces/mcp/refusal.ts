/** Refusals where the protocol has no result that could carry one: prompts, subscriptions. */
import { ProtocolError, ProtocolErrorCode } from '@modelcontextprotocol/server';
import { toSignalboxError } from '../../core/errors.ts';

/** Throws what a rule refused as the protocol's invalid-params error, with what to do; a defect goes on as it is. */
export function refusedByRule(error: unknown): never {
  const { code, message, next } = toSignalboxError(error);
  if (code === 'internal') throw error;
  throw new ProtocolError(ProtocolErrorCode.InvalidParams, `${message} ${next}`);
}
