/** A suite that no machine can run; `test/contract/test-servers.test.ts` looks at how it is left out. */
import { describeUnless } from './suites.ts';

const lack = { what: 'a moon', remedy: 'Move to another planet.' };
describeUnless(lack, 'what only a moon can show', () => {});
