/** The desk where no server of a session answers its hook: whoever calls is looked up in the store. */
import type { ReadEvent } from '../../clients/define-client.ts';
import { clientNamed } from '../../clients/index.ts';
import { end } from '../../core/session.ts';
import type { HubLease } from '../../core/token-record.ts';
import { attend, type HookOrigin } from '../../tools/attendance.ts';
import { type CallTool, callTool } from '../../tools/call-tool.ts';
import type { World } from '../../tools/world.ts';
import type { CallerFound, EventDesk, HookCall } from './answer.ts';

export interface DirectCall extends HookCall {
  /** The client's process. */
  readonly pid: number;
  /** Whether a failure is to be told to the client's user now. */
  readonly tellsFailure: (isFailing: boolean) => boolean;
}

/** Where a hook that no server answers finds what it needs. */
export interface DeskParts {
  readonly world: World;
  readonly directory: string;
  readonly project: string | null;
  /** Whose a session is that joins, for one that comes by a hub. */
  readonly hub?: HubLease | null;
  /** By which a hook asks and tells; `callTool` where nothing is said. */
  readonly call?: CallTool;
}

/** The desk of one hook: it knows nothing of what was before but what is stored. */
export class StoreDesk implements EventDesk {
  readonly #parts: DeskParts;
  readonly #pid: number;
  readonly call: EventDesk['call'];
  readonly tellsFailure: EventDesk['tellsFailure'];
  /** The session whose client told its beginning or its end by the event; null for any other event. */
  passage: { readonly what: 'open' | 'end'; readonly session: string } | null = null;

  constructor(parts: DeskParts, { pid, tellsFailure }: Pick<DirectCall, 'pid' | 'tellsFailure'>) {
    this.#parts = parts;
    this.#pid = pid;
    this.call = parts.call ?? callTool;
    this.tellsFailure = tellsFailure;
  }

  async callerOf(client: string, read: ReadEvent): Promise<CallerFound | null> {
    const { world } = this.#parts;
    const attendance = await attend(world, this.#originOf(client, read, false));
    if (attendance === undefined) return null;
    const { caller, attached } = attendance;
    if (read.event.kind === 'start') this.passage = { what: 'open', session: attached.session.id };
    const { agent } = read.owner;
    const twin = attached.twin?.handle ?? null;
    return { caller: agent === null ? caller : await caller.child(agent), twin };
  }

  async end(client: string, read: ReadEvent): Promise<undefined> {
    const attendance = await attend(this.#parts.world, this.#originOf(client, read, true));
    if (attendance === undefined) return;
    this.passage = { what: 'end', session: attendance.attached.session.id };
    await attendance.caller.transact((unit, me) => end(unit, me.id, read.endReason ?? 'its client ended it'));
  }

  failsClosed(): boolean {
    return this.#parts.world.policy.guard.onFailure === 'block';
  }

  isRepeated(): boolean {
    return false;
  }

  #originOf(client: string, { owner }: ReadEvent, isEnd: boolean): HookOrigin {
    const { world, directory, project, hub = null } = this.#parts;
    const traits = clientNamed(client)?.traits;
    return {
      client,
      clientVersion: null,
      conversation: owner.conversation,
      process: world.processes.identify(this.#pid) ?? null,
      directory,
      project,
      hub,
      start: owner.start,
      isOnlyConversation: traits?.conversations === 'one',
      isSuccessive: traits?.servers === 'of conversations',
      isEnd,
    };
  }
}
