/** Checks of the store: driver, place, file, content, and who is in it. */

import type { Composition } from '../../../compose.ts';
import { toSignalboxError } from '../../../core/errors.ts';
import { leaseHolds } from '../../../core/lease.ts';
import { limits } from '../../../core/limits.ts';
import { withoutSecrets } from '../../../core/shown-address.ts';
import type { HubDoor } from '../../../hub-door.ts';
import { projectOf, storeExists } from '../place.ts';
import { counted } from '../spoken.ts';
import { broken, checked, type Finding, ok, warning } from './finding.ts';

/** Everything the engine says of itself, then a real read, which tells a nuisance from a failure. */
export async function checkStore(parts: Composition): Promise<Finding[]> {
  const { world, hub } = parts;
  if (hub) return [await checkHub({ world, hub })];
  const report = await parts.world.store.inspect();
  const sessions = !report.isUsable || !storeExists(parts) ? [] : await checked('sessions', () => checkSessions(parts));
  const isReadable = report.isUsable && !sessions.some(finding => finding.level === 'broken');
  const engine = report.version === 'unknown' ? [] : [ok('engine', report.version)];
  const problems = report.problems.map(problem => storeFinding(problem, isReadable));
  if (problems.length === 0) {
    const state = storeExists(parts) ? 'intact' : 'not there yet, the first session makes it';
    problems.push(ok('store', `${withoutSecrets(report.location)}, ${state}`));
  }
  return [...engine, ...problems, ...(isReadable ? sessions : [])];
}

/** The store is behind a hub: whether that is reached, takes the token, and speaks our language. */
async function checkHub(parts: Pick<Composition, 'world'> & { readonly hub: HubDoor }): Promise<Finding> {
  try {
    const { whoAtHub } = await import('../../bridge/ask.ts');
    const { version, name, role } = await whoAtHub(parts);
    return ok('hub', `${parts.hub.addresses.join(', ')}, version ${version}, as "${name}" (${role})`);
  } catch (error) {
    const { message, next } = toSignalboxError(error);
    return broken('hub', message, next);
  }
}

/** An engine's problem is one text: what is wrong, then mostly what to do. */
function storeFinding(problem: string, isReadable: boolean): Finding {
  const [, message = problem, said = ''] = /^(.*?\.) ([A-Z].*)$/s.exec(problem) ?? [];
  const next = said.replace(/^Run `signalbox doctor`; (\w)/, (_, letter: string) => letter.toUpperCase());
  const fallback = 'Follow what the sentence says, then run `signalbox doctor` again.';
  return (isReadable ? warning : broken)('store', message, next || fallback);
}

async function checkSessions(parts: Composition): Promise<Finding[]> {
  const { store, processes } = parts.world;
  const project = await projectOf(parts);
  const { open, dead } = await store.read(project, async tx => {
    const sessions = await tx.list('session', 'live', { prefix: '' }, { limit: limits.sessionsListed * 5 });
    const agents = sessions.filter(session => session.kind === 'agent');
    return { open: agents.length, dead: agents.filter(session => !leaseHolds({ tx, processes }, session)).length };
  });
  if (dead === 0)
    return [ok('sessions', open === 0 ? 'none here now' : `${counted(open, 'session')}, every process alive`)];
  const message = `The process of ${dead} of ${counted(open, 'session')} is gone; what they held is free already.`;
  return [warning('sessions', message, 'Run `signalbox session list`: it takes them off the list.')];
}
