import type { Break } from '../break.ts';

const commands = 'test/scenarios/store-commands.test.ts';
const lines = 'src/surfaces/cli/store/project-lines.ts';
const withoutEnd = {
  file: lines,
  replace: 'if (end < 0) throw cutShort',
  by: 'if (end < 0) return { project, contents: { sequence, records: [], events: [] } };\n  if (end < 0) throw cutShort',
} as const;

export const ofOtherStores: readonly Break[] = [
  {
    what: 'a copy leaves the events out',
    file: 'src/surfaces/cli/store/copy.ts',
    replace: 'loadAndCompare(target, project, contents)',
    by: 'loadAndCompare(target, project, { ...contents, events: [] })',
    caughtBy:
      'test/scenarios/store-journey.test.ts › is at the end of its journey what it was at the beginning, to the byte',
  },
  {
    what: 'an import leaves the events out',
    file: 'src/surfaces/cli/store/import.ts',
    replace: 'loadAndCompare(parts, project, contents)',
    by: 'loadAndCompare(parts, project, { ...contents, events: [] })',
    caughtBy: `${commands} › give the same file again after a way through another store`,
  },
  {
    what: 'an export writes another Unicode form',
    file: lines,
    replace: 'return lines.map(harmless);',
    by: "return lines.map(line => harmless(line).normalize('NFKC'));",
    caughtBy: 'src/surfaces/cli/store/project-lines.test.ts › comes back the same whatever the texts are',
  },
  {
    what: 'what was loaded is not compared',
    file: 'src/surfaces/cli/store/load.ts',
    replace: 'if (difference === undefined) return;',
    by: 'return;',
    caughtBy: `${commands} › finds out when a store does not keep what it was given`,
  },
  {
    what: 'a copy of what changed meanwhile counts as done',
    file: 'src/surfaces/cli/store/copy.ts',
    replace: 'copied.projects.some(isOutdated) ? errorExitCodes.conflict : exitCodes.ok',
    by: 'exitCodes.ok',
    caughtBy: `${commands} › says so and fails when the source changed meanwhile`,
  },
  {
    what: 'a copy does not look what the target holds',
    file: 'src/surfaces/cli/store/copy.ts',
    replace: 'if (taken.has(name)) throw notEmpty(name, target);',
    by: 'if (taken.has(name)) return [];',
    caughtBy: `${commands} › refuses a project that holds anything in the target, and changes nothing there`,
  },
  {
    what: 'a file that was cut short is imported',
    ...withoutEnd,
    caughtBy: `${commands} › write nothing of a file that is cut short or wrong`,
  },
  {
    what: 'an export that was cut short is taken for a whole one',
    ...withoutEnd,
    caughtBy: 'src/surfaces/cli/store/project-lines.test.ts › is refused wherever it was cut short',
  },
  {
    what: 'others may read an export',
    file: 'src/surfaces/cli/store/whole-file.ts',
    replace: 'fchmodSync(this.#descriptor, 0o600)',
    by: 'fchmodSync(this.#descriptor, 0o644)',
    caughtBy: `${commands} › give the same file again after a way through another store`,
  },
  {
    what: 'an export replaces a file without being told to',
    file: 'src/surfaces/cli/store/whole-file.ts',
    replace: '`${path}.${process.pid}.new`, replaces];',
    by: '`${path}.${process.pid}.new`, replaces || path !== ""];',
    caughtBy: `${commands} › replace no file unless they are told to, and leave none that is not whole`,
  },
  {
    what: 'an export that fails leaves something behind',
    file: 'src/surfaces/cli/store/whole-file.ts',
    replace: 'rmSync(this.#fresh, { force: true });',
    by: '',
    caughtBy: `${commands} › replace no file unless they are told to, and leave none that is not whole`,
  },
  {
    what: 'an engine of others may lack what it likes',
    file: 'src/engines/module.ts',
    replace: 'if (lacking.length > 0) throw',
    by: 'if (lacking.length > 99) throw',
    caughtBy: 'src/engines/module.test.ts › is refused when its store or its channel is not whole',
  },
  {
    what: 'the settings file of a repository may name code',
    file: 'src/compose.ts',
    replace: 'if (!isModuleUrl(store)) return;',
    by: 'return;',
    caughtBy:
      'test/scenarios/own-engine.test.ts › is never taken from the project file: opening a repository runs none of its code',
  },
  {
    what: 'the contract for engines does not come with the package',
    file: 'package.json',
    replace: '"default": "./dist/engine-contract.mjs"',
    by: '"default": "./dist/engine.mjs"',
    caughtBy: 'test/scenarios/own-engine.test.ts › gives an engine its kit, its contract and its types',
  },
];
