/** Conflicts with files that others have changed and not committed, in the same checkout or in another one. */
import {
  type Action,
  allOf,
  type Conflict,
  type GitVerdict,
  isFile,
  movesHead,
  oneOf,
  onlyFile,
  type Severity,
  spokenFiles,
  spokenName,
} from './conflict-kinds.ts';
import type { ChangedFiles, GitPlan, OtherCheckout } from './conflict-plan.ts';
import type { Resource, SessionRecord } from './records.ts';
import { fileResource, resourcesOverlap } from './resource.ts';

/** In a checkout that several share, git does not know who changed a file: the ledger of edits may. */
export function ownCheckout(plan: GitPlan, own: ChangedFiles | undefined): GitVerdict {
  if (!own) return unknown('what is changed in this checkout and not committed');
  const notLookedAt = cutShort(own, 'this checkout');
  if (plan.company.length === 0) return { conflicts: [], notLookedAt };
  const { theirs, nobodys } = authorsOf(plan, targeted(own.files, plan.action.targets));
  const attributed = [...theirs].map(([session, files]) => changedBy(session, files, plan.action));
  return { conflicts: [...attributed, ...(nobodys.length > 0 ? [changedBySomebody(nobodys, plan)] : [])], notLookedAt };
}

interface Authors {
  readonly theirs: ReadonlyMap<SessionRecord, readonly string[]>;
  /** Files of which the ledger knows nobody who lives here. */
  readonly nobodys: readonly string[];
}

/** A file of several stands with each of the others; one that only the caller is known to have changed is left out. */
function authorsOf({ company, edits, me }: GitPlan, files: readonly string[]): Authors {
  const theirs = new Map<SessionRecord, string[]>();
  const nobodys: string[] = [];
  for (const file of files) {
    const known = edits.get(file);
    const authors = company.filter(session => known?.has(session.id));
    for (const author of authors) theirs.set(author, [...(theirs.get(author) ?? []), file]);
    if (authors.length === 0 && !known?.has(me.id)) nobodys.push(file);
  }
  return { theirs, nobodys };
}

function changedBy(session: SessionRecord, files: readonly string[], action: Action): Conflict {
  const { severity, advice } = sharedRisk(action, session.handle);
  const description = `${session.handle} has changed ${spokenFiles(files)} in this checkout and not committed it: ${advice}.`;
  return { kind: 'uncommitted', severity, description, session, resource: onlyFile(files) };
}

function changedBySomebody(files: readonly string[], { action, company }: GitPlan): Conflict {
  const somebody = oneOf([...company.map(session => session.handle), 'you']);
  const advice =
    action.type === 'git_commit' ? 'stage your own files by name' : 'find out whose it is before it is touched';
  const description = `${spokenFiles(files)}: changed in this checkout and not committed, by one of ${somebody}; ${advice}.`;
  const severity = movesHead(action.type) ? 'medium' : 'low';
  return { kind: 'uncommitted', severity, description, session: null, resource: onlyFile(files) };
}

/** What becomes of another's changes in the same checkout. Only what would take them along or move them away does harm. */
function sharedRisk({ type, targets }: Action, handle: string): { severity: Severity; advice: string } {
  if (type === 'git_commit' && targets.some(isFile)) {
    const advice = `this commit would take unfinished work of ${handle} along; leave it out, or ask ${handle} to commit`;
    return { severity: 'high', advice };
  }
  if (type === 'git_commit') return { severity: 'medium', advice: 'stage your own files by name' };
  if (movesHead(type)) {
    const advice = `${type} would refuse, or stash and move it away; ask ${handle} to commit first`;
    return { severity: 'high', advice };
  }
  const advice = `both changes would be mixed in one file; ask ${handle} first, and lock what you edit`;
  return { severity: 'medium', advice };
}

/** Nobody overwrites anybody over two checkouts; the price is a merge later. */
export function otherCheckout(
  { action, me }: GitPlan,
  { root, sessions }: OtherCheckout,
  changes: ChangedFiles | undefined,
  own: ChangedFiles | undefined,
): GitVerdict {
  const handles = sessions.map(session => session.handle);
  const place = spokenName(root);
  if (!changes) return unknown(`what ${allOf(handles)} changed in ${place} and did not commit`);
  const notLookedAt = cutShort(changes, place);
  const hasTargets = action.targets.some(isFile);
  const mine = new Set(own?.files ?? []);
  const common = hasTargets ? targeted(changes.files, action.targets) : changes.files.filter(file => mine.has(file));
  if (common.length === 0) return { conflicts: [], notLookedAt };
  const only = sessions.length === 1 ? (sessions[0] ?? null) : null;
  const who = only ? only.handle : `One of ${oneOf(handles)}`;
  const branch = !only?.branch || only.branch === me.branch ? '' : ` on ${spokenName(only.branch)}`;
  const verb = hasTargets ? 'has changed' : 'has changed as well';
  const description = `${who} ${verb} ${spokenFiles(common)} in ${place}${branch} and not committed it: you will meet in a merge later; agree who does what.`;
  const conflict: Conflict = {
    kind: 'uncommitted',
    severity: 'medium',
    description,
    session: only,
    resource: onlyFile(common),
  };
  return { conflicts: [conflict], notLookedAt };
}

function unknown(what: string): GitVerdict {
  return {
    conflicts: [],
    notLookedAt: [`Git did not tell in time ${what}, or it is missing, or does not trust that repository.`],
  };
}

function cutShort({ files, more }: ChangedFiles, place: string): string[] {
  return more ? [`More than ${files.length} files are changed in ${place}: the rest was not looked at.`] : [];
}

/** The files that targets name; all of them when no target is a file. */
function targeted(files: readonly string[], targets: readonly Resource[]): readonly string[] {
  const wanted = targets.filter(isFile);
  if (wanted.length === 0) return files;
  const foldsCase = wanted.some(target => target.foldsCase);
  return files.filter(file => {
    const resource = fileOrNull(file, foldsCase);
    return resource !== null && wanted.some(target => resourcesOverlap(resource, target));
  });
}

/** Null for a path that is too long for a resource: no target can name it. */
function fileOrNull(path: string, foldsCase: boolean): Resource | null {
  try {
    return fileResource({ path, foldsCase, isFolder: false });
  } catch {
    return null;
  }
}
