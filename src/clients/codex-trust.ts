/**
 * Whether Codex runs our hooks. It passes over without a word what its user has not trusted, and what has changed since. It keeps
 * in its configuration what was trusted: for each hook a digest of its meaning, by the file it stands in and its place there.
 */
import type { Json } from './define-client.ts';

/** `absent`: we have no hooks there. Of several hooks the worst counts. */
export type HookTrust = 'trusted' | 'untrusted' | 'modified' | 'absent';

export interface TrustQuestion {
  /** The absolute path of the file with the hooks, as Codex spells it. */
  readonly file: string;
  /** What stands in it, as an object. */
  readonly hooks: unknown;
  /** The user's `config.toml`, as an object: it holds the trust in hooks of projects too. */
  readonly config: unknown;
  /** Tells our handlers from others. */
  isOurs(handler: Json): boolean;
  /** SHA-256 of a text, in hexadecimal digits. */
  sha256(text: string): string;
}

/** Reads what is there as far as it is as expected, and never throws. */
export function hookTrust(question: TrustQuestion): HookTrust {
  const { hooks, config, isOurs } = question;
  const states = objectAt(objectAt(config, 'hooks'), 'state');
  const events = Object.entries(objectAt(hooks, 'hooks'));
  const found = events.flatMap(([event, groups]) =>
    listOf(groups).flatMap((group, groupIndex) =>
      listOf(group.hooks).flatMap((handler, index) =>
        isOurs(handler) ? [trustOf(question, states, { event, group, groupIndex, handler, index })] : [],
      ),
    ),
  );
  const worst = (['modified', 'untrusted', 'trusted'] as const).find(trust => found.includes(trust));
  return worst ?? 'absent';
}

interface Handler {
  readonly event: string;
  readonly group: Json;
  readonly groupIndex: number;
  readonly handler: Json;
  readonly index: number;
}

function trustOf(question: TrustQuestion, states: Json, { event, group, groupIndex, handler, index }: Handler) {
  const state = objectAt(states, `${question.file}:${snakeCase(event)}:${groupIndex}:${index}`);
  if (state.enabled === false || typeof state.trusted_hash !== 'string') return 'untrusted';
  const digest = question.sha256(meaningOf(event, group, handler));
  return state.trusted_hash === `sha256:${digest}` ? 'trusted' : 'modified';
}

const defaultSeconds = 600;
/** What comes at the end may not keep the client waiting; it grants no more. */
const secondsAtEnd = 3;

/** What Codex takes the digest of: the handler as it understands it, with sorted keys. */
function meaningOf(
  event: string,
  { matcher }: Json,
  { command, timeout, async: isAsync, statusMessage }: Json,
): string {
  const name = snakeCase(event);
  const seconds = typeof timeout === 'number' ? timeout : defaultSeconds;
  const isAtEnd = name === 'session_end' || name === 'interrupt';
  const hook = {
    async: isAsync === true,
    command,
    ...(typeof statusMessage === 'string' ? { statusMessage } : {}),
    timeout: isAtEnd ? Math.min(seconds, secondsAtEnd) : seconds,
    type: 'command',
  };
  return JSON.stringify({ event_name: name, hooks: [hook], ...(typeof matcher === 'string' ? { matcher } : {}) });
}

function snakeCase(event: string): string {
  return event.replace(/(?<=.)[A-Z]/g, letter => `_${letter}`).toLowerCase();
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function objectAt(value: unknown, key: string): Json {
  const found = isObject(value) ? value[key] : undefined;
  return isObject(found) ? found : {};
}

function listOf(value: unknown): readonly Json[] {
  return Array.isArray(value) ? value.map(each => (isObject(each) ? each : {})) : [];
}
