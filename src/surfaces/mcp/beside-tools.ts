/** What a server offers besides its tools: resources, prompts and completions, the same by whatever way a client comes. */
import type { Server, ServerContext } from '@modelcontextprotocol/server';
import type { ToolContext } from '../../tools/define-tool.ts';
import type { Participant } from '../../tools/participant.ts';
import { completionsFor, toolsOfCompletion } from './completions.ts';
import { listedPrompts, promptFor, toolsOfPrompt } from './prompts.ts';
import { refusedByRule } from './refusal.ts';
import { listedResources, listedTemplates, readResource, toolsOfResource } from './resources.ts';

/** What a request comes to. */
export interface Wish {
  readonly what: string;
  readonly input: unknown;
  /** The names of the tools whose effects it has. */
  readonly tools: readonly string[];
}

/** What the clients of a connection may do. */
export interface Permission {
  /** Whether they may use all these tools: they are offered what comes to them. */
  mayUse(tools: readonly string[]): boolean;
  /** Whether hooks have anything to say to them. */
  readonly hasHooks: boolean;
  /**
   * Does the work as `caller`, if that may be; `refusedBy` gives the code of an answer that is a refusal itself. Errors: those of the work,
   * and that it may not be.
   */
  perform<T>(
    wish: Wish,
    caller: Participant,
    work: () => Promise<T>,
    refusedBy?: (answer: T) => string | null,
  ): Promise<T>;
}

/** Everything, as on one's own machine. */
export const everything: Permission = { mayUse: () => true, hasHooks: true, perform: (_wish, _caller, work) => work() };

/** Who serves a client's requests. */
export interface BesideDesk extends Pick<Permission, 'mayUse'> {
  /** Does the work as whoever makes the request. Errors: those of the work, and that it may not be. */
  serve<T>(request: ServerContext, wish: Wish, work: (context: ToolContext) => Promise<T>): Promise<T>;
}

/** Those that are offered, as a server has to declare them. */
export const besideTools = { resources: {}, prompts: {}, completions: {} };

export function serveBesideTools(server: Server, desk: BesideDesk): void {
  const serve = <T>(request: ServerContext, wish: Wish, work: (context: ToolContext) => Promise<T>) =>
    desk.serve(request, wish, work).catch(refusedByRule);
  server.setRequestHandler('resources/list', () => ({ resources: listedResources(desk.mayUse) }));
  server.setRequestHandler('resources/templates/list', () => ({ resourceTemplates: listedTemplates(desk.mayUse) }));
  server.setRequestHandler('resources/read', ({ params: { uri } }, request) =>
    serve(request, { what: 'resources/read', input: { uri }, tools: toolsOfResource(uri) }, context =>
      readResource(uri, context),
    ),
  );
  server.setRequestHandler('prompts/list', () => ({ prompts: listedPrompts(desk.mayUse) }));
  server.setRequestHandler('prompts/get', ({ params: { name, arguments: given = {} } }, request) =>
    serve(request, { what: 'prompts/get', input: { name, given }, tools: toolsOfPrompt(name) }, context =>
      promptFor(name, given, context),
    ),
  );
  server.setRequestHandler('completion/complete', ({ params }, request) =>
    serve(request, { what: 'completion/complete', input: params, tools: toolsOfCompletion }, ({ caller }) =>
      completionsFor(params, caller),
    ),
  );
}

/** The tools that a request comes to, as it was sent; none for one that comes to none, or is not understood. */
export function toolsOfRequest(method: unknown, params: unknown): readonly string[] {
  const { name, uri } = (typeof params === 'object' && params !== null ? params : {}) as Record<string, unknown>;
  if (method === 'tools/call' && typeof name === 'string') return [name];
  if (method === 'resources/read' && typeof uri === 'string') return toolsOfResource(uri);
  if (method === 'prompts/get' && typeof name === 'string') return toolsOfPrompt(name);
  return method === 'completion/complete' ? toolsOfCompletion : [];
}
