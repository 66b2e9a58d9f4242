/** What `doctor` says of a Redis server: whether it answers, and whether its settings keep what it is given. */

import { SignalboxError } from '../../core/errors.ts';
import { limits } from '../../core/limits.ts';
import type { StoreReport } from '../../core/ports.ts';
import { Call, within } from './call.ts';
import type { Redis } from './driver.ts';
import { lost, toFailure } from './errors.ts';
import { type Link, versionOf } from './link.ts';
import type { RedisPlace } from './url.ts';

interface Facts {
  readonly version: string;
  readonly isReplica: boolean;
  /** What the server tells of its settings; what it tells nobody is not judged. */
  readonly policy: string | undefined;
  readonly keepsLog: boolean | undefined;
  readonly takesSnapshots: boolean | undefined;
  readonly cannotSave: boolean;
}

/** Looks once, without patience, and changes nothing. Never throws. In a cluster every master is looked at. */
export async function examine(link: Link, place: RedisPlace, isClosed: boolean): Promise<StoreReport> {
  const report = { isUsable: false, engine: 'redis', location: place.location, version: 'unknown' };
  if (isClosed) return { ...report, problems: ['The store is closed.'] };
  try {
    const servers = await link.servers(new Call());
    const facts = await Promise.all(servers.map(server => factsOf(server, place.label)));
    const problems = new Set(facts.flatMap(each => problemsOf(each, place.label)));
    const version = [...new Set(facts.map(each => each.version))].join(', ');
    return { ...report, isUsable: !facts.some(each => each.isReplica), version, problems: [...problems] };
  } catch (error) {
    const failure = error instanceof SignalboxError ? error : toFailure(error, place.label);
    return { ...report, problems: [`${failure.message} ${failure.next}`] };
  }
}

async function factsOf(server: Redis, label: string): Promise<Facts> {
  const look = Promise.all([server.info(), settings(server)]);
  const [info, configured] = await within(look, limits.serverConnectMs, () => lost(label));
  const fact = (name: string) => new RegExp(`^${name}:(.*?)\\r?$`, 'm').exec(info)?.[1];
  const appends = fact('aof_enabled');
  return {
    version: versionOf(info),
    isReplica: fact('role') === 'slave',
    policy: fact('maxmemory_policy') ?? configured.get('maxmemory-policy'),
    keepsLog: appends === undefined ? undefined : appends === '1',
    takesSnapshots: configured.has('save') ? configured.get('save') !== '' : undefined,
    cannotSave: fact('rdb_last_bgsave_status') === 'err' || fact('aof_last_write_status') === 'err',
  };
}

/** Managed services forbid this command; then nothing is known of these settings. */
async function settings(server: Redis): Promise<ReadonlyMap<string, string>> {
  const known = new Map<string, string>();
  for (const name of ['save', 'maxmemory-policy']) {
    const answer = await server.config('GET', name).catch(() => []);
    const [, value] = answer as string[];
    if (value !== undefined) known.set(name, value);
  }
  return known;
}

function problemsOf(facts: Facts, label: string): string[] {
  const server = `The Redis server ${label}`;
  const problems: string[] = [];
  if (facts.isReplica) problems.push(`${server} is a read-only replica. Name the master in the URL of the store.`);
  if (facts.policy !== undefined && facts.policy !== 'noeviction') {
    problems.push(
      `${server} may throw away locks and messages when it is full (maxmemory-policy ${facts.policy}). Set maxmemory-policy to noeviction.`,
    );
  }
  if (facts.cannotSave) {
    problems.push(`${server} could not save to its disk the last time. Look at its log and free space on its disk.`);
  }
  if (facts.keepsLog === false && facts.takesSnapshots === false) {
    problems.push(
      `${server} keeps nothing on disk: a restart of the server loses all sessions, locks and messages. Set appendonly to yes.`,
    );
  }
  if (facts.keepsLog === false && facts.takesSnapshots === true) {
    problems.push(
      `${server} saves to its disk only now and then: a crash loses what came after the last snapshot. Set appendonly to yes.`,
    );
  }
  return problems;
}
