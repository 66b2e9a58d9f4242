/** The hub as a web application: from a request to an answer. It has no rules of its own. */
import { type Context, Hono } from 'hono';
import type { Digests, Principal } from '../../core/account.ts';
import { hearing, refusalFor } from '../../core/authority.ts';
import { SignalboxError } from '../../core/errors.ts';
import { limits } from '../../core/limits.ts';
import { cleanLine } from '../../core/text.ts';
import type { Profile } from '../../profiles/define-profile.ts';
import { AuditLog } from '../../tools/audit-log.ts';
import type { ToolDefinition } from '../../tools/define-tool.ts';
import type { World } from '../../tools/world.ts';
import { version } from '../../version.ts';
import { type Auditor, audited, call, type Request as HubRequest, projectNamed } from './calls.ts';
import { countedWakeups } from './counted-wakeups.ts';
import { eventStream } from './events.ts';
import { Guard } from './guard.ts';
import { createMcpFace } from './mcp.ts';
import type { McpRequest } from './mcp-client.ts';
import { Metrics } from './metrics.ts';
import { openApi } from './openapi.ts';
import { problemOf, Refusal, refused } from './problem.ts';
import { answerRoute, type ProfileRoute, routeAt, routesOf } from './profile-routes.ts';
import type { FindAddress } from './proxies.ts';
import { bare, bodyOf, cursorIn } from './request.ts';
import { open } from './sessions.ts';
import { metadataPaths, type SignIn } from './sign-in.ts';
import { spokenIn } from './spoken-profile.ts';
import { AtOnce } from './traffic.ts';
import { type Afterwards, type Outgoing, UnderWay } from './under-way.ts';

/** What the server tells of the connection that a request came over. */
export interface Connection {
  readonly outgoing?: Outgoing & { destroy(): unknown };
  readonly incoming?: { readonly socket: { readonly remoteAddress?: string | undefined } };
}

export interface HubParts {
  readonly world: World;
  readonly digests: Digests;
  readonly tools: readonly ToolDefinition[];
  /** The vocabularies of other systems that are served as well. */
  readonly profiles: readonly Profile[];
  /** The names that a request may call the hub by; a browser that was led here by another name is refused. */
  readonly hosts: readonly string[];
  /** Whether requests are asked for a token. Without, everybody is the same admin. */
  readonly asksForTokens: boolean;
  /** For tokens of an OpenID provider; null where none is set. */
  readonly signIn: SignIn | null;
  /** Whose request it is, as far as proxies are believed. */
  readonly addressIn: FindAddress;
  /** Aborts when the hub stops: waits end then as if their time were over, and nothing new is begun. */
  readonly stopping: AbortSignal;
  /** Notes one thing, with what is known of it. */
  note(level: 'info' | 'warn' | 'error', message: string, details: Record<string, unknown>): void;
}

interface Env {
  readonly Bindings: Connection;
  readonly Variables: { readonly request: string; readonly principal: Principal; readonly address: string };
}

export interface Hub {
  readonly app: Hono<Env>;
  /** Answers a request that is none: its path or its Host cannot be read. */
  unreadable(): Response;
  /** What has to end before the hub may. */
  readonly underWay: UnderWay;
  readonly metrics: Metrics;
  /** Who may come in, and what is noted of it, for connections that are no requests. */
  readonly guard: Guard;
  auditor(address: string): Auditor;
}

