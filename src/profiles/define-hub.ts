/** What a profile offers over a hub: its tools for clients that speak MCP over HTTP, and the HTTP interface that its system had. */
import type * as z from 'zod/v4';
import type { SignalboxError } from '../core/errors.ts';
import type { Speech } from '../core/surroundings.ts';
import type { ForeignTalk } from '../tools/foreign-talk.ts';
import type { HubPartners } from '../tools/hub-partners.ts';
import type { ForeignTool } from './define-tool.ts';

/** What tools may ask for that are offered over a hub as well, where no process and no folder stands behind a caller. */
export interface TalkDesk {
  readonly talk: ForeignTalk;
  readonly surroundings: Speech;
}

/** A tool, and the operation that it amounts to, by which tokens are narrowed; null for being there at all. */
export interface HubTool {
  readonly tool: ForeignTool<TalkDesk>;
  readonly operation: string | null;
}

/** A request in the words of the old interface. */
export interface RouteRequest {
  /** What stands in the path where the route has its variables, and behind the question mark. */
  readonly path: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  readonly body: Readonly<Record<string, unknown>>;
}

export interface RouteAnswer {
  readonly status: number;
  readonly body: object;
}

/** What a route is for and takes, as its description tells it. What does not fit is refused by the route, in its own words. */
export interface RouteAbout {
  readonly title: string;
  readonly body?: z.ZodObject;
  /** Names of what may stand behind the question mark. */
  readonly query?: readonly string[];
}

export interface HubRoute {
  readonly method: 'GET' | 'POST';
  /** `/conversations/:id/leave`. */
  readonly path: string;
  readonly about: RouteAbout;
  /** As in `HubTool`. */
  readonly operation: string | null;
  run(desk: HubPartners, request: RouteRequest): Promise<RouteAnswer>;
}

export interface HubFace {
  readonly tools: readonly HubTool[];
  readonly routes: readonly HubRoute[];
  /** The body that tells a refusal by a rule, or a failure. */
  failed(error: Pick<SignalboxError, 'message' | 'next'>): object;
}
