/** What becomes of a file tool that writes into the folder of git: git's own state is changed by git, never by hand. */
import { spokenFiles } from '../core/conflict-kinds.ts';
import type { GuardPolicy } from '../core/policy.ts';
import type { Said } from '../core/refusal-text.ts';

/** Files there that people and tools write by hand. */
const written = /^(?:info\/|description$|[A-Z_]+_MSG$|COMMIT_EDITMSG$)/;

export function gitFilesRefusal({ git }: GuardPolicy, paths: readonly string[]): Said | null {
  const own = paths.filter(path => !written.test(path));
  if (git !== 'block' || own.length === 0) return null;
  return {
    lines: [
      `not edited: ${spokenFiles(own.map(path => `.git/${path}`))} belongs to git, which all checkouts and sessions here share.`,
      'Next: use the git command that changes it; settings go through git config.',
    ],
    brief: 'the files of git are changed by git commands only.',
  };
}

/** A file of this name is refused to everybody: by trying to write it, it is seen whether the client obeys. */
export const selfTestFile = '.signalbox-self-test';

export function selfTestRefusal(paths: readonly string[]): Said | null {
  if (!paths.some(path => path.split(/[\\/]/).at(-1) === selfTestFile)) return null;
  return {
    lines: [
      'not edited: this is the self-test of the guard, and it has passed. Edits of this session are asked about before they happen.',
      'Next: nothing; `signalbox status` shows it from now on.',
    ],
    brief: 'the self-test has passed; nothing more is to be done.',
  };
}
