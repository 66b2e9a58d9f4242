/** The HTTP interfaces of earlier systems, as a hub serves them: from a request to a route of a profile, and back. */
import type { Principal } from '../../core/account.ts';
import { actionOf, refusalFor, refusalToJoin } from '../../core/authority.ts';
import { cleanTexts } from '../../core/text.ts';
import type { HubFace, HubRoute } from '../../profiles/define-hub.ts';
import type { Profile } from '../../profiles/define-profile.ts';
import type { ToolDefinition } from '../../tools/define-tool.ts';
import { HubPartners } from '../../tools/hub-partners.ts';
import type { World } from '../../tools/world.ts';
import { type Auditor, audited } from './calls.ts';
import type { Afterwards } from './under-way.ts';
import { answerOf, keeper } from './waiting.ts';

/** A request that may be answered. */
export interface RoutedRequest {
  readonly principal: Principal;
  /** The project that it names; null where it names none. */
  readonly project: string | null;
  readonly path: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  readonly body: unknown;
  readonly audit: Auditor;
  readonly signal: AbortSignal;
  /** Whether its token still stands for somebody: asked while it waits. */
  mayGoOn(): Promise<boolean>;
  /** See `Request` in calls.ts. */
  readonly waitsEnd: AbortSignal;
  /** Takes what follows the answer. */
  follow(afterwards: Afterwards): void;
  /** See `Breaking` in waiting.ts. */
  readonly cut?: (() => void) | undefined;
}

/** A route with the profile that it is of. */
export interface ProfileRoute {
  readonly profile: string;
  readonly face: HubFace;
  readonly route: HubRoute;
}

export function routesOf(profiles: readonly Profile[]): ProfileRoute[] {
  return profiles.flatMap(({ name, hub }) =>
    hub ? hub.routes.map(route => ({ profile: name, face: hub, route })) : [],
  );
}

/** The route that a path belongs to, by whatever method. */
export function routeAt(routes: readonly ProfileRoute[], path: string): ProfileRoute | undefined {
  const parts = path.split('/');
  const fits = (pattern: string[]) =>
    pattern.length === parts.length && pattern.every((part, at) => part.startsWith(':') || part === parts[at]);
  return routes.find(({ route }) => fits(route.path.split('/')));
}

/** What authority says of something of a vocabulary; null stands for being there, which no token is narrowed by. */
export function refusalOf(
  principal: Principal,
  operation: string | null,
  tools: readonly ToolDefinition[],
  project: string,
) {
  const tool = tools.find(({ name }) => name === operation);
  return tool ? refusalFor(principal, actionOf(tool), project) : refusalToJoin(principal, project);
}

/** Answers a request. Errors: those of the route, `forbidden`. */
export async function answerRoute(
  world: World,
  tools: readonly ToolDefinition[],
  { profile, route }: ProfileRoute,
  request: RoutedRequest,
): Promise<Response> {
  const { principal, project, signal, waitsEnd, mayGoOn, audit } = request;
  const afterAnswer: (() => Promise<void>)[] = [];
  const about = { audit, principal, session: null, project: profile };
  const given = { path: request.path, query: request.query, body: objectOf(request.body) };
  return answerOf(
    waiting =>
      audited(
        about,
        'call',
        `${profile}${route.path}`,
        given,
        async speaker => {
          const refusal = refusalOf(principal, route.operation, tools, profile);
          if (refusal) throw refusal;
          const desk: HubPartners = new HubPartners({
            ...{ issuer: profile, world, principal, project },
            surroundings: { variable: () => '', language: 'en' },
            speaks(session) {
              speaker.session = session;
            },
            context: {
              path: 'calls',
              ...{ signal, waitsEnd },
              ...{ patienceMs: Number.POSITIVE_INFINITY, waitsAlone: true, mayTake: mayGoOn },
              waits: waiting.begin,
              afterAnswer: action => afterAnswer.push(action),
              progress() {
                waiting.goOn();
                void goesOn();
              },
            },
          });
          const goesOn = keeper(world, desk);
          const answer = await route.run(desk, given).catch(async error => {
            // What it took is not confirmed by an answer that says something else.
            await desk.leave();
            throw error;
          });
          request.follow({
            async handed() {
              for (const action of afterAnswer) await action();
            },
            over: () => desk.leave(),
          });
          return { status: answer.status, body: cleanTexts(answer.body) as object };
        },
        refusedBy,
      ),
    {
      cut: request.cut,
      broken: error => world.log.warn('an answer was broken off', { route: route.path, error: String(error) }),
    },
  );
}

/** The code of a refusal that is an answer of the vocabulary. */
function refusedBy({ status }: { readonly status: number }): string | null {
  if (status < 400) return null;
  return status === 403 ? 'forbidden' : status === 404 ? 'not_found' : 'invalid_input';
}

function objectOf(body: unknown): Readonly<Record<string, unknown>> {
  return typeof body === 'object' && body !== null && !Array.isArray(body) ? { ...body } : {};
}
