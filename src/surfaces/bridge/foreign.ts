/** Vocabularies of other systems where the store is behind a hub: what they may know of the process is told beforehand, by its machine. */
import { type ForeignTold, foreign } from '../../bridge/questions.ts';
import { withoutSecrets } from '../../core/shown-address.ts';
import type { Surroundings } from '../../core/surroundings.ts';
import type { Profile } from '../../profiles/define-profile.ts';
import type { Foreign } from '../mcp/serve.ts';

/** Everything that a hub is told for a profile but whom it plays. */
export async function toldOf({
  profile,
  surroundings,
}: Pick<Foreign, 'profile' | 'surroundings'>): Promise<Omit<ForeignTold, 'plays'>> {
  const { variables = {}, files = {} } = profile.tells?.(surroundings) ?? {};
  const origin = await surroundings.origin();
  const { machine, language, store } = surroundings;
  const told = {
    ...{ profile: profile.name, variables, files, machine, language, store },
    origin: origin === null ? null : withoutSecrets(origin),
    terminal: surroundings.terminal(),
  };
  // What is beyond the bounds of what may be told is not: the hub would take nothing at all.
  const form = foreign.omit({ plays: true });
  return form.safeParse(told).data ?? form.parse({ ...told, variables: {}, files: {}, origin: null });
}

/** The surroundings of a process of another machine. No language model is asked from here: its key is its user's. */
export function surroundingsOf(told: ForeignTold, folder: string): Surroundings {
  const [variables, files] = [new Map(Object.entries(told.variables)), new Map(Object.entries(told.files))];
  const { machine, language, store, terminal, origin } = told;
  return {
    ...{ machine, language, store, folder },
    variable: name => variables.get(name) ?? '',
    file: path => files.get(path) ?? null,
    terminal: () => terminal,
    origin: async () => origin,
    chatModel: null,
  };
}

/** A profile as far as it serves a client which another process plays: it does nothing of its own accord. */
export function withoutArrival({ arrive: _arrive, ...profile }: Profile): Profile {
  return profile;
}
