/** Where the state is kept, in the words of claude-session-coordinator, and the tool by which a project says what it wants. */
import * as z from 'zod/v4';
import { SignalboxError } from '../../core/errors.ts';
import { withoutSecrets } from '../../core/shown-address.ts';
import type { Surroundings } from '../../core/surroundings.ts';
import { cleanText, quoted } from '../../core/text.ts';
import type { ForeignDesk } from '../../tools/foreign-desk.ts';
import { coordinatorTool, dictionary, openObject } from './answers.ts';
import { configOf } from './config.ts';
import { numbering } from './identity.ts';
import { ownScope } from './names.ts';

const adapters = ['local', 'redis'] as const;
export type Adapter = (typeof adapters)[number];

export const coordinationScopes = ['single-machine', 'multi-machine', 'team'] as const;
export type CoordinationScope = (typeof coordinationScopes)[number];

const settingsKey = 'storage-settings';

export interface StorageSettings {
  readonly storage_adapter: Adapter;
  readonly coordination_scope: CoordinationScope;
  readonly decided_at: string;
  readonly notes: string;
}

export const setupOfServer =
  'Start every session with --store redis://HOST:6379 (or postgres://…), or set SIGNALBOX_STORE to that address.';

/** Which of the two the store is that this process works on. */
export function adapterInUse({ store }: Surroundings): Adapter {
  const ofManyMachines = ['redis', 'rediss', 'postgres', 'postgresql', 'http', 'https'];
  return ofManyMachines.includes(store.scheme) ? 'redis' : 'local';
}

export function adapterInfo(name: Adapter, about: Surroundings) {
  if (name === 'local') {
    return {
      name,
      display_name: 'Local store (SQLite)',
      ready: true,
      capabilities: ['single-machine'],
      setup_required: false,
      setup_instructions: null,
    };
  }
  const ready = adapterInUse(about) === 'redis' || configOf(about).redis !== '';
  return {
    name,
    display_name: 'Store on a server (Redis or PostgreSQL)',
    ready,
    capabilities: [...coordinationScopes],
    setup_required: !ready,
    setup_instructions: ready ? null : setupOfServer,
  };
}

export function scopeInfo(scope: CoordinationScope) {
  return { scope, description: descriptions[scope], recommended_adapter: recommended(scope) };
}

const descriptions: Record<CoordinationScope, string> = {
  'single-machine': 'All sessions run on this machine; the store is a file on it.',
  'multi-machine': 'One person works from several machines; they share a store on a server.',
  team: 'Several people work together; they share a store on a server.',
};

export function recommended(scope: CoordinationScope): Adapter {
  return scope === 'single-machine' ? 'local' : 'redis';
}

/**
 * Whoever has configured a server expects others there: on a store of this machine alone it would work unseen by them. Errors:
 * `invalid_input` then, and for an adapter that there is not.
 */
export function refuseOtherStore(about: Surroundings): void {
  const { adapter, redis, path } = configOf(about);
  if (!adapters.some(each => each === adapter)) {
    const message = `${path} chooses the adapter ${quoted(adapter)}, which there is not.`;
    throw new SignalboxError('invalid_input', message, `Set storage.adapter to ${adapters.join(' or ')}.`);
  }
  if (adapter !== 'redis' || adapterInUse(about) === 'redis') return;
  const address = redis ? withoutSecrets(redis) : 'redis://HOST:6379';
  throw new SignalboxError(
    'invalid_input',
    `${path} chooses the adapter redis, but this server works on ${about.store.shown}.`,
    `Start every session with --store ${address}, or set SIGNALBOX_STORE to it; or set storage.adapter to local.`,
  );
}

/** What the project has decided; null before. */
export async function settingsOf(desk: ForeignDesk): Promise<StorageSettings | null> {
  const value = (await desk.data.get(ownScope, settingsKey)) as Partial<StorageSettings> | undefined;
  const isWhole =
    adapters.some(each => each === value?.storage_adapter) &&
    coordinationScopes.some(each => each === value?.coordination_scope);
  return isWhole ? (value as StorageSettings) : null;
}

export const updateStorageSettings = coordinatorTool({
  name: 'update_storage_settings',
  description:
    'Note for the project how it wants to coordinate: adapter "local" for one machine, "redis" for several machines or a team; scope "single-machine", "multi-machine" or "team". It does not move the store: next_steps says how that is done.',
  input: z.object({ adapter: z.string(), scope: z.string(), reason: z.string() }),
  output: openObject,
  async run(desk, input) {
    const adapter = oneOf(adapters, input.adapter, 'adapter');
    const scope = oneOf(coordinationScopes, input.scope, 'scope');
    const about = desk.surroundings;
    const info = adapterInfo(adapter, about);
    if (!info.ready) {
      const message = `Adapter '${adapter}' is not configured. Setup required: ${info.setup_instructions}`;
      throw new SignalboxError('invalid_input', message, '');
    }
    const settings: StorageSettings = {
      storage_adapter: adapter,
      coordination_scope: scope,
      decided_at: new Date(await desk.now(desk.stand(null))).toISOString(),
      notes: cleanText(input.reason).text,
    };
    await desk.data.set(await desk.instances.self(numbering), ownScope, settingsKey, settings);
    return dictionary({
      status: 'updated',
      settings,
      adapter_info: info,
      scope_info: scopeInfo(scope),
      next_steps: nextSteps(adapter, about),
    });
  },
});

function nextSteps(adapter: Adapter, about: Surroundings): string[] {
  const kept = 'The decision is kept with the project, for every session of it; no file of yours was changed.';
  const now = `This session works on ${about.store.shown}.`;
  if (adapter === adapterInUse(about)) return [kept, now, 'Nothing else is to be done.'];
  return [kept, now, adapter === 'redis' ? setupOfServer : 'Start every session without --store and SIGNALBOX_STORE.'];
}

function oneOf<T extends string>(valid: readonly T[], given: string, what: string): T {
  const found = valid.find(each => each === given);
  if (found) return found;
  const message = `Invalid ${what} '${given}'. Valid options: ${valid.join(', ')}`;
  throw new SignalboxError('invalid_input', message, '');
}
