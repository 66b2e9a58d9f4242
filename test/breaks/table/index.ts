/** All breaks, by the parts of `docs/guarantees.md`. */
import type { Break } from '../break.ts';
import { ofLocks } from './locks.ts';

export const breaks: readonly Break[] = [...ofLocks];
