/** What a machine says to a hub of the vocabulary that its client speaks. */
import type { Role } from '../../src/tools/playbill.ts';

/** The folder of a strange machine. */
export const folder = '/code/shop';

export const told = (over: object = {}) => ({
  ...{ profile: 'claude-presence', variables: {}, files: {}, terminal: null, machine: 'laptop', origin: null },
  ...{ language: 'en', store: { scheme: 'https', shown: 'https://hub.example' }, plays: null },
  ...over,
});

/** One of those whom a process says that it played. */
export const role = (over: Partial<Role>): Role => ({
  ...{ as: 'further', session: null, directory: folder, project: null, isGuest: false, name: null },
  ...over,
});
