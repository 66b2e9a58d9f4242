/** What the desks of profiles are put together from. */
import type { Speech, Surroundings } from '../core/surroundings.ts';
import type { Cast } from './cast.ts';
import type { ToolContext } from './define-tool.ts';
import type { Participant } from './participant.ts';
import type { World } from './world.ts';

export interface DeskParts {
  /** The profile, which issues the names. */
  readonly issuer: string;
  readonly world: World;
  readonly cast: Cast;
  readonly directory: string;
  readonly surroundings: Surroundings;
}

/** Where a partner speaks; the same where it is in one place only. */
export interface PartnerPlaces {
  readonly meeting: Participant;
  readonly home: Participant;
}

/** The same for talk between partners, who may come by other ways than a process of their own. */
export interface TalkParts extends Omit<DeskParts, 'cast' | 'surroundings'> {
  readonly surroundings: Speech;
  places(): Promise<PartnerPlaces>;
}

export type DeskContext = Pick<ToolContext, 'path' | 'afterAnswer' | 'signal' | 'waitsEnd' | 'progress'> & {
  /** Whether the client asked to be told how a call goes. */
  readonly hearsProgress?: boolean;
  /** How long a call may wait, where whoever calls is known to wait so long; infinite for as long as it asked for. */
  readonly patienceMs?: number;
  /** Whether a wait of a partner takes the place of those before it. */
  readonly waitsAlone?: boolean;
  /**
   * Whether what came may still be shown to whoever waits; asked before it is taken. Default: yes. Errors: `unavailable` where nobody can
   * tell now.
   */
  mayTake?(): Promise<boolean>;
  /** Told once a call begins to wait: from then on it is not refused any more. */
  waits?(): void;
};
