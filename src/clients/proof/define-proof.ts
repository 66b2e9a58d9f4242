/** What it takes to play a client for a moment, so that its configuration can be tried without it. */
import type { Json } from '../define-client.ts';
import type { ClientId } from '../setup/define-setup.ts';

type Environment = Readonly<Record<string, string>>;

/** The conversation that is played. */
export interface Scene {
  readonly conversation: string;
  readonly directory: string;
}

/** One moment of it. No two have the same number. */
export interface Moment extends Scene {
  readonly event: string;
  readonly number: number;
}

export interface ClientProof {
  readonly id: ClientId;
  /** The oldest and the newest version it was tried with; null where it is written after documentation alone. */
  readonly tried: readonly [string, string] | null;
  /** What the client puts into the environment of its servers, and of its hooks. */
  serverMarks(scene: Scene): Environment;
  hookMarks(scene: Scene): Environment;
  /** The event that a conversation begins with; null where the first of the others has to do. */
  readonly opening: string | null;
  /** The events whose answers reach the model, the best first; empty where none do and messages come with calls. */
  readonly carrying: readonly string[];
  /** The event that announces a call of our tools, where calls say nothing of whose they are. */
  readonly announcing?: string;
  /** What a hook for that event is told, as recorded with the client or as its documentation has it. */
  input(moment: Moment): Json;
  /** What a matcher of that event is held against. */
  subject(event: string): string;
  /** What the model gets of a hook's answer; null for nothing. */
  context(event: string, stdout: string): string | null;
  /** Whether a session that rests is woken, in a whole sentence. `wakes`: a hook that waits is configured. */
  idle(wakes: boolean): string;
}