export function createHub(parts: HubParts): Hub {
  const { tools, signIn } = parts;
  const forModels = tools.filter(({ set }) => set === 'core' || set === 'more');
  const metrics = new Metrics();
  const world = { ...parts.world, wakeups: countedWakeups(parts.world.wakeups, metrics) };
  const underWay = new UnderWay();
  const app = new Hono<Env>();
  const log = new AuditLog(world);
  const guard = new Guard(parts, log);
  const auditor = (address: string): Auditor => ({
    digest: input => parts.digests.sha256(JSON.stringify(input ?? null)).slice(0, 32),
    elapsed: () => world.clock.elapsed(),
    note: note => log.note({ ...note, address }),
  });
  const follow = (context: Context<Env>, afterwards: Afterwards) =>
    underWay.follow(context.env?.outgoing, afterwards, error =>
      parts.note('warn', 'confirming failed', { request: context.get('request'), error: String(error) }),
    );
  const streams = new AtOnce(limits.hubStreamsPerPrincipal);
  const routes = routesOf(parts.profiles);
  const description = openApi(tools, routes);
  const mcp = createMcpFace(world, forModels, error =>
    parts.note('warn', 'protocol', { error: error.message.slice(0, 200) }),
  );

  app.use(async (context, next) => {
    const request = world.ids.next();
    context.set('request', request);
    const began = world.clock.elapsed();
    metrics.begin();
    underWay.begin(context.env?.outgoing);
    try {
      await next();
    } finally {
      const ms = world.clock.elapsed() - began;
      const route = routeOf(context.req.path, tools, routes);
      metrics.end(route, context.res.status, ms);
      const { method } = context.req;
      parts.note('info', 'request', { request, method, route, status: context.res.status, ms: Math.round(ms) });
    }
    for (const [name, value] of Object.entries(headers)) context.header(name, value);
    context.header('Signalbox-Request', request);
    if (parts.stopping.aborted) context.header('Connection', 'close');
  });
  app.use(async (_, next) => {
    if (parts.stopping.aborted) throw stopped();
    await next();
  });
  app.use(async (context, next) => {
    const { req } = context;
    guard.refuseForeign(req.header('host'), req.header('origin'), req.header('sec-fetch-site'));
    await next();
  });

  app.get('/healthz', context => context.json({ status: 'ok', version }));
  // Nobody is asked for a token here: however many ask at once, the store is looked at once.
  const inspected = shared(() => world.store.inspect());
  app.get('/readyz', async context => {
    const { isUsable, engine } = await inspected();
    const status = isUsable ? 'ok' : 'unavailable';
    // A provider that is away takes no hub out of service: keys that are known go on, and so do tokens made here.
    return context.json({ status, engine, version, ...providerOf(signIn) }, isUsable ? 200 : 503);
  });
  app.get('/.well-known/*', context => {
    const { path } = context.req;
    if (!signIn || !metadataPaths.includes(path)) throw nothingAt(context.req);
    return context.json(signIn.metadata(path, context.req.header('host') ?? ''));
  });
  app.get('/v1/openapi.json', context => context.json(description));

  app.use(async (context, next) => {
    const remote = context.env?.incoming?.socket.remoteAddress;
    const address = parts.addressIn(remote, context.req.header('x-forwarded-for'));
    context.set('address', address);
    const [authorization, host = ''] = [context.req.header('authorization'), context.req.header('host')];
    context.set('principal', await guard.principal({ authorization, address, host, path: context.req.path }));
    await next();
  });
  app.get('/metrics', context =>
    context.text(metrics.text(version, signIn?.provider.state), 200, { 'Content-Type': 'text/plain; version=0.0.4' }),
  );
  app.post('/v1/sessions', async context => {
    const about = await aboutOf(context.req, parts, context.get('principal'), auditor(context.get('address')));
    const input = await bodyOf(context.req.raw);
    return context.json(await open(world, input, about), 201);
  });
  app.post('/v1/tools/:name', async context => {
    const about = await aboutOf(context.req, parts, context.get('principal'), auditor(context.get('address')));
    const input = await bodyOf(context.req.raw);
    const name = context.req.param('name');
    const called = await call(world, tools, name, input, about);
    follow(context, called);
    return context.json(called.output);
  });

  app.get('/v1/events', async context => {
    // Nobody would read what follows the head of an answer, nor end it.
    if (context.req.method !== 'GET') throw notSoAsked(context.req.method, 'GET');
    const [principal, header] = [context.get('principal'), context.req.header('authorization')];
    const project = projectNamed(context.req.header('signalbox-project') ?? context.req.query('project'));
    const cursor = cursorIn(context.req.header('last-event-id') ?? context.req.query('cursor') ?? '0');
    const about = { audit: auditor(context.get('address')), principal, session: null, project };
    await audited(about, 'call', hearing.name, { cursor }, async () => {
      const refusal = refusalFor(principal, hearing, project);
      if (refusal) throw refusal;
      if (!streams.begin(principal.id)) throw tooManyStreams();
    });
    follow(context, { handed: async () => undefined, over: async () => streams.end(principal.id) });
    const ends = [context.req.raw.signal, parts.stopping];
    const mayGoOn = () => guard.knows(header);
    const { store, clock } = world;
    const stream = eventStream({ store, clock, log: world.log, project, cursor, ends, mayGoOn });
    return new Response(stream, { headers: { 'Content-Type': 'text/event-stream' } });
  });

  for (const each of routes) {
    const { method, path } = each.route;
    app.on(method, path, async context => {
      // What only asks for the head of an answer would take what is in it.
      if (context.req.method !== method) throw notSoAsked(context.req.method, method);
      const named = context.req.header('signalbox-project') ?? context.req.query('project');
      const project = named === undefined ? null : projectNamed(named);
      const body = method === 'POST' ? await bodyOf(context.req.raw) : undefined;
      const outgoing = context.env?.outgoing;
      return answerRoute(world, tools, each, {
        principal: context.get('principal'),
        ...{ project, body },
        path: context.req.param() as Record<string, string>,
        query: context.req.query(),
        audit: auditor(context.get('address')),
        signal: context.req.raw.signal,
        waitsEnd: parts.stopping,
        mayGoOn: () => guard.knows(context.req.header('authorization')),
        follow: afterwards => follow(context, afterwards),
        cut: outgoing && (() => void outgoing.destroy()),
      });
    });
  }

  app.all('/mcp', async context => {
    if (!mcpMethods.includes(context.req.method)) throw notSoAsked(context.req.method);
    const principal = context.get('principal');
    const named = context.req.header('signalbox-project') ?? context.req.query('project');
    // What a user has configured outlives the client; what the handshake gave is that of one connection.
    const shaken = context.req.header('mcp-session-id') || null;
    const given = context.req.header('signalbox-session') || shaken;
    const about: McpRequest = {
      principal,
      project: projectNamed(named),
      spoken: spokenIn(parts.profiles, context.req.query('profile'), context.req.query('language')),
      session: given && cleanLine(given, 'the session', limits.hubHeaderCharacters),
      handshake: shaken,
      signal: context.req.raw.signal,
      waitsEnd: parts.stopping,
      mayGoOn: () => guard.knows(context.req.header('authorization')),
      audit: auditor(context.get('address')),
      mayAskForMore: refusal => signIn?.mayAskForMore(principal, refusal) === true,
      afterwards: { push: each => follow(context, each) },
    };
    const isSent = context.req.method === 'POST';
    const body = isSent ? await bodyOf(context.req.raw) : undefined;
    return mcp.fetch(bare(context.req.raw), body, about);
  });

  app.notFound(context => {
    throw nothingAt(context.req);
  });
  app.onError((error, context) => {
    const request = context.get('request');
    const { status, body, cause } = problemOf(error, request);
    if (status === 500)
      parts.note('error', 'request failed', { request, cause: String((cause as Error)?.stack ?? cause) });
    const { path } = context.req;
    const canAsk = signIn?.mayAskForMore(context.get('principal'), error) === true;
    const challenge = canAsk ? signIn?.furtherChallenge(path, context.req.header('host') ?? '', error.needed) : null;
    const headers: Record<string, string> = challenge ? { 'WWW-Authenticate': challenge } : {};
    const more = error instanceof Refusal ? error : { status, headers };
    const face = routeAt(routes, path)?.face;
    return new Response(JSON.stringify(face ? face.failed(body.error) : body), {
      status: more.status,
      headers: { 'Content-Type': 'application/json', ...more.headers },
    });
  });
  const unreadable = () => {
    const request = world.ids.next();
    const next = 'Send a path, and as Host the name of the hub.';
    const { status, body } = problemOf(
      new SignalboxError('invalid_input', 'The request cannot be read.', next),
      request,
    );
    parts.note('info', 'request', { request, route: 'none', status });
    const about = { ...headers, 'Content-Type': 'application/json', 'Signalbox-Request': request };
    return new Response(JSON.stringify(body), { status, headers: about });
  };
  return { app, unreadable, metrics, underWay, guard, auditor };
}

