/** `who FILE[:LINE]`: who changed a file, wrote a line, or left what uncommitted, from the edit ledger and git, or "unknown". */
import * as z from 'zod/v4';
import { type Authorship, authorshipOf, sinceLastCommit, type Witness, witnessesOf } from '../core/authorship.ts';
import { locksInForce } from '../core/blocking.ts';
import { editsOf, editsOfCommit } from '../core/edit.ts';
import { SignalboxError } from '../core/errors.ts';
import { limits } from '../core/limits.ts';
import type { BlamedLine, CommitFacts } from '../core/ports.ts';
import { fileResource } from '../core/resource.ts';
import { instant } from '../core/text.ts';
import type { View } from '../core/unit.ts';
import { defineTool } from './define-tool.ts';
import { type FilePlace, locate } from './file-place.ts';
import type { Participant } from './participant.ts';
import { commitShape, editShape, shownCommit, shownWitness, spokenAnswer, spokenEvidence } from './who-evidence.ts';
import { changeShape, whoUncommitted } from './who-uncommitted.ts';

const output = z.object({
  /** Empty for all that is not committed. */
  file: z.string(),
  line: z.number().optional(),
  answer: z.enum(['known', 'candidates', 'unknown']),
  text: z.string(),
  commit: commitShape.optional(),
  edits: z.array(editShape),
  more: z.number().optional(),
  locks: z.array(
    z.object({ holder: z.string(), mode: z.string(), reason: z.string().optional(), expiresAt: z.string() }),
  ),
  uncommitted: z.boolean().optional(),
  changes: z.array(changeShape).optional(),
});

export default defineTool({
  name: 'who',
  title: 'Who changed a file or a line',
  set: 'command',
  effect: 'read',
  idempotent: true,
  needsMachine: true,
  description:
    'Tell which session changed a file, or wrote a line of it, with the evidence: the edit ledger, commits, and who has it ' +
    'locked now; or which session changed which files of this checkout that are not committed. What is not recorded is unknown; ' +
    'nothing is guessed.',
  input: z.strictObject({ file: z.string().optional(), uncommitted: z.boolean().optional() }),
  output,
  cli: {
    positional: 'file',
    help: {
      file: 'a file, or a file and a line: src/auth.ts:12; of what is not committed a file or a folder',
      uncommitted: 'everything that is changed and not committed, by whom',
    },
    refused: out => out.answer === 'unknown',
  },
  examples: [
    { title: 'A file', input: { file: 'src/auth.ts' } },
    { title: 'A line', input: { file: 'src/auth.ts:12' } },
    { title: 'Everything that is not committed', input: { uncommitted: true } },
  ],
  async run({ caller }, { file, uncommitted: isAll }) {
    if (isAll) {
      return { ...(await whoUncommitted(caller, file)), file: file ?? '', edits: [], locks: [] };
    }
    if (file === undefined) {
      throw new SignalboxError(
        'invalid_input',
        'No file was named.',
        'Name one, or ask with uncommitted: true for all.',
      );
    }
    const { place, line } = await asked(caller, file);
    if (place.isFolder || place.path === '') {
      throw new SignalboxError(
        'invalid_input',
        `${file} is a folder.`,
        'Name a file in it, or ask with uncommitted: true.',
      );
    }
    const finding = line === undefined ? await whoChanged(caller, place) : await whoWrote(caller, place, line);
    const about = { file: place.path, ...(line === undefined ? {} : { line }) };
    const { answer, edits, commit, uncommitted } = finding;
    const shown = {
      ...about,
      answer,
      ...(commit ? { commit: shownCommit(commit) } : {}),
      edits: edits.map(shownWitness),
      ...(finding.more ? { more: finding.more } : {}),
      locks: await locksOn(caller, place),
      ...(uncommitted === undefined ? {} : { uncommitted }),
    };
    return { ...shown, text: spokenAnswer(shown, finding.because) };
  },
  text: out => [out.text, ...spokenEvidence(out)].join('\n'),
});

interface Finding {
  readonly answer: Authorship['answer'];
  readonly edits: readonly Witness[];
  /** How many more candidates there are. */
  readonly more?: number;
  readonly commit?: BlamedLine & { readonly commit: string };
  readonly uncommitted?: boolean | undefined;
  /** What the answer rests on, as a sentence; empty when the evidence says it. */
  readonly because: string;
}

/** A name with a number behind a colon is a line, unless a file is called so. */
async function asked(caller: Participant, text: string): Promise<{ place: FilePlace; line?: number }> {
  const [, name, number] = /^(.+?):(\d{1,9})(?::\d+)?$/s.exec(text) ?? [];
  if (name === undefined) return { place: await locate(caller, text) };
  const whole = await locate(caller, text).catch(() => undefined);
  if (whole?.isFolder === false) return { place: whole };
  if (Number(number) === 0) throw new SignalboxError('invalid_input', 'There is no line 0.', 'Lines count from 1.');
  return { place: await locate(caller, name), line: Number(number) };
}

