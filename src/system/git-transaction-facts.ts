/** What a reference transaction of git does, or has done, in terms of commits that are lost or made. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import type { GitHookFacts } from '../core/git-hook-facts.ts';
import type { MadeCommit, Rewriting } from '../core/guard-references.ts';
import { limits } from '../core/limits.ts';
import { pathIn } from './git-program.ts';
import type { HookedGit } from './hooked-git.ts';

interface Line {
  readonly from: string | null;
  readonly to: string | null;
  readonly reference: string;
}

const branchPrefix = 'refs/heads/';
const stash = 'refs/stash';

function linesOf(lines: readonly string[]): Line[] {
  return lines.map(line => {
    const [from = '', to = '', ...rest] = line.split(' ');
    return { from: idOf(from), to: idOf(to), reference: rest.join(' ') };
  });
}

/** Null for the name that git gives to no commit, and for a reference that is none to a commit. */
function idOf(text: string): string | null {
  return /^[0-9a-f]{40,64}$/.test(text) && !/^0+$/.test(text) ? text : null;
}

/** Branches that would not have their commits any more, and stashes that would be gone. */
export async function preparedFacts(git: HookedGit, input: readonly string[]): Promise<Rewriting[]> {
  const lines = linesOf(input).filter(({ reference }) => reference === stash || reference.startsWith(branchPrefix));
  const packed = packedIn(git);
  const present = await presentIn(git);
  const rewritings: Rewriting[] = [];
  for (const { from: told, to, reference } of lines) {
    // What was there is not told when git does not care.
    const from = told ?? present.get(reference) ?? null;
    if (from === null || from === to) continue;
    const isStash = reference === stash;
    if (isStash && to === null) {
      rewritings.push({ ...plain, kind: 'stash', branch: '', from, to: null, lost: [from] });
    }
    // Packing tells of each loose reference that it is deleted. One that really goes is told before as one that is packed.
    const isPacking = to === null && told !== null && packed.has(`${told} ${reference}`);
    if (isStash || isPacking) continue;
    if (to !== null && (await git.ask(['merge-base', '--is-ancestor', from, to])).code === 0) continue;
    const rewriting = await rewritingOf(git, reference.slice(branchPrefix.length), from, to);
    if (rewriting.isAmend || to === null || !(await isCarriedOver(git, rewriting, to))) rewritings.push(rewriting);
  }
  return rewritings;
}

/** What the references are now, by name. */
async function presentIn(git: HookedGit): Promise<ReadonlyMap<string, string>> {
  const { output } = await git.ask(['for-each-ref', '--format=%(objectname) %(refname)', branchPrefix, stash]);
  const pairs = output
    .split('\n')
    .map(line => [line.slice(line.indexOf(' ') + 1), line.split(' ', 1)[0] ?? ''] as const);
  return new Map(pairs);
}

/** The lines of the file in which git keeps references together; none where it keeps them in another way. */
function packedIn(git: HookedGit): ReadonlySet<string> {
  const path = git.shared('packed-refs');
  return new Set(existsSync(path) ? readFileSync(path, 'utf8').split('\n') : []);
}

const plain = { isAmend: false, isHere: false, isRename: false, isAbort: false, done: 'nothing' } as const;

async function rewritingOf(git: HookedGit, branch: string, from: string, to: string | null): Promise<Rewriting> {
  const most = `--max-count=${limits.lostCommitsExamined}`;
  const [checkedOut, isAmend] = await Promise.all([checkedOutIn(git), to === null ? false : isAmendOf(git, from, to)]);
  const isHere = checkedOut.head === branchPrefix + branch;
  const isStoodOn = isHere || checkedOut.rebased === branchPrefix + branch;
  // Nobody here stands on another branch: of that nothing is lost that is to be found elsewhere.
  const elsewhere = isStoodOn && to !== null ? [] : [`--exclude=${branch}`, '--branches', '--remotes', '--tags'];
  const lost = await git.ask(['rev-list', most, from, '--not', ...(to === null ? [] : [to]), ...elsewhere]);
  const isRename = to === null && isRenamed(git, from);
  const done = isHere && !isAmend && to !== null ? await doneIn(git, from, to) : 'nothing';
  const about = { isAmend, isHere, isRename, isAbort: isHere && (await isAbortTo(git, to)), done };
  return { kind: 'branch', branch, from, to, lost: linesIn(lost.output), ...about };
}

/**
 * Whether each commit that goes is made anew among those that come, as a rebase does that drops none: by the same author, at the same
 * time, under the same subject. Merges are not made anew; they go with what they merged.
 */
