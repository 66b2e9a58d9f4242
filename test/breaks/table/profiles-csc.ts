/** What stands behind the profile claude-session-coordinator. */
import type { Break } from '../break.ts';

const rules = 'src/core/instance.test.ts';
const profile = 'test/profiles/claude-session-coordinator';

export const ofSessionInstances: readonly Break[] = [
  {
    what: 'instances: what is taken is given to nobody else',
    file: 'src/core/instance.ts',
    replace: 'const free = instances.find(isFree);',
    by: 'const [free] = isFree ? instances : [];',
    caughtBy: `${rules} › gets the first that is free, and one more where none is`,
  },
  {
    what: 'instances: an instance that is left is available',
    file: 'src/core/instance.ts',
    replace: 'current && current.name !== name ? await leaveInstance(unit, me, issuer) : me',
    by: 'current ? me : me',
    caughtBy: `${rules} › leaves the one that it was, also for one that it shares`,
  },
  {
    what: 'instances: the next one of a name is called by it',
    file: 'src/core/persona.ts',
    replace: 'each.issuer === issuer && each.name.toLowerCase() === session.handle,',
    by: 'each.issuer !== issuer && each.name.toLowerCase() === session.handle,',
    caughtBy: `${rules} › is called by it, whoever was before, which left or died`,
  },
  {
    what: 'instances: any text is a name of a scope, and no other’s',
    file: 'src/profiles/claude-session-coordinator/names.ts',
    replace: 'kind.isPlain(text) ? text : prefix + [...text].map(encoded).join',
    by: "kind.isPlain(text) ? text : prefix + [...text.replaceAll('+', '')].map(encoded).join",
    caughtBy:
      'src/profiles/claude-session-coordinator/names.test.ts › is one of ours for every text, another for each, and comes back as it was',
  },
  {
    what: 'instances: what a peer wrote stands between quotes in a prompt',
    file: 'src/profiles/claude-session-coordinator/prompts.ts',
    replace: '- ${quoted(taskOf(todo))}',
    by: '- ${taskOf(todo)}',
    caughtBy: `${profile}.prompts.test.ts › cannot pass for words of the user: it stands on one line between quotes (CSC-063)`,
  },
  {
    what: 'instances: the name that two go by is left to the one that stays',
    file: 'src/core/instance.ts',
    replace: "if (standing === 'due') await",
    by: "if (standing === 'due' && name === '') await",
    caughtBy: `${profile}.processes.test.ts › leaves a name that two went by to the other one (CSC-028)`,
  },
  {
    what: 'instances: a name that is shared is taken while one of those lives',
    file: 'src/core/instance.ts',
    replace: 'if (shared) take(shared, session, false);',
    by: 'if (shared === issuer) take(shared, session, false);',
    caughtBy: `${rules} › is given to no third one while one of them lives, when the other %s`,
  },
  {
    what: 'instances: whoever was away is told that its name is another’s',
    file: 'src/core/instance.ts',
    replace: "leaseHolds(view, session)) ? 'lost' : 'due'",
    by: "leaseHolds(view, session)) ? 'held' : 'due'",
    caughtBy: `${profile}.processes.test.ts › is told that another one is its instance by now, and changes nothing of what that stored (CSC-029)`,
  },
  {
    what: 'instances: all scopes are looked through in few reads',
    file: 'src/core/data-scopes.ts',
    replace: '{ limit: limits.dataRecordsRead }',
    by: '{ limit: Math.min(1, limits.dataRecordsRead) }',
    caughtBy:
      'src/core/data-scopes.test.ts › tells every scope once, and reads little more often than the records fill reads',
  },
  {
    what: 'instances: a whole number that was rounded is refused',
    file: 'src/core/json-value.ts',
    replace: '(!Number.isInteger(number) || Number.isSafeInteger(number))',
    by: '(!Number.isInteger(number) || number !== 0.5)',
    caughtBy: 'src/core/json-value.test.ts › refuses a whole number that came as one and may have been rounded',
  },
  {
    what: 'instances: the decision on storage is nobody’s scope',
    file: 'src/profiles/claude-session-coordinator/names.ts',
    replace: "const reserved = ['me', registryScope, ownScope];",
    by: "const reserved = ['me', registryScope];",
    caughtBy: `${profile}.resources.test.ts › leaves the files of the client alone, and no scope of anybody tells of it (CSC-057)`,
  },
];
