/** Events of a client on the bench of the moment, and the sessions they belong to by the rules. */
import { type Attached, attach, type Beginning } from '../../src/core/attach.ts';
import type { ProcessIdentity } from '../../src/core/process.ts';
import type { SessionRecord } from '../../src/core/records.ts';
import type { Bench } from './rules.ts';

export interface EventAbout {
  readonly conversation?: string | null;
  readonly start?: Beginning;
  /** The server that tells of it; without one a hook's command does. */
  readonly server?: ProcessIdentity;
  /** The session that the server serves. */
  readonly current?: SessionRecord | null;
  readonly client?: ProcessIdentity;
  /** The server of a session that outlives it. */
  readonly outlived?: ProcessIdentity;
  readonly root?: string;
  readonly isOnly?: boolean;
}

/** `client` is the process whose events they are unless one says otherwise. */
export function attachCalls(bench: () => Bench, client: () => ProcessIdentity) {
  /** An event of the client, a second after the one before. */
  const told = async (about: EventAbout = {}): Promise<Attached> => {
    const { conversation = 'c1', start = null, server, current = null, root = '/shop', isOnly = true } = about;
    const parent = about.client ?? client();
    const reach = server ? 'calls' : 'hooks';
    const process = server ?? parent;
    const arrival = bench().arrive({
      clientSession: conversation,
      process,
      parent,
      root,
      reach,
      server: about.outlived ?? null,
    });
    await bench().clock.advance(1_000);
    return bench().transact(unit => attach(unit, arrival, current?.id ?? null, start, isOnly));
  };
  return { told, session: async (about: EventAbout = {}) => (await told(about)).session };
}
