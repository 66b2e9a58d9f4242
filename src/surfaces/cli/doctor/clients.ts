/** Checks of the AI clients on this machine: how each is set up, and whether a message really comes to it. */
import { createHash } from 'node:crypto';
import { realpathSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { isAbsolute } from 'node:path';
import { clientNamed } from '../../../clients/index.ts';
import { type Configured, dataIn } from '../../../clients/proof/configured.ts';
import { obstaclesOf } from '../../../clients/proof/obstacles.ts';
import { proofOf } from '../../../clients/proof/proofs.ts';
import { pluginParts, setupState } from '../../../clients/proof/state.ts';
import type { ClientSetup, Scope } from '../../../clients/setup/define-setup.ts';
import { clientSetups } from '../../../clients/setup/index.ts';
import { isInstalled, providedBy } from '../../../clients/setup/setup.ts';
import type { Composition } from '../../../compose.ts';
import { leaseHolds } from '../../../core/lease.ts';
import { limits } from '../../../core/limits.ts';
import { composeSetup, type SetupParts } from '../../../setup.ts';
import type { Invocation } from '../invocation.ts';
import { projectOf, storeExists } from '../place.ts';
import { type Delivery, tryDelivery } from './clients-delivery.ts';
import {
  type ClientFinding,
  type ClientReport,
  clientFindings,
  type LivingSessions,
  scopesOf,
} from './clients-report.ts';
import { versionOf } from './clients-version.ts';
import { checked } from './finding.ts';

/** Several at a time; each has three processes at most. */
const atOnce = Math.max(2, Math.min(4, availableParallelism()));

/** Of each client that is here, is set up or has sessions. Changes nothing: what is tried is tried elsewhere. */
export async function checkClients(parts: Composition, invocation: Invocation): Promise<ClientFinding[]> {
  const places = { user: await setupFor('user', invocation), project: await setupFor('project', invocation) };
  const sessions = await livingSessions(parts);
  const waiting = [...clientSetups];
  const found = new Map<ClientSetup, ClientFinding[]>();
  const work = async () => {
    for (let client = waiting.shift(); client; client = waiting.shift()) {
      const { name } = client;
      const look = reportOn(client, places, sessions.get(client.id) ?? null, parts, invocation);
      found.set(client, await checked(name, async () => clientFindings(await look)));
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return clientSetups.flatMap(client => found.get(client) ?? []);
}

function setupFor(scope: Scope, { environment, workingDirectory, globals }: Invocation): Promise<SetupParts> {
  const stateHome = globals.flags.home;
  return composeSetup({ scope, environment, workingDirectory: workingDirectory(), stateHome });
}

type Places = Readonly<Record<Scope, SetupParts>>;

async function reportOn(
  client: ClientSetup,
  { user, project }: Places,
  sessions: LivingSessions | null,
  { world }: Composition,
  { environment }: Invocation,
): Promise<ClientReport> {
  const proof = proofOf(client.id);
  const { files, place } = user;
  const states = {
    user: setupState(client, files, place),
    project: setupState(client, project.files, project.place),
  };
  const hasPlugin = providedBy(client, user) !== undefined;
  const plugin = hasPlugin ? pluginOf(user) : null;
  const scopes = scopesOf({ states });
  const [configured] = [plugin, ...scopes.map(scope => states[scope].configured)].filter(each => each !== null);
  const isPresent = isInstalled(client, user);
  const command = configured?.server?.words[0] ?? '';
  const notOnPath = command === '' || isAbsolute(command) || files.hasProgram([command]) ? null : command;
  const canStart = notOnPath === null && !scopes.some(scope => states[scope].missing.length > 0);
  const data = (path: string, kind: 'json' | 'toml' = 'json') => dataIn(textIn(path, user), kind);
  const target = (path: string) => realPath(path);
  const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
  const exists = (path: string) => files.exists(path);
  const [version, delivery] = await Promise.all([
    isPresent && proof.tried ? versionOf(client.signs(place).programs, environment) : undefined,
    configured && canStart
      ? tryDelivery({
          proof,
          mcpName: clientNamed(client.id)?.mcpNames[0] ?? client.id,
          configured,
          environment,
          clock: world.clock,
        })
      : null,
  ]);
  return {
    name: client.name,
    proof,
    isInstalled: isPresent,
    version,
    states,
    hasPlugin,
    notOnPath,
    obstacles: configured ? obstaclesOf(client.id, { place: project.place, scopes, data, exists, target, sha256 }) : [],
    delivery: hasPlugin && configured === undefined ? unseenPlugin : delivery,
    wakes: configured?.hooks.some(({ call }) => call.form === 'words' && call.words.at(-1) === 'Wake') ?? false,
    sessions,
    shown: path => shortened(path, place.home),
  };
}

const unseenPlugin: Delivery = { result: 'untried', reason: 'its files were not found' };

/** Where Claude Code keeps the plugin that its settings turn on. */
function pluginOf(parts: SetupParts): Configured | null {
  const { files, place } = parts;
  const folder = place.environment.CLAUDE_CONFIG_DIR || `${place.home}/.claude`;
  const { plugins } = dataIn(textIn(`${folder}/plugins/installed_plugins.json`, parts), 'json') as { plugins?: object };
  const entries = Object.entries(plugins ?? {}).flatMap(([name, entry]) =>
    name.startsWith('signalbox@') ? entry : [],
  );
  const path = (entries[0] as { installPath?: unknown } | undefined)?.installPath;
  return typeof path === 'string' ? pluginParts(files, path, place.platform) : null;
}

function textIn(path: string, { files }: SetupParts): string {
  try {
    const { bytes } = files.look(path);
    return bytes === null ? '' : new TextDecoder().decode(bytes);
  } catch {
    return '';
  }
}

function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

function shortened(path: string, home: string): string {
  return path.startsWith(home) && /^[\\/]/.test(path.slice(home.length)) ? `~${path.slice(home.length)}` : path;
}

/** Of each client by its name. Empty where nothing was stored yet, or the store cannot be read: that is told elsewhere. */
async function livingSessions(parts: Composition): Promise<ReadonlyMap<string, LivingSessions>> {
  if (!storeExists(parts)) return new Map();
  const { store, processes } = parts.world;
  try {
    return await store.read(await projectOf(parts), async tx => {
      const sessions = await tx.list('session', 'live', { prefix: '' }, { limit: limits.sessionsListed * 5 });
      const known = new Map<string, LivingSessions>();
      for (const session of sessions) {
        if (session.kind !== 'agent' || session.parentSession !== null || session.client === null) continue;
        if (!leaseHolds({ tx, processes }, session)) continue;
        const { count, unheard, heardMs } = known.get(session.client) ?? { count: 0, unheard: 0, heardMs: null };
        const ago = session.hookedAt === null ? null : tx.now - session.hookedAt;
        known.set(session.client, {
          count: count + 1,
          unheard: unheard + (ago === null ? 1 : 0),
          heardMs: ago === null ? heardMs : Math.min(ago, heardMs ?? ago),
        });
      }
      return known;
    });
  } catch {
    return new Map();
  }
}
