/** `stage`: puts the files that are a session's own by the edit ledger into the index, and names those that it leaves out. */
import * as z from 'zod/v4';
import { commitCommand } from '../core/commit-command.ts';
import { inSameCheckout, spokenName } from '../core/conflict-kinds.ts';
import { SignalboxError } from '../core/errors.ts';
import { areKin, type GitHolder, gitHolder, gitIndexOf } from '../core/git-head.ts';
import type { StageOutcome } from '../core/git-stage.ts';
import { limits } from '../core/limits.ts';
import type { Change } from '../core/own-changes.ts';
import { findOrFail, lookAround } from '../core/presence.ts';
import { ordered } from '../core/records.ts';
import { othersOf, type StagePlan, stagePlan } from '../core/stage-plan.ts';
import { quoted } from '../core/text.ts';
import { type Changes, changesHere, narrowed } from './changes.ts';
import { defineTool } from './define-tool.ts';
import type { Me, Participant } from './participant.ts';

const withWho = z.array(z.object({ file: z.string(), by: z.array(z.string()) }));

const output = z.object({
  /** Whose changes they are. */
  session: z.string(),
  staged: z.array(z.string()),
  mixed: withWho,
  unknown: z.array(z.string()),
  left: withWho,
  undecided: z.array(z.string()).optional(),
  /** Of others, and in the index already: a commit would take them along. */
  indexed: withWho.optional(),
  /** Commits exactly what is the session's, where others use the same index. */
  commit: z.string().optional(),
  /** Staged, and changed by others in the same moment. */
  meanwhile: withWho.optional(),
  /** Places named at which nothing is changed. */
  unchanged: z.array(z.string()).optional(),
  /** Nothing was done. */
  dryRun: z.boolean().optional(),
  /** There are more changed files than were looked at. */
  more: z.boolean().optional(),
});

export default defineTool({
  name: 'stage',
  title: "Stage a session's own changes",
  set: 'command',
  effect: 'write',
  idempotent: true,
  needsMachine: true,
  description:
    'Stage exactly the changed files of this checkout that are your own by the edit ledger, deletions too, and name those left out: ' +
    'changed by others as well, by nobody that is known, by others only. Use it instead of git add -A or commit -a where several ' +
    'sessions share a checkout, then commit.',
  input: z.strictObject({
    files: z.array(z.string()).max(limits.resourcesPerCall).optional(),
    mixed: z.boolean().optional(),
    unknown: z.boolean().optional(),
    of: z.string().optional(),
    dryRun: z.boolean().optional(),
  }),
  output,
  cli: {
    positional: 'files',
    sessions: ['of'],
    help: {
      files: 'only what lies at or below these; default: all that is changed',
      mixed: 'also, and whole, what others changed besides you',
      unknown: 'also what nobody is known to have changed',
      of: "another session's changes instead; for the operator",
      dryRun: 'only say what would be staged',
    },
    refused: out => out.staged.length === 0,
  },
  examples: [
    { title: 'Before a commit', input: {} },
    { title: 'One folder, and what was made without hooks', input: { files: ['src'], unknown: true } },
    { title: 'As the operator, for a session', input: { of: 'brisk-otter', dryRun: true } },
  ],
  async run({ caller }, { files = [], mixed = false, unknown = false, of, dryRun = false }) {
    const owner = await ownerOf(caller, of);
    const places = await narrowed(caller, files);
    const found = await changesHere(caller);
    if (!found) throw untold();
    const { changes, more } = found;
    const plan = stagePlan(changes, { session: owner.id, mixed, unknown, covers: places.covers });
    if (!dryRun) await stage(caller, plan.staged);
    const unchanged = places.without(changes.map(({ file }) => file.path));
    const commit = dryRun ? null : await commandFor(caller, plan, owner);
    const meanwhile = dryRun ? [] : await changedMeanwhile(caller, found, plan.staged, owner.id);
    const who = (list: readonly Change[]) =>
      list.map(({ file, authors }) => ({ file: file.path, by: othersOf(authors, owner.id) }));
    return {
      session: owner.handle,
      staged: pathsOf(plan.staged),
      mixed: who(plan.mixed),
      unknown: pathsOf(plan.unknown),
      left: who(plan.left),
      ...(plan.undecided.length > 0 ? { undecided: pathsOf(plan.undecided) } : {}),
      ...(plan.indexed.length > 0 ? { indexed: who(plan.indexed) } : {}),
      ...(commit !== null ? { commit } : {}),
      ...(meanwhile.length > 0 ? { meanwhile } : {}),
      ...(unchanged.length > 0 ? { unchanged } : {}),
      ...(dryRun ? { dryRun } : {}),
      ...(more ? { more } : {}),
    };
  },
  text: out => spokenStage(out).join('\n'),
});

