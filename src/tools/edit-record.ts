import * as z from 'zod/v4';
import { lineRangesOf } from '../core/authorship.ts';
import { type Edit, type Origin, type Recorded, recordEdits } from '../core/edit.ts';
import { recordCommit } from '../core/edit-commit.ts';
import { SignalboxError } from '../core/errors.ts';
import { limits } from '../core/limits.ts';
import type { Unit } from '../core/unit.ts';
import { defineTool } from './define-tool.ts';
import { locate } from './file-place.ts';
import type { Me, Participant } from './participant.ts';

const changes = z.enum(['created', 'modified', 'deleted']);
const recordedChanges = z.enum([...changes.options, 'reverted']);

const input = z.strictObject({
  files: z.array(z.string()).max(limits.editsPerCall).optional(),
  change: changes.optional(),
  lines: z.string().optional(),
  intent: z.string().optional(),
  commit: z.string().optional(),
});

export default defineTool({
  name: 'edit_record',
  title: 'Record who changed files',
  set: 'command',
  effect: 'write',
  idempotent: false,
  needsMachine: true,
  description:
    'Record in the edit ledger that this session changed files, or every file of a commit. ' +
    'Hooks call it after an edit and after a commit; `signalbox who` answers from it. Entries are never changed.',
  input,
  output: z.object({
    edits: z.array(
      z.object({ id: z.string(), path: z.string(), change: recordedChanges, intent: z.string().optional() }),
    ),
    known: z.array(z.string()),
    commit: z.string().optional(),
    more: z.number().optional(),
  }),
  cli: {
    positional: 'files',
    help: {
      files: 'what was changed',
      change: 'what was done; default: modified for a file that is there, else deleted',
      lines: 'lines of the one file, as they are numbered now, such as 10-20,30',
      intent: 'the intent it belongs to; default: your open one that covers the file',
      commit: 'all files of this commit instead, once for each session',
    },
  },
  examples: [
    { title: 'After an edit', input: { files: ['src/auth.ts'], lines: '10-24' } },
    { title: 'After a commit', input: { commit: 'HEAD' } },
  ],
  async run({ caller }, given) {
    const isCommit = given.commit !== undefined;
    if ((given.files ?? []).length > 0 === isCommit || (isCommit && (given.change ?? given.lines) !== undefined)) {
      throw invalid('Either files or a commit can be recorded.', 'Name the files, or --commit and a revision alone.');
    }
    return given.commit === undefined ? recordFiles(caller, given) : commitRecorded(caller, given.commit, given);
  },
  text: out =>
    [
      ...(out.commit ? [`Commit ${out.commit}:`] : []),
      ...out.edits.map(
        edit => `${edit.id}: ${edit.change} ${edit.path}${edit.intent ? `, part of ${edit.intent}` : ''}`,
      ),
      ...out.known.map(path => `${path}: recorded already`),
      ...(out.more ? [`${out.more} more files of the commit are not recorded.`] : []),
    ].join('\n'),
});

type Given = z.output<typeof input>;

async function recordFiles(caller: Participant, given: Given) {
  const { files = [] } = given;
  const lines = linesOf(given);
  const edits = await Promise.all(files.map(file => editOf(caller, file, given)));
  await refuseLinesBehind(caller, edits[0], lines);
  const distinct = [...new Map(edits.map(edit => [`${edit.root}|${edit.path}`, { ...edit, lines }])).values()];
  const recorded = await caller.transact(async (unit, me) =>
    recordEdits(unit, me, distinct, await originOf(caller, unit, me, 'command', given)),
  );
  return { edits: recorded.records.map(shownEdit), known: recorded.folded };
}

async function editOf(caller: Participant, file: string, { change }: Given): Promise<Edit> {
  const { path, foldsCase, isFolder, tree } = await locate(caller, file);
  if (isFolder || path === '') throw invalid(`${file} is a folder.`, 'Name the files in it.');
  if (isFolder === undefined && /[*?]/.test(path)) {
    throw invalid(
      `There is no file ${file}; a pattern is none.`,
      'Name the files, or let the shell expand the pattern.',
    );
  }
  const seen = isFolder === undefined ? 'deleted' : 'modified';
  return { path, foldsCase, root: tree.root, branch: tree.branch, change: change ?? seen, lines: null };
}

async function refuseLinesBehind(caller: Participant, edit: Edit | undefined, lines: Edit['lines']): Promise<void> {
  const last = lines?.at(-1)?.to;
  if (edit === undefined || last === undefined) return;
  const count = await caller.world.probes.lineCount(edit.root, edit.path);
  if (count === undefined || last <= count) return;
  throw invalid(
    `The file has ${count} lines; line ${last} is not one of them.`,
    'Name lines of the file as it is now.',
  );
}

function linesOf({ files = [], change, lines }: Given): Edit['lines'] {
  if (lines === undefined) return null;
  const ranges = lineRangesOf(lines);
  if (ranges !== undefined && files.length === 1 && change !== 'deleted') return ranges;
  throw invalid(
    `Lines are up to ${limits.lineRangesPerEdit} ranges such as 10-20,30 of one file that is there.`,
    'Record each file with its own lines, or leave the lines out.',
  );
}

async function commitRecorded(caller: Participant, revision: string, given: Given) {
  const tree = await caller.place();
  const facts = await caller.world.git.commit(tree.root, revision, limits.gitAnswerMs);
  if (facts === undefined) {
    throw new SignalboxError(
      'not_found',
      'Git tells of no such commit here.',
      'Name a commit of this checkout, such as HEAD; git must be installed.',
    );
  }
  const recorded = await caller.transact(async (unit, me) =>
    recordCommit(unit, me, facts, tree, await originOf(caller, unit, me, 'commit', given)),
  );
  const { records, folded: known, more } = recorded;
  return { edits: records.map(shownEdit), known, commit: facts.id, ...(more > 0 ? { more } : {}) };
}

async function originOf(
  caller: Participant,
  { tx }: Unit,
  me: Me,
  source: Origin['source'],
  { intent }: Given,
): Promise<Origin> {
  const { host } = caller.world.processes.self();
  if (intent === undefined) return { source, commit: null, intent: null, host };
  const known = await tx.get('intent', intent);
  if (known?.session === me.id) return { source, commit: null, intent, host };
  throw new SignalboxError(
    'not_found',
    `You announced no intent ${intent.slice(0, limits.handleCharacters)}.`,
    'Leave it out, and your open intent that covers the file is noted.',
  );
}

function shownEdit({ id, path, change, intent }: Recorded['records'][number]) {
  return { id, path, change, ...(intent ? { intent } : {}) };
}

function invalid(message: string, next: string): SignalboxError {
  return new SignalboxError('invalid_input', message, next);
}
