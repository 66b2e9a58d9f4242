/** A tool of a profile, and what it answers. */
import type * as z from 'zod/v4';
import type { ForeignDesk } from '../tools/foreign-desk.ts';

export interface Answer {
  readonly content: readonly { readonly type: 'text'; readonly text: string }[];
  /** For vocabularies whose tools answer with structured content as well. */
  readonly structured?: Readonly<Record<string, unknown>>;
  readonly isError?: true;
}

/** `D` is what it asks for things: as little as it needs. */
export interface ForeignTool<D = ForeignDesk> {
  readonly name: string;
  readonly description: string;
  /** What its users may give. What is not named here is left out silently. */
  readonly input: z.ZodObject;
  /** The JSON schema of what it answers, for vocabularies that tell it. */
  readonly output?: { readonly type: 'object'; readonly [key: string]: unknown };
  run(desk: D, input: never): Promise<Answer>;
}
