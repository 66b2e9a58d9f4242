/** What `who` shows of the evidence, and how it is said. */
import * as z from 'zod/v4';
import type { Witness } from '../core/authorship.ts';
import type { LineRange } from '../core/edit.ts';
import type { BlamedLine } from '../core/ports.ts';
import { instant } from '../core/text.ts';
import { type ShownChange, spokenChanges } from './who-uncommitted.ts';

export const commitShape = z.object({ id: z.string(), author: z.string(), at: z.string(), summary: z.string() });

export const editShape = z.object({
  edit: z.string(),
  /** Its handle; of several `otter or heron`. */
  session: z.string(),
  /** It was one of those several, and nobody knows which. */
  unsure: z.boolean().optional(),
  /** Whether that session still lives. */
  here: z.boolean(),
  change: z.string(),
  at: z.string(),
  task: z.string().optional(),
  intent: z.string().optional(),
  lines: z.string().optional(),
  approximate: z.boolean().optional(),
  checkout: z.string(),
  branch: z.string().optional(),
  /** How it is known. */
  by: z.enum(['hook', 'command', 'commit', 'tree']),
  commit: z.string().optional(),
});

export type ShownEdit = z.output<typeof editShape>;

export interface ShownAnswer {
  readonly file: string;
  readonly line?: number | undefined;
  readonly answer: 'known' | 'candidates' | 'unknown';
  readonly commit?: z.output<typeof commitShape> | undefined;
  readonly edits: readonly z.input<typeof editShape>[];
  readonly more?: number | undefined;
  readonly locks: readonly {
    readonly holder: string;
    readonly mode: string;
    readonly reason?: string | undefined;
    readonly expiresAt: string;
  }[];
  readonly uncommitted?: boolean | undefined;
  readonly changes?: readonly ShownChange[] | undefined;
}

export function shownCommit(blamed: BlamedLine & { readonly commit: string }): z.input<typeof commitShape> {
  return { id: blamed.commit, author: blamed.author, at: instant(blamed.at), summary: blamed.summary };
}

export function shownWitness({ edit, isAlive, isApproximate, intent }: Witness): z.input<typeof editShape> {
  const about = intent?.description ? `: ${intent.description}` : '';
  return {
    edit: edit.id,
    session: edit.handle,
    ...(edit.mayBeOf.length > 0 ? { unsure: true } : {}),
    here: isAlive,
    change: edit.change,
    at: instant(edit.at),
    ...(edit.task ? { task: edit.task } : {}),
    ...(edit.intent ? { intent: intent ? `${edit.intent} ${intent.type}${about}` : edit.intent } : {}),
    ...(edit.lines ? { lines: spokenLines(edit.lines) } : {}),
    ...(isApproximate ? { approximate: true } : {}),
    checkout: edit.root,
    ...(edit.branch ? { branch: edit.branch } : {}),
    by: edit.source,
    ...(edit.commit ? { commit: edit.commit } : {}),
  };
}

/** The answer in one or two sentences; `because` says what it rests on, where the evidence does not. */
export function spokenAnswer(out: ShownAnswer, because: string): string {
  const said = out.line === undefined ? spokenFile(out) : spokenLine(out, out.line);
  return [said, because].filter(sentence => sentence !== '').join(' ');
}

function spokenFile({ file, edits }: ShownAnswer): string {
  const [newest] = edits;
  if (!newest) return `Unknown: no edit of ${file} is recorded.`;
  return `${file} was last ${newest.change} by ${newest.session} at ${newest.at}, as far as is recorded.`;
}

function spokenLine({ file, answer, commit, edits, more }: ShownAnswer, line: number): string {
  const where = `Line ${line} of ${file}`;
  if (answer === 'unknown') return `Unknown: who wrote line ${line} of ${file}.`;
  const names = [...new Set(edits.map(edit => edit.session))];
  const rest = more ? ` or of ${more} older edits` : '';
  const by = names.length > 1 || more ? `one of ${names.join(', ')}${rest}` : names[0];
  if (commit) {
    const made = by ? `, recorded as ${names.length > 1 ? 'their' : 'its'} own by ${names.join(', ')}` : '';
    return `${where} is from commit ${commit.id.slice(0, 10)} by ${commit.author} at ${commit.at}, "${commit.summary}"${made}.`;
  }
  const isFree = edits.some(edit => edit.approximate) ? ' Later edits may have moved lines.' : '';
  return answer === 'known'
    ? `${where} is not committed; ${by} changed it, as far as is recorded.`
    : `${where} is not committed; it is by ${by}, if its edit was recorded.${isFree}`;
}

/** The evidence, one line each. */
export function spokenEvidence(out: Omit<ShownAnswer, 'edits'> & { readonly edits: readonly ShownEdit[] }): string[] {
  if (out.changes) return spokenChanges(out.changes);
  return [
    ...out.edits.map(spokenEdit),
    ...out.locks.map(lock => {
      const reason = lock.reason ? ` for "${lock.reason}"` : '';
      return `locked now by ${lock.holder} (${lock.mode})${reason} until ${lock.expiresAt}`;
    }),
    ...(out.line === undefined && out.uncommitted !== undefined
      ? [out.uncommitted ? 'It has changes that are not committed.' : 'It has no changes that are not committed.']
      : []),
  ];
}

function spokenEdit(edit: ShownEdit): string {
  const lines = edit.lines ? ` lines ${edit.approximate ? 'about ' : ''}${edit.lines}` : '';
  const facts = [
    edit.task && `task "${edit.task}"`,
    edit.intent && `intent ${edit.intent}`,
    `in ${edit.checkout}${edit.branch ? ` on ${edit.branch}` : ''}`,
    `known by ${edit.by === 'tree' ? 'comparing the working tree' : edit.by}${edit.commit ? ` ${edit.commit.slice(0, 10)}` : ''}`,
  ].filter(Boolean);
  const who = edit.unsure ? 'one of them, not known which' : edit.here ? 'here' : 'gone';
  return `${edit.edit}: ${edit.session} (${who}) ${edit.change}${lines} at ${edit.at}; ${facts.join('; ')}`;
}

function spokenLines(lines: readonly LineRange[]): string {
  return lines.map(({ from, to }) => (from === to ? String(from) : `${from}-${to}`)).join(',');
}
