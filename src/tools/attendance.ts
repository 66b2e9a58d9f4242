/** The session that a hook's command speaks for when no server of that session answers: looked up, or joined on the spot. */
import { type Attached, attach, type Beginning, type ConversationStart, livingOf } from '../core/attach.ts';
import { callingSession } from '../core/presence.ts';
import type { ProcessIdentity } from '../core/process.ts';
import type { SessionRecord } from '../core/records.ts';
import { knowsConversation, shortId } from '../core/session.ts';
import type { HubLease } from '../core/token-record.ts';
import type { Unit, View } from '../core/unit.ts';
import { Visitor } from './visitor.ts';
import type { World } from './world.ts';

export interface HookOrigin {
  readonly client: string;
  readonly clientVersion: string | null;
  readonly conversation: string | null;
  /** The client's own process; its life is the session's lease until a server takes it over. */
  readonly process: ProcessIdentity | null;
  readonly directory: string;
  readonly project: string | null;
  readonly start: ConversationStart;
  readonly isOnlyConversation: boolean;
  /** Whose the session is, for one that comes by a hub. */
  readonly hub?: HubLease | null;
  /** As `AgentFacts.isSuccessive`. */
  readonly isSuccessive?: boolean;
  /** Whether the event is one that a session ends with: then nobody joins for it. */
  readonly isEnd: boolean;
}

export interface Attendance {
  readonly caller: Visitor;
  readonly attached: Attached;
}

/**
 * Finds or joins the session of a hook's event; undefined where none can be told: without a client's process nothing would ever
 * end the session, so only one that lives already is found then.
 */
export async function attend(world: World, origin: HookOrigin): Promise<Attendance | undefined> {
  const { directory, project } = origin;
  const place = await new Visitor(world, directory, project, null).place();
  const { processes, store, ids } = world;
  const look = (tx: View['tx']): View => ({ tx, processes });
  if (origin.process === null || origin.isEnd) {
    const session = await store.read(place.project, tx => found(look(tx), origin));
    return session && attendance(world, origin, { session, twin: null });
  }
  const branch = await world.worktrees.branch(place.root);
  const arrival = {
    kind: 'agent',
    handle: null,
    client: origin.client,
    clientVersion: origin.clientVersion,
    clientSession: origin.conversation,
    process: origin.process,
    parent: origin.process,
    host: origin.process.host,
    hub: origin.hub ?? null,
    root: place.root,
    anchor: place.anchor,
    branch,
    reach: 'hooks',
  } as const;
  const attached = await store.transact(place.project, async tx => {
    const unit: Unit = { tx, ids, processes };
    return attach(unit, arrival, null, startOf(origin), origin.isOnlyConversation, world.policy);
  });
  return attendance(world, origin, attached);
}

function startOf({ isSuccessive = false, start }: HookOrigin): Beginning {
  return isSuccessive && (start === null || start === 'startup') ? 'succession' : start;
}

function attendance(world: World, { directory, project }: HookOrigin, attached: Attached): Attendance {
  return { caller: new Visitor(world, directory, project, attached.session.id), attached };
}

/**
 * The living session of the client's process and conversation, or of the conversation where no process is told. What is told
 * late of a conversation that the session has left is nobody's.
 */
async function found(view: View, origin: HookOrigin): Promise<SessionRecord | undefined> {
  const { client, process, isOnlyConversation } = origin;
  const conversation = origin.conversation && shortId(origin.conversation);
  if (process === null) return callingSession(view, { session: null, conversation, parent: null });
  const living = await livingOf(view, client, process);
  const named = living.find(session => session.clientSession === conversation);
  const [last] = isOnlyConversation ? living : [];
  const isLeft = last !== undefined && conversation !== null && knowsConversation(last, conversation);
  return named ?? (isLeft ? undefined : last);
}
