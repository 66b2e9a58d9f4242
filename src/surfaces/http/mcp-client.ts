/** Who a client of MCP over HTTP is: nothing of it is kept here, so every request says it. */
import type { Server, ServerContext } from '@modelcontextprotocol/server';
import type { Principal } from '../../core/account.ts';
import { limits } from '../../core/limits.ts';
import { cleanLine } from '../../core/text.ts';
import { clientOf } from '../mcp/client-of.ts';
import type { Auditor } from './calls.ts';
import type { SpokenProfile } from './spoken-profile.ts';
import type { Afterwards } from './under-way.ts';

/** A request that may be answered. */
export interface McpRequest {
  readonly principal: Principal;
  readonly project: string;
  /** The id that the client's session was given with its handshake, or that its user has configured; null where there is none. */
  readonly session: string | null;
  /** The id that the handshake gave, which tells the client's name. */
  readonly handshake: string | null;
  /** The vocabulary that is spoken instead of our own; null for that. */
  readonly spoken: SpokenProfile | null;
  readonly signal: AbortSignal;
  /** See `Request` in calls.ts. */
  readonly waitsEnd: AbortSignal;
  /** Whether its token still stands for somebody: asked while it waits. */
  mayGoOn(): Promise<boolean>;
  readonly audit: Auditor;
  /** Whether a refusal is one that the client can lift by asking its provider for more: HTTP has a status for that, and a tool has not. */
  mayAskForMore(refusal: unknown): boolean;
  /** Takes what follows the answer; of a client that has gone meanwhile only its end. */
  readonly afterwards: { push(afterwards: Afterwards): void };
}

/** The id that a handshake is answered with: letters of our own, and the client's name, which may be empty. */
const givenId = /^[0-9a-z]{26}\.([\w-]*)$/;

/** Whether a hub gives such ids. */
export function isGiven(handshake: string | null): boolean {
  return givenId.test(handshake ?? '');
}

/** The name of the client in the id that its handshake was answered with. */
function clientIn(handshake: string | null): string | undefined {
  return givenId.exec(handshake ?? '')?.[1] || undefined;
}

/** By what the requests of one client are known: the id it was given, else its name, of which a token has one session then. */
export function conversationOf(session: string | null, client: string | undefined): string {
  return session === null ? `client:${client ?? 'unknown'}` : `given:${session}`;
}

/** The name of the client that makes a request; undefined for one that never said it. */
export function clientName(server: Server, request: ServerContext, { handshake }: McpRequest): string | undefined {
  return clientOf(server, request)?.name ?? clientIn(handshake);
}

/** A client's name as others see it. */
export function shownClient(client: string | undefined): string | null {
  if (client === undefined) return null;
  return cleanLine(client, 'client', limits.hubHeaderCharacters).slice(0, 60) || null;
}

/** Tells a client that asked for it how a call goes. */
export function progressOf({ mcpReq }: ServerContext) {
  const { _meta, notify } = mcpReq;
  const progressToken = _meta?.progressToken;
  return (message: string, done: number, total: number) => {
    if (progressToken === undefined) return;
    const params = { progressToken, progress: done, total, message };
    void notify({ method: 'notifications/progress', params }).catch(() => undefined);
  };
}