/** On every answer: nothing of it is to be kept, framed, sniffed or run. */
const headers: Readonly<Record<string, string>> = {
  'Cache-Control': 'no-store',
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
};

/** Has whoever asks meanwhile share one look. */
function shared<T>(look: () => Promise<T>): () => Promise<T> {
  let underWay: Promise<T> | undefined;
  return () => {
    underWay ??= look().finally(() => {
      underWay = undefined;
    });
    return underWay;
  };
}

/** What is told of the provider; nothing where there is none. */
function providerOf(signIn: SignIn | null): { provider?: 'ok' | 'unreachable' } {
  if (!signIn) return {};
  // Whoever asks whether the hub is ready also makes it look again.
  void signIn.provider.look();
  return { provider: signIn.provider.state.isReached ? 'ok' : 'unreachable' };
}

/** What MCP knows of HTTP (Streamable HTTP, "Sending Messages to the Server", "Session Management"). */
const mcpMethods: readonly string[] = ['POST', 'GET', 'DELETE'];

function notSoAsked(method: string, ...allowed: string[]): Refusal {
  const methods = allowed.length > 0 ? allowed : mcpMethods;
  const next = allowed.length > 0 ? `Use ${allowed.join(', ')}.` : 'Send messages with POST.';
  return refused('invalid_input', 405, `${method} is nothing here.`, next, { Allow: methods.join(', ') });
}

