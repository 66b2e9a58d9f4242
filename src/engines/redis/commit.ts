/** Sends a commit until it is known what became of it. */
import { limits } from '../../core/limits.ts';
import { ServerFailure } from '../server/failure.ts';
import { withPatience } from '../server/patience.ts';
import type { Commit } from '../unit-of-work.ts';
import type { Call } from './call.ts';
import { outcomeUnknown } from './errors.ts';
import { channelsOf, fieldOf, memberOf, type ProjectKeys } from './keys.ts';
import type { Link, Sending } from './link.ts';
import { type Script, scripts } from './scripts.ts';

/** The least time there is to find out what became of a commit. */
const doubtMs = 1_000;

/** How a commit gets to the server, and how it is called there. */
export interface Delivery {
  readonly link: Link;
  readonly call: Call;
  readonly label: string;
  readonly below: (bound: number) => number;
}

export interface Circumstances {
  /** The revision that the unit saw. */
  readonly revision: string;
  /** Becomes the new revision. */
  readonly token: string;
  /** The token of the unit's turn, which ends with the commit; empty when it has none. */
  readonly turn: string;
  /** The time of the unit, when it is the server's. */
  readonly now: number | undefined;
  readonly prefix: string;
  /** Whether the server itself wakes the audience. */
  readonly wakes: boolean;
}

/** Stores the commit. False when the project has moved on since: then nothing was changed. */
export async function storeCommit(
  delivery: Delivery,
  keys: ProjectKeys,
  commit: Commit,
  circumstances: Circumstances,
): Promise<boolean> {
  const { meta, records, entries, events, done, line } = keys;
  const needed = [meta, records, entries, events, done, ...(circumstances.turn === '' ? [] : [line])];
  return (await deliver(delivery, scripts.commit, needed, commitArguments(commit, circumstances))) === 1;
}

/**
 * Runs a script that stores something under a token, again and again while its answer is lost: the token makes sure that it
 * takes effect once. When the call is over meanwhile it may not be known whether it did; then the error says so.
 */
export async function deliver(
  { link, call, label, below }: Delivery,
  script: Script,
  keys: readonly string[],
  values: readonly (string | number)[],
): Promise<unknown> {
  let isInDoubt = false;
  const attempt = async () => {
    const sending: Sending = { isSent: false };
    try {
      return await link.run(call, script, keys, values, sending);
    } catch (error) {
      if (sending.isSent && error instanceof ServerFailure && error.kind === 'lost') isInDoubt = true;
      throw error;
    }
  };
  try {
    return await withPatience(attempt, { below, patienceMs: Math.max(call.leftMs, doubtMs) });
  } catch (error) {
    throw isInDoubt ? outcomeUnknown(label, error) : error;
  }
}

function commitArguments(commit: Commit, circumstances: Circumstances): (string | number)[] {
  const { revision, token, turn, now, prefix, wakes } = circumstances;
  const puts: string[] = [];
  const deletions: string[] = [];
  for (const { kind, id, body, existed } of commit.records) {
    if (body !== undefined) puts.push(fieldOf(kind, id), body);
    else if (existed) deletions.push(fieldOf(kind, id));
  }
  const audience = wakes ? commit.audience : [];
  return [
    ...[revision, token, turn, commit.sequence, now ?? '', limits.commitRememberedSeconds, channelsOf(prefix)],
    ...[puts.length / 2, deletions.length, commit.removed.length, commit.added.length],
    ...[commit.events.length, audience.length],
    ...puts,
    ...deletions,
    ...commit.removed.map(memberOf),
    ...commit.added.map(memberOf),
    ...commit.events.flatMap(event => [event.sequence, event.body]),
    ...audience,
  ];
}
