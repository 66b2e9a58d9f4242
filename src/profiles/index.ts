/** All profiles, by the names that `--profile` takes. Each is loaded when somebody speaks it. */
import type { Profile } from './define-profile.ts';

const loaders: Readonly<Record<string, () => Promise<Profile>>> = {
  'claude-duo': async () => (await import('./claude-duo/index.ts')).claudeDuo,
  'claude-peers': async () => (await import('./claude-peers/index.ts')).claudePeers,
  'claude-presence': async () => (await import('./claude-presence/index.ts')).claudePresence,
  'claude-session-coordinator': async () =>
    (await import('./claude-session-coordinator/index.ts')).claudeSessionCoordinator,
  'session-coordinator': async () => (await import('./session-coordinator/index.ts')).sessionCoordinator,
};

/** The profile of that name; null for none. */
export async function profileNamed(name: string): Promise<Profile | null> {
  return (await loaders[name]?.()) ?? null;
}