function tooManyStreams(): SignalboxError {
  const message = `The token has ${limits.hubStreamsPerPrincipal} streams of events open at this hub.`;
  return new SignalboxError('limit_exceeded', message, 'End one that nobody reads.');
}

function nothingAt({ method, path }: { method: string; path: string }): Refusal {
  return refused('not_found', 404, `There is nothing at ${method} ${path.slice(0, 100)}.`, 'See /v1/openapi.json.');
}

async function aboutOf(
  request: { header(name: string): string | undefined; readonly raw: globalThis.Request },
  { stopping }: HubParts,
  principal: Principal,
  audit: Auditor,
): Promise<HubRequest> {
  const session = request.header('signalbox-session');
  return {
    principal,
    project: projectNamed(request.header('signalbox-project')),
    session: session === undefined ? null : cleanLine(session, 'Signalbox-Session', limits.hubHeaderCharacters),
    audit,
    signal: AbortSignal.any([request.raw.signal, AbortSignal.timeout(limits.hubRequestMs)]),
    waitsEnd: stopping,
  };
}

/** To a request that came too late: nothing was done, and another hub, or this one started again, does it. */
function stopped(): Refusal {
  const headers = { 'Retry-After': String(limits.hubRetrySeconds), Connection: 'close' };
  return refused('unavailable', 503, 'This hub is stopping.', 'Repeat the request: nothing was done.', headers);
}

/** The pattern that a path belongs to; a path from outside makes no new one. */
function routeOf(path: string, tools: readonly ToolDefinition[], routes: readonly ProfileRoute[]): string {
  const known = ['/healthz', '/readyz', '/metrics', '/mcp', '/v1/openapi.json', '/v1/sessions', '/v1/events'];
  if (known.includes(path)) return path;
  const name = path.startsWith('/v1/tools/') ? path.slice('/v1/tools/'.length) : undefined;
  if (tools.some(tool => tool.name === name)) return path;
  return routeAt(routes, path)?.route.path ?? 'other';
}
