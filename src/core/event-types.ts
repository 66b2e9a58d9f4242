/** The types of events that the rules emit, and patterns that choose among them. */
import { SignalboxError } from './errors.ts';

export const eventTypes = [
  'context.deleted',
  'context.shared',
  'conversation.created',
  'conversation.left',
  'data.deleted',
  'data.set',
  'edit.recorded',
  'guard.bypassed',
  'guard.policy',
  'guard.refused',
  'intent.announced',
  'intent.ended',
  'intent.updated',
  'lock.broken',
  'lock.ended',
  'lock.granted',
  'lock.renewed',
  'lock.reordered',
  'lock.shortened',
  'lock.waiting',
  'lock.withdrawn',
  'message.sent',
  'notice.sent',
  'session.ended',
  'session.joined',
  'session.returned',
  'session.updated',
] as const;

/** What people want to hear of who say nothing else: who comes and goes, what is planned and found, what went past the rules. */
export const defaultEvents = [
  'session.joined',
  'session.returned',
  'session.ended',
  'intent.announced',
  'context.shared',
  'lock.broken',
  'guard.*',
] as const;

/** A type, all of a group (`lock.*`) or all (`*`). Errors: `invalid_input` for one that means none that there is. */
export function eventPattern(raw: string): string {
  const pattern = raw.trim().toLowerCase();
  if (eventTypes.some(type => isChosen([pattern], type))) return pattern;
  throw new SignalboxError(
    'invalid_input',
    `There is no event "${raw.slice(0, 60)}".`,
    `Use *, a group such as lock.*, or a type: ${eventTypes.join(', ')}.`,
  );
}

/** Whether one of the patterns means an event of this type. */
export function isChosen(patterns: readonly string[], type: string): boolean {
  return patterns.some(pattern =>
    pattern.endsWith('*') ? type.startsWith(pattern.slice(0, -1)) && /^(?:\w+\.)?\*$/.test(pattern) : pattern === type,
  );
}
