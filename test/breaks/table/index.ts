/** All breaks, by the parts of `docs/guarantees.md`. */
import type { Break } from '../break.ts';
import { ofAccounts } from './accounts.ts';
import { ofLimits } from './bounds.ts';
import { ofBridge } from './bridge.ts';
import { ofClients } from './clients.ts';
import { ofConflicts } from './conflicts.ts';
import { ofContext } from './context.ts';
import { ofConversations } from './conversations.ts';
import { ofCutOff } from './cut-off.ts';
import { ofData } from './data.ts';
import { ofDoctorClients } from './doctor-clients.ts';
import { ofEachClient } from './each-client.ts';
import { ofFinding } from './finding.ts';
import { ofGuard } from './guard.ts';
import { ofGuardClients } from './guard-clients.ts';
import { ofGuardGit } from './guard-git.ts';
import { ofGuardGitHooks } from './guard-git-hooks.ts';
import { ofGuardGitHooksShared } from './guard-git-hooks-shared.ts';
import { ofGuardLasting } from './guard-lasting.ts';
import { ofGuardLedger } from './guard-ledger.ts';
import { ofGuardShell } from './guard-shell.ts';
import { ofGuardWrites } from './guard-writes.ts';
import { ofHub } from './hub.ts';
import { ofHubBounds } from './hub-bounds.ts';
import { ofLocks } from './locks.ts';
import { ofMachines } from './machines.ts';
import { ofMessages } from './messages.ts';
import { ofOperation } from './operation.ts';
import { ofOtherClients } from './other-clients.ts';
import { ofOtherStores } from './other-stores.ts';
import { ofPools } from './pools.ts';
import { ofPrivacy } from './privacy.ts';
import { ofProfiles } from './profiles.ts';
import { ofProfilesBehindHubs } from './profiles-bridge.ts';
import { ofCoordinator } from './profiles-coordinator.ts';
import { ofSessionInstances } from './profiles-csc.ts';
import { ofDuo } from './profiles-duo.ts';
import { ofDuoHub } from './profiles-duo-hub.ts';
import { ofPeers } from './profiles-peers.ts';
import { ofTakeover } from './profiles-takeover.ts';
import { ofQueue } from './queue.ts';
import { ofResources } from './resources.ts';
import { ofSessions } from './sessions.ts';
import { ofSetup } from './setup.ts';
import { ofSignIn } from './sign-in.ts';
import { ofStore } from './store.ts';
import { ofSurfaces } from './surfaces.ts';
import { ofTalk } from './talk.ts';
import { ofWebhooks } from './webhooks.ts';

export const breaks: readonly Break[] = [
  ...ofProfiles,
  ...ofTakeover,
  ...ofPeers,
  ...ofCoordinator,
  ...ofSessionInstances,
  ...ofDuo,
  ...ofDuoHub,
  ...ofProfilesBehindHubs,
  ...ofAccounts,
  ...ofBridge,
  ...ofHub,
  ...ofHubBounds,
  ...ofSignIn,
  ...ofWebhooks,
  ...ofSessions,
  ...ofLocks,
  ...ofQueue,
  ...ofPools,
  ...ofMessages,
  ...ofTalk,
  ...ofLimits,
  ...ofConversations,
  ...ofConflicts,
  ...ofContext,
  ...ofFinding,
  ...ofData,
  ...ofStore,
  ...ofPrivacy,
  ...ofOperation,
  ...ofOtherStores,
  ...ofMachines,
  ...ofCutOff,
  ...ofSurfaces,
  ...ofResources,
  ...ofClients,
  ...ofEachClient,
  ...ofOtherClients,
  ...ofSetup,
  ...ofDoctorClients,
  ...ofGuard,
  ...ofGuardLasting,
  ...ofGuardGit,
  ...ofGuardClients,
  ...ofGuardLedger,
  ...ofGuardShell,
  ...ofGuardWrites,
  ...ofGuardGitHooks,
  ...ofGuardGitHooksShared,
];
