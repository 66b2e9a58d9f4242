/** The resource by which claude-session-coordinator tells where the state is and where it might be. */
import type { ForeignDesk } from '../../tools/foreign-desk.ts';
import type { ForeignResource } from '../define-profile.ts';
import { configOf } from './config.ts';
import {
  adapterInfo,
  adapterInUse,
  coordinationScopes,
  recommended,
  type StorageSettings,
  scopeInfo,
  settingsOf,
  setupOfServer,
} from './storage.ts';

export const storageConfig: ForeignResource = {
  uri: 'session://storage-config',
  name: 'get_storage_config',
  description: 'Where the state of this project is kept, what else is ready, and what the project has decided.',
  mimeType: 'text/plain',
  async read(desk) {
    const settings = await settingsOf(desk);
    const about = desk.surroundings;
    const config = configOf(about);
    const told = {
      current_settings: settings,
      current_store: { adapter: adapterInUse(about), scheme: about.store.scheme, address: about.store.shown },
      configuration: { file: config.path, adapter: config.adapter },
      available_options: { local: adapterInfo('local', about), redis: adapterInfo('redis', about) },
      recommendation: settings ? advice(desk, settings) : firstAdvice,
    };
    return JSON.stringify(told, null, 2);
  },
};

/** What is to be changed; null where all is as the project wants it. */
function advice({ surroundings }: ForeignDesk, { coordination_scope: scope, storage_adapter }: StorageSettings) {
  const wanted = recommended(scope);
  const inUse = adapterInUse(surroundings);
  if (wanted === storage_adapter && wanted === inUse) return null;
  const how = wanted === 'redis' ? setupOfServer : 'Start every session without --store and SIGNALBOX_STORE.';
  const message = `For '${scope}' the adapter '${wanted}' is recommended.`;
  return {
    message: wanted === inUse ? message : `${message} ${how}`,
    current: storage_adapter,
    recommended: wanted,
    scope_info: scopeInfo(scope),
  };
}

const firstAdvice = {
  message: 'The project has not decided yet. Call update_storage_settings().',
  options: coordinationScopes.map(scope => ({
    scope,
    adapter: recommended(scope),
    description: scopeInfo(scope).description,
  })),
};
