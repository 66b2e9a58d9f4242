import type { Break } from '../break.ts';

const plan = 'src/clients/setup/setup.test.ts';
const scenario = 'test/scenarios/setup.test.ts';

export const ofSetup: readonly Break[] = [
  {
    what: 'folders that were made go again',
    file: 'src/clients/setup/plan.ts',
    replace: 'folders: foldersOfOurs(seen, entries),',
    by: 'folders: [],',
    caughtBy: `${scenario} › finds the clients that are there, and remove gives back the home folder to the byte`,
  },
  {
    what: 'a comment stays on the line it belongs to',
    file: 'src/clients/setup/edits/json-text.ts',
    replace: 'const at = endOfLine(text, afterLast);',
    by: 'const at = afterLast;',
    caughtBy:
      'src/clients/setup/edits/json.test.ts › keeps comments where they belong, tabs, CRLF, a mark at the start and a missing last line end',
  },
  {
    what: 'what others changed since stays',
    file: 'src/clients/setup/plan.ts',
    replace: 'const isAsWeLeftIt = now !== null && entry?.written === desk.fingerprint(now);',
    by: 'const isAsWeLeftIt = now !== null && entry !== undefined;',
    caughtBy: `${plan} › keeps what others have written since, and takes only ours out`,
  },
  {
    what: 'a second setup writes nothing',
    file: 'src/clients/setup/journal.ts',
    replace: 'if (old && JSON.stringify(old) === JSON.stringify(content)) return;',
    by: '',
    caughtBy: `${plan} › writes nothing the second time`,
  },
  {
    what: 'a client gets all of its files or none',
    file: 'src/clients/setup/setup.ts',
    replace: 'for (const change of done.toReversed()) putBack(change, files);',
    by: '',
    caughtBy: `${plan} › undoes what was written of it when a later file cannot be`,
  },
  {
    what: 'a file that was changed meanwhile is not overwritten',
    file: 'src/system/setup-files.ts',
    replace: 'if (!isSame) throw changed(target);',
    by: '',
    caughtBy: 'src/system/setup-files.test.ts › that somebody else has %s since it was looked at is left alone',
  },
  {
    what: 'a link is written through',
    file: 'src/system/setup-files.ts',
    replace: 'const target = join(real.existing, ...real.rest);',
    by: 'const target = path;',
    caughtBy: 'src/system/setup-files.test.ts › is written through a link, which stays, and keeps its mode',
  },
  {
    what: 'a repository leads setup nowhere else',
    file: 'src/clients/setup/desk.ts',
    replace: "if (this.#place.scope === 'project') assertInside(",
    by: "if (this.#place.root === '') assertInside(",
    caughtBy: `${plan} › cannot lead setup out of itself by a link, to %s`,
  },
  {
    what: 'a dry run writes nothing',
    file: 'src/surfaces/cli/setup/setup.ts',
    replace: 'if (dryRun) {',
    by: 'if (dryRun && !isChange) {',
    caughtBy: `${scenario} › shows the change of every file and changes nothing with --dry-run`,
  },
  {
    what: 'nobody is asked who cannot answer',
    file: 'src/surfaces/cli/setup/setup.ts',
    replace: 'if (canBeAsked() && !this.#invocation.globals.json) return;',
    by: 'if (canBeAsked() || !this.#invocation.globals.json) return;',
    caughtBy: `${scenario} › asks nobody who cannot answer, and changes nothing then`,
  },
  {
    what: "committed files hold nobody's path",
    file: 'src/setup.ts',
    replace: "if (scope === 'project') {",
    by: "if (scope === 'project' && entry === '') {",
    caughtBy: `${scenario} › writes its files without anybody's paths, and remove gives back the checkout to the byte`,
  },
  {
    what: 'a secret beside a change is not shown',
    file: 'src/surfaces/cli/setup/diff.ts',
    replace: "maskSecrets(line.replace(/\\r$/, '')).text",
    by: "line.replace(/\\r$/, '')",
    caughtBy: `${scenario} › shows no secret that stands beside what it changes, and nothing that a terminal would obey`,
  },
  {
    what: 'what two clients share stays for the other one',
    file: 'src/clients/setup/plan.ts',
    replace: 'if (keptFor.length > 0) {',
    by: 'if (keptFor.length > 99) {',
    caughtBy: `${plan} › of one client leaves what another one shares with it, the journal %s`,
  },
];
