/** What the desks of profiles are put together from. */
import type { Surroundings } from '../core/surroundings.ts';
import type { Cast } from './cast.ts';
import type { ToolContext } from './define-tool.ts';
import type { World } from './world.ts';

export interface DeskParts {
  /** The profile, which issues the names. */
  readonly issuer: string;
  readonly world: World;
  readonly cast: Cast;
  readonly directory: string;
  readonly surroundings: Surroundings;
}

export type DeskContext = Pick<ToolContext, 'path' | 'afterAnswer' | 'signal' | 'progress'> & {
  /** Whether the client asked to be told how a call goes. */
  readonly hearsProgress?: boolean;
};
