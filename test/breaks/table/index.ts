/** All breaks, by the parts of `docs/guarantees.md`. */
import type { Break } from '../break.ts';
import { ofLimits } from './bounds.ts';
import { ofConflicts } from './conflicts.ts';
import { ofContext } from './context.ts';
import { ofConversations } from './conversations.ts';
import { ofCutOff } from './cut-off.ts';
import { ofData } from './data.ts';
import { ofFinding } from './finding.ts';
import { ofLocks } from './locks.ts';
import { ofMachines } from './machines.ts';
import { ofMessages } from './messages.ts';
import { ofOtherStores } from './other-stores.ts';
import { ofPools } from './pools.ts';
import { ofPrivacy } from './privacy.ts';
import { ofQueue } from './queue.ts';
import { ofResources } from './resources.ts';
import { ofSessions } from './sessions.ts';
import { ofStore } from './store.ts';
import { ofSurfaces } from './surfaces.ts';
import { ofTalk } from './talk.ts';

export const breaks: readonly Break[] = [
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
  ...ofOtherStores,
  ...ofMachines,
  ...ofCutOff,
  ...ofSurfaces,
  ...ofResources,
];
