/**
 * Breaks each rule once, in a copy of the tree, and sees whether the test that is named for it fails. `npm run breaks` runs all
 * of the table, `npm run breaks -- WORD` those whose text holds the word, and says what each test failed with: that should be the
 * promise. Ends with 1 if a break went unnoticed.
 */
import { execFileSync, spawn } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Break } from './break.ts';
import { breaks } from './table/index.ts';

const workers = 2;
const patienceMs = 240_000;

interface Outcome {
  readonly broken: Break;
  /** Undefined when the test failed, as it should. */
  readonly problem?: string;
  /** What it failed with: it may be something else than the promise. */
  readonly failure?: string;
}

export async function main(words: readonly string[], root: string, folder: string): Promise<number> {
  const chosen = breaks.filter(broken => words.every(word => JSON.stringify(broken).includes(word)));
  const open = [...chosen];
  const outcomes: Outcome[] = [];
  const work = async (index: number) => {
    const copy = join(folder, `copy-${index}`);
    copyTree(root, copy);
    for (let broken = open.shift(); broken; broken = open.shift()) {
      const outcome = { broken, ...(await brokenIn(copy, broken)) };
      outcomes.push(outcome);
      const { problem, failure } = outcome;
      process.stdout.write(problem ? `✗ ${broken.what}: ${problem}\n` : `✓ ${broken.what}\n    ${failure}\n`);
    }
  };
  await Promise.all(Array.from({ length: Math.min(workers, chosen.length) }, (_, index) => work(index)));
  const unnoticed = outcomes.filter(({ problem }) => problem !== undefined);
  process.stdout.write(`${outcomes.length - unnoticed.length} of ${chosen.length} breaks were noticed.\n`);
  return unnoticed.length === 0 && chosen.length > 0 ? 0 : 1;
}

function copyTree(root: string, copy: string): void {
  const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { cwd: root });
  for (const path of String(listed).split('\0').filter(Boolean)) {
    mkdirSync(dirname(join(copy, path)), { recursive: true });
    try {
      cpSync(join(root, path), join(copy, path));
    } catch {
      // Listed, but removed since.
    }
  }
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'), 'junction');
  // Tests of the tree ask git what belongs to it.
  execFileSync('git', ['init', '-q'], { cwd: copy });
}

type Verdict = Pick<Outcome, 'problem' | 'failure'>;

async function brokenIn(copy: string, broken: Break): Promise<Verdict> {
  const path = join(copy, broken.file);
  const text = readFileSync(path, 'utf8');
  if (text.split(broken.replace).length !== 2)
    return { problem: `the text to replace does not stand exactly once in ${broken.file}` };
  writeFileSync(
    path,
    text.replace(broken.replace, () => broken.by),
  );
  try {
    return await judged(broken, copy);
  } finally {
    writeFileSync(path, text);
  }
}

async function judged({ caughtBy, through }: Break, copy: string): Promise<Verdict> {
  const [path = '', title = ''] = caughtBy.split(' › ');
  const file = through ?? path;
  if (file.startsWith('test/')) {
    const built = await run(copy, process.execPath, ['scripts/build.mjs']);
    if (built.code !== 0) return { problem: 'the broken code does not build' };
  }
  const report = join(copy, 'report.json');
  writeFileSync(report, '{}');
  // On the servers the scenarios would only say the same again, or fail for reasons of their own.
  const once = '--project=!scenarios on *';
  const options = ['--reporter=json', `--outputFile=${report}`, once, '-t', patternOf(title)];
  const { output } = await run(copy, process.execPath, ['node_modules/vitest/vitest.mjs', 'run', file, ...options]);
  const { testResults = [] } = JSON.parse(readFileSync(report, 'utf8')) as Report;
  const tests = testResults.flatMap(({ assertionResults }) => assertionResults);
  const failed = tests.find(({ status }) => status === 'failed');
  if (failed) return { failure: failed.failureMessages[0]?.split('\n')[0]?.slice(0, 200) ?? '' };
  if (tests.some(({ status }) => status === 'passed')) return { problem: `${caughtBy} passes` };
  return { problem: `${caughtBy} did not run: ${output.slice(-300)}` };
}

/** What vitest reports, as far as it matters here. */
interface Report {
  readonly testResults?: readonly {
    readonly assertionResults: readonly { readonly status: string; readonly failureMessages: readonly string[] }[];
  }[];
}

/** The title as a pattern: what `it.each` fills in may be anything. */
function patternOf(title: string): string {
  const parts = title.split(/%[sdifjo#%]|\$[a-zA-Z_][\w.]*/);
  return parts.map(part => part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('.*');
}

function run(cwd: string, command: string, args: readonly string[]): Promise<{ code: number | null; output: string }> {
  return new Promise(resolve => {
    // A group of its own: a broken rule may never end, and not only in the process that was started.
    const child = spawn(command, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    const late = setTimeout(() => child.pid && process.kill(-child.pid, 'SIGKILL'), patienceMs);
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', chunk => (output += String(chunk)));
    child.on('close', code => {
      clearTimeout(late);
      resolve({ code, output });
    });
  });
}