async function isCarriedOver(git: HookedGit, { from, lost }: Rewriting, to: string): Promise<boolean> {
  const most = `--max-count=${limits.lostCommitsExamined}`;
  const marks = async (tip: string, base: string) => {
    const args = ['log', most, '--no-merges', '--no-show-signature', '--format=%ae %at %s', tip, '--not', base, '--'];
    const { code, output } = await git.ask(args);
    return code === 0 ? linesIn(output) : [];
  };
  const [gone, come] = await Promise.all([marks(from, to), marks(to, from)]);
  const isWhole = lost.length < limits.lostCommitsExamined;
  return isWhole && gone.length > 0 && gone.every(mark => come.includes(mark));
}

/** What HEAD names, and the branch that a rebase under way is about to move: meanwhile HEAD names none. */
async function checkedOutIn(git: HookedGit): Promise<{ head: string; rebased: string | null }> {
  const head = (await git.ask(['symbolic-ref', '-q', 'HEAD'])).output.trim();
  const files = ['rebase-merge/head-name', 'rebase-apply/head-name'].map(name => git.own(name));
  const file = files.find(path => existsSync(path));
  return { head, rebased: file === undefined ? null : readFileSync(file, 'utf8').trim() };
}

/** Whether a commit is the one from which somebody began to pick, revert or apply others. */
async function isAbortTo(git: HookedGit, to: string | null): Promise<boolean> {
  const beginning = git.own('sequencer/head');
  if (existsSync(beginning)) return readFileSync(beginning, 'utf8').trim() === to;
  return existsSync(git.own('rebase-apply/applying')) && (await commitOf(git, 'ORIG_HEAD')) === to;
}

/** Git puts the log of a branch aside while it gives it another name; one that a crash left there ends with another commit. */
function isRenamed(git: HookedGit, from: string): boolean {
  const path = git.shared('logs/refs/.tmp-renamed-log');
  if (!existsSync(path)) return false;
  const last = linesIn(readFileSync(path, 'utf8')).at(-1) ?? '';
  return last.split(' ')[1] === from;
}

function linesIn(output: string): string[] {
  return output.split('\n').filter(Boolean);
}

/** How far git has gone before it moves the branch that is checked out. */
async function doneIn(git: HookedGit, from: string, to: string): Promise<Rewriting['done']> {
  const [trees, index, files] = await Promise.all([
    git.ask(['diff', '--quiet', from, to, '--']),
    git.ask(['diff', '--cached', '--quiet', to, '--']),
    git.ask(['diff', '--quiet', to, '--']),
  ]);
  if (trees.code === 0 || index.code !== 0) return 'nothing';
  return files.code === 0 ? 'files' : 'index';
}

/** What a rebase is about to make anew: none when it only moves on to where its commits are already. */
export async function rebaseFacts(git: HookedGit, [upstream = '', named]: readonly string[]): Promise<Rewriting[]> {
  const reference = named === undefined ? (await git.ask(['symbolic-ref', '-q', 'HEAD'])).output.trim() : '';
  const branch = named ?? (reference.startsWith(branchPrefix) ? reference.slice(branchPrefix.length) : '');
  const [from, to] = await Promise.all([commitOf(git, named ?? 'HEAD'), commitOf(git, upstream)]);
  if (from === null) return [];
  const most = `--max-count=${limits.lostCommitsExamined}`;
  const { output } = await git.ask(['rev-list', most, from, ...(to === null ? [] : ['--not', to]), '--']);
  const lost = linesIn(output);
  const isSetAside = ['rebase-merge', 'rebase-apply'].some(folder => existsSync(git.own(`${folder}/autostash`)));
  const done = isSetAside ? 'autostash' : 'nothing';
  return lost.length === 0 ? [] : [{ ...plain, kind: 'rebase', branch, from, to, lost, isHere: true, done }];
}

/** Null for what is no commit, such as the `--root` of a rebase. */
async function commitOf(git: HookedGit, name: string): Promise<string | null> {
  if (name === '' || name.startsWith('-')) return null;
  const { code, output } = await git.ask(['rev-parse', '-q', '--verify', `${name}^{commit}`]);
  return code === 0 ? output.trim() : null;
}

/** Whether one commit stands in the place of another. */
async function isAmendOf(git: HookedGit, from: string, to: string): Promise<boolean> {
  const { output } = await git.ask(['log', '--no-walk=unsorted', '--format=%P', from, to, '--']);
  const [old, fresh] = output.split('\n');
  return output !== '' && old === fresh;
}

