/** The entry that the lines in git's hooks start. */
import { runGitHook } from './git-hook.ts';

void runGitHook(process.argv.slice(2), process.env).then(code => process.exit(code));