const pathsOf = (changes: readonly Change[]) => changes.map(({ file }) => file.path);

/** Whose changes are meant. Only a person stages those of others. */
function ownerOf(caller: Participant, of: string | undefined): Promise<Me> {
  return caller.read(async (view, me) => {
    if (of === undefined) return me;
    const session = await findOrFail(view, of);
    if (session.id === me.id || me.kind === 'operator') return session;
    throw new SignalboxError(
      'forbidden',
      `The changes of ${session.handle} are its own to stage.`,
      `Ask ${session.handle} to commit them, or stage your own without \`of\`.`,
    );
  });
}

async function stage(caller: Participant, changes: readonly Change[]): Promise<void> {
  const { root } = await caller.place();
  const { host } = caller.world.processes.self();
  const user = await caller.read((view, me) => gitHolder(view, me, gitIndexOf({ host, root })));
  if (user) throw inUse(user);
  const names = changes.filter(({ file }) => file.inIndex !== 'whole').map(({ file }) => file.name);
  const outcome = await caller.world.stage.stage(root, names, limits.commandGitMs);
  if (!outcome.staged) throw refusal(outcome);
}

/**
 * How to commit it without taking along what others have staged, or stage in the next moment; null where nobody else uses the index,
 * and where git has something under way that it commits as a whole.
 */
async function commandFor(caller: Participant, plan: StagePlan, owner: Me): Promise<string | null> {
  const { root } = await caller.place();
  const operation = (await caller.world.git.state(root))?.operation ?? null;
  if (plan.staged.length === 0 || (operation !== null && operation !== 'bisect')) return null;
  const here = { host: caller.world.processes.self().host, root };
  const { live } = await caller.read(lookAround);
  const isShared = live.some(each => each.id !== owner.id && inSameCheckout(each, here) && !areKin(owner, each));
  if (!isShared && plan.indexed.length === 0) return null;
  const { directory } = caller;
  const folder = directory.startsWith(`${root}/`) ? directory.slice(root.length + 1) : '';
  const names = [...plan.staged, ...plan.before].map(({ file }) => file.name);
  return commitCommand(names, folder);
}

/** What is staged now would be in the commit of the one that has the index. */
function inUse({ lock, holder }: GitHolder): SignalboxError {
  return new SignalboxError(
    'unavailable',
    `Nothing was staged: ${holder.handle} has the index of this checkout to itself${lock.reason === null ? '' : ` for ${quoted(lock.reason)}`}.`,
    'Try again in a moment.',
  );
}

function refusal(outcome: Extract<StageOutcome, { readonly staged: false }>): SignalboxError {
  switch (outcome.why) {
    case 'busy':
      return new SignalboxError(
        'unavailable',
        'Nothing was staged: another git command is writing in this checkout, or died and left its index.lock.',
        'Try again in a moment; remove that file only when no git command runs there.',
      );
    case 'missing':
      return new SignalboxError(
        'unavailable',
        'Nothing was staged: git cannot be started, or is older than 2.25.',
        'Install a newer git, or stage the files by name.',
      );
    case 'late':
      return new SignalboxError(
        'unavailable',
        `Nothing was staged: git took longer than ${limits.commandGitMs / 1000} s.`,
        'Name fewer files, or stage them by hand.',
      );
    case 'refused':
      return new SignalboxError(
        'conflict',
        `Nothing was staged: git said ${quoted(outcome.said)}.`,
        'Mend that and try again; a file may have been removed in the same moment.',
      );
  }
}

