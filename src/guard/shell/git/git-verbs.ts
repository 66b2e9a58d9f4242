/** All verbs of git, and those of programs that are commonly added to it. */
import { commitVerbs } from './git-commits.ts';
import { configVerbs } from './git-config.ts';
import { fileVerbs } from './git-files.ts';
import { headVerbs } from './git-head.ts';
import { readVerbs } from './git-reads.ts';
import { refVerbs } from './git-refs.ts';
import { remoteVerbs } from './git-remote.ts';
import { shelfVerbs } from './git-shelves.ts';
import { always, type VerbReader } from './git-verb.ts';

/** Programs called `git-…` that are no part of git. An alias of the same name goes before them. */
const added: Readonly<Record<string, VerbReader>> = {
  absorb: always('rewrite', 'move-head'),
  branchless: always('rewrite', 'move-head'),
  flow: always('move-head', 'refs', 'push'),
  machete: always('rewrite', 'move-head', 'push'),
  sync: always('move-head', 'push'),
  town: always('rewrite', 'move-head', 'push'),
  undo: always('rewrite', 'move-head', 'discard-all'),
  crypt: always('write-files'),
  delta: always('read'),
  sizer: always('read'),
  standup: always('read'),
  summary: always('read'),
};

const own: ReadonlyMap<string, VerbReader> = new Map(
  Object.entries({
    ...readVerbs,
    ...fileVerbs,
    ...headVerbs,
    ...commitVerbs,
    ...refVerbs,
    ...remoteVerbs,
    ...shelfVerbs,
    ...configVerbs,
  }),
);

/** Programs that are called as verbs, but may be aliased away. */
const external = new Set(['lfs', 'filter-repo']);

/** How to read a verb that no alias can change; undefined for any other. */
export function ownVerb(verb: string): VerbReader | undefined {
  return external.has(verb) ? undefined : own.get(verb);
}

/** How to read a verb that is a program of its own. */
export function addedVerb(verb: string): VerbReader | undefined {
  if (external.has(verb)) return own.get(verb);
  return Object.hasOwn(added, verb) ? added[verb] : undefined;
}
