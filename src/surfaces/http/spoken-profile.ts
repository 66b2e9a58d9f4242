/** Which vocabulary a client of MCP asks for in the address that it was given. */
import { SignalboxError } from '../../core/errors.ts';
import { limits } from '../../core/limits.ts';
import { type Language, languages, type Speech } from '../../core/surroundings.ts';
import type { HubFace } from '../../profiles/define-hub.ts';
import type { Profile } from '../../profiles/define-profile.ts';

/** A vocabulary that a request asks for, and its language. */
export interface SpokenProfile {
  readonly profile: Profile;
  readonly face: HubFace;
  readonly speech: Speech;
}

/** The vocabulary of a name among those that are served; null where none is named. Errors: `not_found`, `invalid_input`. */
export function spokenIn(
  profiles: readonly Profile[],
  name: string | undefined,
  language: string = 'en',
): SpokenProfile | null {
  if (name === undefined) return null;
  const profile = profiles.find(each => each.name === name);
  if (!profile?.hub) {
    throw new SignalboxError(
      'not_found',
      `The hub does not serve the profile "${name.slice(0, limits.handleCharacters)}".`,
      'Start it with --profile and this name, or leave profile out of the address.',
    );
  }
  if (!isLanguage(language)) {
    throw new SignalboxError('invalid_input', 'There is no such language.', `Use ${languages.join(' or ')}.`);
  }
  return { profile, face: profile.hub, speech: { variable: () => '', language } };
}

function isLanguage(text: string): text is Language {
  return languages.some(each => each === text);
}