/** Commits that only the branches in question have, and what was stashed. */
export async function committedFacts(
  git: HookedGit,
  input: readonly string[],
  now: number,
): Promise<Partial<GitHookFacts>> {
  const packed = packedIn(git);
  // What stands there already was packed, and not made.
  const isPacking = ({ from, to, reference }: Line) => from === null && packed.has(`${to} ${reference}`);
  const lines = linesOf(input).filter(line => line.to !== null && !isPacking(line));
  const stashLine = lines.find(({ reference }) => reference === stash);
  const branches = lines.filter(({ reference }) => reference.startsWith(branchPrefix));
  const moved = branches.length > 0 ? branches : lines.filter(({ reference }) => reference === 'HEAD');
  const made: MadeCommit[] = [];
  const isRebase = ['rebase-merge', 'rebase-apply'].some(sign => existsSync(git.own(sign)));
  for (const line of moved) made.push(...(await madeBy(git, line, now)));
  return { made, isRebase, stashed: stashLine?.to ? await stashOf(git, stashLine.to, now) : null };
}

const separator = '\u0001';

/** The oldest first. What was fetched is somebody else's. */
async function madeBy(git: HookedGit, { from, to, reference }: Line, now: number): Promise<MadeCommit[]> {
  if (to === null) return [];
  const others = reference.startsWith(branchPrefix) ? [`--exclude=${reference.slice(branchPrefix.length)}`] : [];
  const known = [...(from ? [from] : []), ...(await fetchedBy(git, now))];
  const format = `--format=${separator}%H%x00%at%x00%ct%x00%ce%x00%P%x00`;
  const args = ['log', '-z', format, `--max-count=${limits.madeCommitsRecorded}`, '--name-status', '--no-renames'];
  const not = ['--not', ...known, ...others, '--branches', '--remotes', '--tags', '--'];
  const [committer, output] = await Promise.all([
    git.ask(['var', 'GIT_COMMITTER_IDENT']),
    git.answer([...args, '--no-ext-diff', to, ...not]),
  ]);
  const commits = commitsIn(output);
  const email = /<([^>]*)> \d+ [+-]\d+$/.exec(committer.output.trim())?.[1];
  const [only] = commits.length === 1 ? commits : [];
  const mayAmend = only !== undefined && from !== null && !only.parents.includes(from);
  const amended = mayAmend && (await isAmendOf(git, from, to));
  return commits
    .filter(commit => commit.email === email && Math.abs(now - commit.at) < limits.freshCommitMs)
    .map(({ id, at, authoredAt, files }) => ({
      id,
      at,
      files,
      isFresh: amended || at - authoredAt < limits.carriedAfterMs,
    }))
    .toReversed();
}

/** What the last fetch brought; one that is longer ago brought nothing that looks as if it were made just now. */
async function fetchedBy(git: HookedGit, now: number): Promise<string[]> {
  const status = statSync(git.own('FETCH_HEAD'), { throwIfNoEntry: false });
  if (status === undefined || now - status.mtimeMs > limits.freshCommitMs) return [];
  const { code, output } = await git.ask(['rev-parse', '-q', '--verify', 'FETCH_HEAD']);
  return code === 0 ? [output.trim()] : [];
}

interface LoggedCommit {
  readonly id: string;
  readonly authoredAt: number;
  readonly at: number;
  readonly email: string;
  readonly parents: readonly string[];
  readonly files: MadeCommit['files'];
}

function commitsIn(output: string): LoggedCommit[] {
  return output
    .split(separator)
    .slice(1)
    .map(text => {
      const [id = '', authored = '', committed = '', email = '', parents = '', ...rest] = text.split('\0');
      const times = { authoredAt: Number(authored) * 1000, at: Number(committed) * 1000 };
      return { id, ...times, email, parents: parents.split(' '), files: filesIn(rest) };
    });
}

function filesIn(entries: readonly string[]): MadeCommit['files'] {
  const told = entries.map(entry => entry.replace(/^\n/, '')).filter(entry => entry !== '');
  const files: { path: string; change: 'created' | 'modified' | 'deleted' }[] = [];
  for (let at = 0; at + 1 < told.length; at += 2) {
    const letter = told[at]?.[0];
    const change = letter === 'A' ? 'created' : letter === 'D' ? 'deleted' : 'modified';
    files.push({ path: pathIn(told[at + 1] ?? ''), change });
  }
  return files;
}

async function stashOf(git: HookedGit, id: string, now: number): Promise<MadeCommit> {
  const output = await git.ask(['diff', '--name-status', '-z', '--no-renames', '--no-ext-diff', `${id}^1`, id, '--']);
  return { id, at: now, files: filesIn(output.output.split('\0')), isFresh: true };
}
