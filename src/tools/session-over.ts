/** How a call ends whose session is not there any more. */
import { SignalboxError } from '../core/errors.ts';

/** Its client went, or left its conversation for good. */
export const hasLeft = () => new SignalboxError('session_expired', 'The session has ended.', 'Start a new one.');

export const wasEnded = () =>
  new SignalboxError(
    'session_expired',
    'This session was ended by somebody else.',
    'Call again: you come back as the same session.',
  );

export const wasLeft = () =>
  new SignalboxError(
    'session_expired',
    'The client turned to another conversation while this call was under way.',
    'Call again if it is still wanted there.',
  );