function untold(): SignalboxError {
  return new SignalboxError(
    'unavailable',
    'Git does not tell what is changed here.',
    'Run it in a checkout, with git installed; `git status` says what is wrong with a repository.',
  );
}

/** What others have recorded of the staged files since the ledger was read: it may be in the index now. */
async function changedMeanwhile(
  caller: Participant,
  { here, readAt }: Changes,
  staged: readonly Change[],
  owner: string,
): Promise<{ file: string; by: string[] }[]> {
  const known = new Map(staged.map(change => [change.file.path, change]));
  return caller.read(async ({ tx }) => {
    const range = { from: ordered(readAt), below: '~' };
    const edits = await tx.list('edit', 'at', range, { limit: limits.editsPerCall, reverse: true });
    const news = edits.filter(edit => {
      const authors = known.get(edit.path)?.authors;
      const isHere = edit.host === here.host && edit.root === here.root && edit.source !== 'commit';
      const ids = edit.mayBeOf.length > 0 ? edit.mayBeOf : [edit.session];
      return isHere && authors && ids.some(id => id !== owner && authors.every(author => author.id !== id));
    });
    return [...new Map(news.map(({ path, handle }) => [path, { file: path, by: [handle] }])).values()];
  });
}

type Out = z.output<typeof output>;

function spokenStage(out: Out): string[] {
  const taken = new Set(out.staged);
  const rest = (list: Out['mixed']) => list.filter(({ file }) => !taken.has(file));
  const [mixed, unknown] = [rest(out.mixed), out.unknown.filter(file => !taken.has(file))];
  const along = out.mixed.filter(({ file }) => taken.has(file));
  const lines: [readonly unknown[], string][] = [
    [along, `Whole, with changes of others in them: ${who(along)}.`],
    [out.meanwhile ?? [], `Changed by others in the same moment, look at what is staged: ${who(out.meanwhile ?? [])}.`],
    [mixed, `Left out, because others changed them as well: ${who(mixed)}. mixed: true takes them whole.`],
    [unknown, `Left out, because nobody is known to have changed them: ${named(unknown)}. unknown: true takes them.`],
    [out.left, `Left to those who changed them: ${who(out.left)}.`],
    [out.undecided ?? [], `Left out, because a merge has left them undecided: ${named(out.undecided ?? [])}.`],
    [
      out.indexed ?? [],
      `In the index already, so that a commit takes them along unless it names its files: ${who(out.indexed ?? [])}.`,
    ],
    [out.commit ? [true] : [], `Commit by name, since others may stage here too: ${out.commit}`],
    [out.unchanged ?? [], `Nothing is changed at ${named(out.unchanged ?? [])}.`],
    [out.more ? [true] : [], 'There are more changed files than were looked at: the rest is left out.'],
  ];
  return [spokenStaged(out), ...lines.filter(([list]) => list.length > 0).map(([, line]) => line)];
}

function spokenStaged({ staged, dryRun, session }: Out): string {
  if (staged.length === 0) return `Nothing of ${session} is there to be staged.`;
  const count = `${staged.length} ${staged.length === 1 ? 'file' : 'files'}`;
  return `${dryRun ? 'Would stage' : 'Staged'} ${count}: ${named(staged)}.`;
}

function who(list: Out['mixed']): string {
  return listed(
    list.map(({ file, by }) => (by.length === 0 ? spokenName(file) : `${spokenName(file)} (${by.join(', ')})`)),
  );
}

function named(files: readonly string[]): string {
  return listed(files.map(spokenName));
}

function listed(names: readonly string[]): string {
  const more = names.length - limits.changesNamed;
  return names.slice(0, limits.changesNamed).join(', ') + (more > 0 ? ` and ${more} more` : '');
}
