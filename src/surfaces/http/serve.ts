/** `signalbox hub`: serves a team until it is asked to stop, and then ends what is under way first. */
import { setMaxListeners } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import type { Composition } from '../../compose.ts';
import { accountsProject, listTokens, stateOf } from '../../core/account.ts';
import { SignalboxError } from '../../core/errors.ts';
import { limits } from '../../core/limits.ts';
import type { Log } from '../../core/ports.ts';
import type { ProviderPolicy } from '../../core/provider-policy.ts';
import { isLoopback } from '../../core/web-address.ts';
import type { Profile } from '../../profiles/define-profile.ts';
import { profileNamed } from '../../profiles/index.ts';
import { operations } from '../../tools/index.ts';
import { WebhookDispatcher } from '../../tools/webhook-dispatcher.ts';
import { version } from '../../version.ts';
import { createHub, type Hub, type HubParts } from './app.ts';
import { Bridges } from './bridges.ts';
import { addressOf, namesOf } from './listen-address.ts';
import { addressFinder } from './proxies.ts';
import { SignIn } from './sign-in.ts';
import { signInSettings } from './sign-in-settings.ts';

/**
 * Serves until a signal asks to stop. Errors: `forbidden` for an address that others reach while nobody is asked for a token, or there is
 * no admin to make one; `unavailable` for an address that is taken.
 */
export async function serveHub(parts: Composition, write: (line: string) => void): Promise<void> {
  const { config, world, digests } = parts;
  const { host, port } = addressOf(config.hubListen.value);
  const asksForTokens = config.hubOpen.value !== 'on';
  const { url, policy } = signInSettings(config, host, asksForTokens);
  await refuseOpenDoor(parts, host, asksForTokens, policy);
  const addressIn = addressFinder(config.hubProxies.value);
  const note: HubParts['note'] = (level, message, details) =>
    write(`${JSON.stringify({ ts: new Date(world.clock.now()).toISOString(), level, msg: message, ...details })}\n`);
  const hosts = namesOf(host, url, config.hubHosts.value);
  const tools = operations.filter(({ needsMachine }) => !needsMachine);
  const profiles = await profilesNamed(config.hubProfiles.value);
  const stopping = new AbortController();
  // Everything that goes on listens to it.
  setMaxListeners(0, stopping.signal);
  const log = logOf(note);
  const provider = policy === null ? null : await parts.identityProvider(policy, log);
  const signIn = policy === null || provider === null ? null : new SignIn({ policy, provider, url });
  const about: HubParts = {
    ...{ world: { ...world, log }, digests, tools, profiles, hosts, asksForTokens, signIn, addressIn, note },
    stopping: stopping.signal,
  };
  const made = createHub(about);
  const { metrics, underWay } = made;
  const bridges = new Bridges(about, made, await parts.acceptor());
  const server = await listening(made, host, port, (...upgrade) => void bridges.take(...upgrade));
  const ended = new AbortController();
  const webhooks = new WebhookDispatcher({
    ...(await parts.webhookParts()),
    ...{ world: { ...world, log }, digests, stopping: stopping.signal, ended: ended.signal },
    count: outcome => metrics.posted(outcome),
  }).run();
  // Whoever reads that it is ready may ask it to stop at once.
  const asking = asked();
  note('info', 'ready', {
    version,
    host,
    port: server.port,
    authentication: asksForTokens,
    ...(policy === null ? {} : { provider: policy.issuer }),
    store: parts.surroundings.store.scheme,
    ...(profiles.length > 0 ? { profiles: profiles.map(({ name }) => name) } : {}),
  });
  void provider?.look();
  // One request that breaks in a way nobody foresaw must not end the sessions of all others.
  process.on('unhandledRejection', error =>
    note('error', 'unhandled rejection', { cause: String((error as Error)?.stack ?? error) }),
  );
  const signal = await asking;
  note('info', 'stopping', { signal });
  const until = world.clock.elapsed() + limits.hubDrainMs;
  server.stop();
  stopping.abort();
  while (!(underWay.isIdle && bridges.isIdle) && world.clock.elapsed() < until)
    await world.clock.sleep(limits.hubDrainLookMs);
  await Promise.race([webhooks, world.clock.sleep(until - world.clock.elapsed(), ended.signal)]);
  ended.abort();
  await webhooks;
  server.end();
  bridges.end();
  note('info', 'stopped', {});
  // What somebody has left behind must not keep a hub that has stopped; that it was is a defect, and told.
  world.clock.every(limits.hubDrainLookMs * 25, () => {
    note('warn', 'left behind', { resources: process.getActiveResourcesInfo() });
    process.exit();
  });
}

/** What the rules log is a line of JSON like everything else here. */
function logOf(note: HubParts['note']): Log {
  const at =
    (level: 'info' | 'warn' | 'error') =>
    (message: string, details: Record<string, unknown> = {}) =>
      note(level, message, details);
  return { debug() {}, info: at('info'), warn: at('warn'), error: at('error') };
}

/** The profiles of a list of names. Errors: `invalid_input` for one that there is not, or that no hub can serve. */
async function profilesNamed(names: string): Promise<Profile[]> {
  const wanted = [...new Set(names.split(',').map(name => name.trim()))].filter(name => name !== '' && name !== 'none');
  return Promise.all(
    wanted.map(async name => {
      const profile = await profileNamed(name);
      if (profile?.hub) return profile;
      throw new SignalboxError(
        'invalid_input',
        profile ? `A hub cannot serve the profile ${name}.` : `There is no profile "${name.slice(0, 40)}".`,
        'A hub serves claude-duo; the others are spoken by `signalbox mcp --profile NAME`.',
      );
    }),
  );
}

async function refuseOpenDoor(
  { world }: Composition,
  host: string,
  asksForTokens: boolean,
  policy: ProviderPolicy | null,
): Promise<void> {
  if (isLoopback(host)) return;
  if (!asksForTokens) {
    throw new SignalboxError(
      'forbidden',
      `Nobody would be asked for a token, and others reach ${host}.`,
      'Leave out --open, or listen on 127.0.0.1.',
    );
  }
  // Whom the provider makes an admin is one.
  if (policy?.roles.some(({ grants }) => grants === 'admin')) return;
  const all = await world.store.read(accountsProject, async tx => ({ tokens: await listTokens(tx), now: tx.now }));
  if (all.tokens.some(token => token.role === 'admin' && stateOf(token, all.now) === 'active')) return;
  throw new SignalboxError(
    'forbidden',
    `There is no active admin token, and others reach ${host}.`,
    'Make one first: signalbox token create NAME --role admin.',
  );
}

function listening(
  { app, unreadable }: Pick<Hub, 'app' | 'unreadable'>,
  hostname: string,
  port: number,
  upgrade: (...asked: Parameters<Bridges['take']>) => void,
) {
  const listener = getRequestListener(app.fetch, { hostname, errorHandler: unreadable });
  const server = createServer({ requestTimeout: limits.hubArrivalMs }, listener);
  server.on('upgrade', upgrade);
  return new Promise<{ port: number; stop(): void; end(): void }>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const message = `The hub cannot listen on ${hostname}:${port} (${error.code ?? 'unknown'}).`;
      reject(new SignalboxError('unavailable', message, 'Choose another address with --listen.', { cause: error }));
    });
    server.listen(port, hostname, () =>
      resolve({
        port: (server.address() as AddressInfo).port,
        stop() {
          server.close();
          server.closeIdleConnections();
        },
        end: () => server.closeAllConnections(),
      }),
    );
  });
}

function asked(): Promise<string> {
  return new Promise(resolve => {
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.once(signal, () => resolve(signal));
  });
}
