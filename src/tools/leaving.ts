/** What becomes of a session when its server is told to stop, or its connection breaks. */
import { leaseHolds } from '../core/lease.ts';
import type { ProcessIdentity, Transaction } from '../core/ports.ts';
import { end, isProcess, isUnserved } from '../core/session.ts';
import type { Unit } from '../core/unit.ts';
import type { World } from './world.ts';

/** A session, and from whose life it hangs as its server knows it. */
export interface Leaver {
  readonly id: string;
  readonly project: string;
  readonly process: ProcessIdentity | null;
  /** The client's process. */
  readonly parent: ProcessIdentity | null;
}

/**
 * Ends the session: frees its locks at once and keeps its mail. Not when another server has taken it over meanwhile, and not while
 * it goes on without this server because its lease hangs from the client's process.
 */
export async function endWithServer(world: World, leaver: Leaver, reason: string): Promise<void> {
  const { parent } = leaver;
  const isClientHere = () => parent !== null && world.processes.liveness(parent) === 'alive';
  // Only this server of several is told to stop.
  if (leaver.process !== null && isUnserved(leaver) && isClientHere()) return;
  await ifStillOf(world, leaver, leaver.process, unit => end(unit, leaver.id, reason));
}

/** Whether a session is one of this process, whose lease holds. Behind a hub processes of other principals have other names. */
export function livesOn(
  { store, processes }: World,
  { id, project, process }: Omit<Leaver, 'parent'>,
): Promise<boolean> {
  return store.read(project, async tx => {
    const was = await tx.get('session', id);
    return was !== undefined && isProcess(was.process, process) && leaseHolds({ tx, processes }, was);
  });
}

/** A unit of work about the session if its lease still hangs from that process. */
function ifStillOf(
  { store, ids, processes }: World,
  { id, project }: Leaver,
  process: ProcessIdentity | null,
  work: (unit: Unit) => Promise<void>,
): Promise<void> {
  return store.transact(project, async (tx: Transaction) => {
    const stored = (await tx.get('session', id))?.process ?? null;
    if (stored === null || process === null || isProcess(stored, process)) await work({ tx, ids, processes });
  });
}
