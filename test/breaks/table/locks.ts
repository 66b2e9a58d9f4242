import type { Break } from '../break.ts';

export const ofLocks: readonly Break[] = [
  {
    what: 'an exclusive lock excludes',
    file: 'src/core/blocking.ts',
    replace: "(held === 'exclusive' || wanted === 'exclusive')",
    by: 'false',
    caughtBy: 'src/core/lock.test.ts › takes several resources all or none',
  },
];