async function whoChanged(caller: Participant, place: FilePlace): Promise<Finding> {
  const uncommitted = await isUncommitted(caller, place);
  const edits = await caller.read(async view => {
    const { edits: found } = await editsOf(view.tx, place.path, place.foldsCase);
    const newest = found.sort((a, b) => b.at - a.at || b.sequence - a.sequence).slice(0, limits.editsListed);
    return witnessesOf(
      view,
      newest.map(edit => ({ edit, isApproximate: false })),
    );
  });
  return { answer: edits.length > 0 ? 'known' : 'unknown', edits, uncommitted, because: '' };
}

async function whoWrote(caller: Participant, place: FilePlace, line: number): Promise<Finding> {
  const { git } = caller.world;
  const blamed = await git.blame(place.tree.root, place.path, line, limits.gitAnswerMs);
  if (blamed && blamed.commit !== null) return committed(caller, place, { ...blamed, commit: blamed.commit });
  if (blamed) return written(caller, place, line, await lastCommitOf(caller, place));
  // Git tells nothing of a file that is new. Of one it knows, the line is not there.
  const knows = line > 1 && (await git.blame(place.tree.root, place.path, 1, limits.gitAnswerMs)) !== undefined;
  const lines = knows ? undefined : await caller.world.probes.lineCount(place.tree.root, place.path);
  const isBehind = lines !== undefined && line > lines;
  if (!knows && !isBehind && (await isUncommitted(caller, place))) return written(caller, place, line, undefined);
  const because = isBehind
    ? `It has ${lines} lines.`
    : knows
      ? `Git knows no line ${line} in it.`
      : 'Git cannot tell anything about it.';
  return { answer: 'unknown', edits: [], because };
}

async function committed(
  caller: Participant,
  place: FilePlace,
  commit: BlamedLine & { readonly commit: string },
): Promise<Finding> {
  const edits = await caller.read(async view => {
    const ofCommit = await editsOfCommit(view.tx, commit.commit, null);
    const ofFile = ofCommit.filter(edit => edit.path === place.path);
    // The file may have had another name then.
    const recorded = ofFile.length > 0 ? ofFile : ofCommit;
    // The newest of each session, sessions with the newest first: a later entry of a map replaces an earlier one.
    const oldestFirst = [...recorded].sort((a, b) => a.sequence - b.sequence);
    const newest = [...new Map(oldestFirst.map(edit => [edit.session, edit])).values()];
    newest.sort((a, b) => b.sequence - a.sequence);
    return witnessesOf(
      view,
      newest.map(edit => ({ edit, isApproximate: false })),
    );
  });
  const because = edits.length === 0 ? 'Which session made that commit is not recorded.' : '';
  return { answer: edits.length > 1 ? 'candidates' : 'known', edits, commit, uncommitted: false, because };
}

/** Who wrote a line that is not committed. */
async function written(
  caller: Participant,
  place: FilePlace,
  line: number,
  last: CommitFacts | undefined,
): Promise<Finding> {
  const here = { host: caller.world.processes.self().host, root: place.tree.root };
  return caller.read(async (view: View) => {
    const { edits: ours, isWhole } = await editsOf(view.tx, place.path, place.foldsCase, here);
    const edits = sinceLastCommit(ours, here, last);
    const { answer, possible, more } = authorshipOf(edits, line, place.tree.branch);
    const rest = isWhole || answer === 'known' ? '' : ' Older entries of the ledger were not looked at.';
    const because =
      answer === 'unknown'
        ? `The line is not committed, and ${edits.length === 0 ? 'no edit of the file since its last commit is recorded in this checkout' : 'no recorded edit since the last commit touched it'}.`
        : answer === 'candidates' && edits.length === 1
          ? 'It is the only recorded edit since the last commit.'
          : '';
    return {
      answer,
      edits: await witnessesOf(view, possible),
      more,
      uncommitted: true,
      because: `${because}${rest}`.trim(),
    };
  });
}

/** The newest commit that changed the file, if it is among the last ones. */
async function lastCommitOf(caller: Participant, { tree, path }: FilePlace): Promise<CommitFacts | undefined> {
  for (let back = 0; back < limits.commitsSearched; back++) {
    const revision = back === 0 ? 'HEAD' : `HEAD~${back}`;
    const facts = await caller.world.git.commit(tree.root, revision, limits.gitAnswerMs);
    if (!facts) return undefined;
    if (facts.files.some(file => file.path.normalize('NFC') === path)) return facts;
  }
  return undefined;
}

/** Whether the file differs from what is committed; undefined when git cannot tell, or has never heard of it. */
async function isUncommitted(caller: Participant, { tree, path }: FilePlace): Promise<boolean | undefined> {
  const { git } = caller.world;
  const changed = await git.changedFiles(tree.root, limits.changedFilesListed, limits.gitAnswerMs, [path]);
  if (changed?.files.some(file => file.normalize('NFC') === path)) return true;
  if (changed === undefined || changed.more) return undefined;
  const isCommitted = (await git.blame(tree.root, path, 1, limits.gitAnswerMs)) !== undefined;
  return isCommitted ? false : undefined;
}

async function locksOn(caller: Participant, place: FilePlace): Promise<z.input<typeof output>['locks']> {
  const { locks } = await caller.read(view => locksInForce(view, [fileResource(place)], null));
  return locks.map(({ lock, holder }) => ({
    holder: holder.handle,
    mode: lock.mode,
    ...(lock.reason ? { reason: lock.reason } : {}),
    expiresAt: instant(lock.expiresAt),
  }));
}
