/** What a session of claude-session-coordinator is told of itself: the machine, the project and the beginning of its scopes. */
import { SignalboxError } from '../../core/errors.ts';
import { firstFree, type Instance, type Numbering } from '../../core/instance.ts';
import type { ForeignDesk } from '../../tools/foreign-desk.ts';
import { configOf } from './config.ts';

export const profileName = 'claude-session-coordinator';
export const version = '0.1.0';

export const numbering: Numbering = { issuer: profileName, of: number => `claude_${number}`, usual: 4 };

export interface Place {
  readonly machine: string;
  readonly project: string;
}

/** Errors: `invalid_input` for a configuration that cannot be used. */
export async function placeOf({ surroundings }: ForeignDesk): Promise<Place> {
  const { machine, detection } = configOf(surroundings);
  const folder = surroundings.folder.split(/[\\/]/).findLast(part => part !== '') ?? surroundings.folder;
  if (detection !== 'git' && detection !== 'directory') {
    throw new SignalboxError(
      'invalid_input',
      `Unknown project detection method: ${detection}.`,
      'Set session.project_detection to git or directory.',
    );
  }
  const origin = detection === 'git' ? await surroundings.origin() : null;
  return { machine: machine ?? surroundings.machine, project: (origin && repositoryOf(origin)) || folder };
}

/** `owner/repository` of a remote's address; null for a path of this machine. */
export function repositoryOf(address: string): string | null {
  // Some helpers of git take addresses of their own behind two colons.
  const plain = address.replace(/^[a-z][a-z0-9+.-]*::/i, '');
  const url = /^[a-z][a-z0-9+.-]*:\/\/(.*)$/i.exec(plain);
  const short = url ? null : /^(?:[^/@]+@)?(?:\[[^\]/]+\]|[^/:@]{2,}):(.+)$/.exec(plain);
  if (/^file:/i.test(plain) || !(url || short)) return null;
  const path = (url ?? short)?.[1] ?? '';
  // Behind the path of an address stands how to ask for it, which may be a secret.
  const parts = (url ? path.replace(/[?#].*$/s, '') : path)
    // Who asks, and with what password, is nobody's business.
    .replace(/^[^/]*@/, '')
    .replace(/\/+$/, '')
    .replace(/\.git$/, '')
    .split('/')
    .filter(part => part !== '');
  return (url ? parts.slice(-2) : parts).join('/') || null;
}

export function sessionObject({ machine, project }: Place, name: string) {
  return { machine, project, session_id: name, full_scope_prefix: `${machine}:${project}` };
}

/** Which instance sign_on gives next to somebody who asks for none. */
export function nextInstance(instances: readonly Instance[]): string {
  return firstFree(instances, numbering, null);
}
