/** The home folder of the user of this process. */
import { homedir, userInfo } from 'node:os';
import { isAbsolute } from 'node:path';

/**
 * Always absolute: a relative `HOME` would put the state into whatever folder the client was started in. Of a user whom this machine
 * does not know, as in a container, it is the root, where nothing can be written.
 */
export function userHome(): string {
  for (const known of [homedir, () => userInfo().homedir]) {
    try {
      const home = known();
      if (isAbsolute(home)) return home;
    } catch {
      // Such a user has no entry to be asked for.
    }
  }
  return '/';
}
