/**
 * Where a team's hub runs, anew for each test: a workspace with the store, a hub over it, and ana, who has a token. A file that calls
 * `officeForEachTest` imports these by their names, and each of its tests finds its own there.
 */
import { once } from 'node:events';
import { afterEach, beforeEach } from 'vitest';
import { Hub, type HubClient, makeToken, shop } from './hub.ts';
import { HubMcpClient, type McpOptions } from './hub-mcp-client.ts';
import { type CommandResult, type LiveSession, Workspace } from './workspace.ts';

export let place: Workspace;
/** The hub that was started last. */
export let hub: Hub;
/** Somebody with a token to write, at the hub that was there when she came. */
export let ana: HubClient;

const hubs: Hub[] = [];
const clients: HubMcpClient[] = [];

/**
 * An office begins with ana and a hub, or with what a file says. What a file sets up by hooks of its own is there before the office if
 * these stand before the call, and gone before it if they stand behind.
 */
export function officeForEachTest(begin: () => Promise<unknown> = () => anaAndHub()): void {
  beforeEach(async () => {
    place = new Workspace();
    await begin();
  });
  afterEach(async () => {
    await Promise.allSettled(clients.splice(0).map(each => each.close()));
    try {
      await Promise.all(hubs.splice(0).map(each => each.stop()));
    } finally {
      await place.dispose();
    }
  });
}

/** Ana, and a hub with these options. */
export async function anaAndHub(...args: string[]): Promise<void> {
  const token = await makeToken(place, 'ana');
  ana = (await startHub(args)).as(token);
}

/** Starts a hub beside those that run, on a free port or on a certain one. */
export async function startHub(
  args: readonly string[] = [],
  variables: Readonly<Record<string, string>> = {},
  port = 0,
): Promise<Hub> {
  hub = await Hub.start(place, args, variables, port);
  hubs.push(hub);
  return hub;
}

/** Ends the hub, unless it has ended, and starts the next one, which has another address. */
export async function startHubAgain(...args: string[]): Promise<Hub> {
  await hub.stop();
  return startHub(args);
}

/** How a hub ends that is not to begin; fails where it begins all the same. */
export async function refusedHub(
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<CommandResult> {
  const child = place.start(['hub', '--listen', '127.0.0.1:0', ...args], { environment });
  let [stdout, stderr] = ['', ''];
  child.stdout?.on('data', chunk => {
    stdout += String(chunk);
  });
  child.stderr?.on('data', chunk => {
    stderr += String(chunk);
    if (stderr.includes('"msg":"ready"')) child.kill('SIGKILL');
  });
  const [code] = await once(child, 'close');
  if (code === null) throw new Error(`the hub began: ${stderr}`);
  return { code, stdout, stderr };
}

/** Somebody with a token of their own at the hub; `options` are those of `signalbox token create`. */
export async function member(name: string, ...options: string[]): Promise<HubClient> {
  return hub.as(await makeToken(place, name, ...options));
}

/** A client of MCP over HTTP at the hub, with the token of ana unless something else is said. */
export async function mcpClient(era: McpOptions['era'], options: Partial<McpOptions> = {}): Promise<HubMcpClient> {
  const client = await HubMcpClient.connect(hub, { token: ana.token, era, ...options });
  clients.push(client);
  return client;
}

/** The machine of somebody with that token, with a checkout of the project of those who come over the hub. Whoever asks for it disposes of it. */
export function machineOf(token: string): Workspace {
  const machine = new Workspace();
  machine.git('remote', 'add', 'origin', `https://${shop}.git`);
  Object.assign(machine.environment, { SIGNALBOX_STORE: hub.url, SIGNALBOX_TOKEN: token });
  return machine;
}

/** A session of this machine, in the project of those who come over the hub. */
export function native(handle: string): Promise<LiveSession> {
  return place.session({ args: ['--handle', handle, '--project', shop] });
}

/** Everything that the store holds of a project, as it is exported. */
export async function stored(project = shop): Promise<string> {
  return (await place.command(['export', '--project', project])).stdout;
}

/** What a command, which has to work, prints for programs. */
// biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every command
export async function printed(...words: string[]): Promise<any> {
  const { code, stdout, stderr } = await place.command([...words, '--json']);
  if (code !== 0) throw new Error(stderr || stdout);
  return JSON.parse(stdout);
}
