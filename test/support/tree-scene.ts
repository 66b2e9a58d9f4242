/** Sessions in one checkout, `/shop`, whose shell commands begin and end, and a working tree as git would tell it; all of it made up. */
import type { ChangedTree, TreeFile } from '../../src/core/changed-tree.ts';
import { type Edit, editsOf, recordEdits } from '../../src/core/edit.ts';
import type { EditRecord } from '../../src/core/edit-record.ts';
import type { Running } from '../../src/core/guard-record.ts';
import type { SessionRecord } from '../../src/core/records.ts';
import { lookAfterShell, passOver, rememberTree } from '../../src/tools/tree-look.ts';
import { Visitor } from '../../src/tools/visitor.ts';
import type { World } from '../../src/tools/world.ts';
import { aside, treeFile } from './fake-git.ts';
import { FakeLog, FakeWorktrees } from './fakes.ts';
import { createBench, project } from './rules.ts';

export class TreeScene {
  readonly bench = createBench();
  readonly ports = aside();
  readonly world: World;
  readonly host = this.bench.processes.self().host;

  constructor() {
    const { store, clock, ids, wakeups, processes } = this.bench;
    const worktrees = new FakeWorktrees([{ root: '/shop', project }]);
    worktrees.add({ root: '/shop-2', project, anchor: '/shop' });
    worktrees.add({ root: '/elsewhere', project: 'other/project' });
    this.world = { store, clock, ids, wakeups, processes, worktrees, log: new FakeLog(), ...this.ports };
    this.tree();
  }

  /** A session with hooks, in the middle of a turn. */
  async join(handle: string): Promise<SessionRecord> {
    const session = await this.bench.join(handle, { host: this.host });
    await this.put(session, { hookedAt: this.bench.clock.now(), restingSince: null });
    return this.bench.now(session);
  }

  async put(session: SessionRecord, about: Partial<SessionRecord>): Promise<void> {
    const now = await this.bench.now(session);
    await this.bench.transact(async ({ tx }) => tx.put('session', { ...now, ...about }));
  }

  /** What git tells of a checkout. */
  tree(files: readonly TreeFile[] = [], about: Partial<ChangedTree> = {}, root = '/shop'): void {
    this.ports.git.trees.set(root, { head: 'c1', headMovedAt: 0, files, same: [], ...about });
  }

  /** A session's command begins, and stands in its record; a second goes by. */
  async begin(session: SessionRecord, root = '/shop', commits: Running['commits'] = 'surely'): Promise<Running> {
    const now = this.bench.clock.now();
    const running = {
      call: null,
      root,
      ...(commits ? { commits } : {}),
      ticket: null,
      heads: [],
      notes: [],
      wallAt: now,
      at: now,
    };
    const { guard } = await this.bench.now(session);
    await this.put(session, { guard: { ...guard, running: [...guard.running, running] } });
    await this.bench.clock.advance(1_000);
    return running;
  }

  /** The command has ended: the tree is looked at, and then it is taken off the record. */
  async ends(session: SessionRecord, running: Running) {
    const news = await lookAfterShell(this.#caller(session), running);
    await this.#takeOff(session, running);
    return news;
  }

  /** The command has ended, and is known to have changed nothing. */
  async passesOver(session: SessionRecord, running: Running): Promise<void> {
    await passOver(this.#caller(session), running);
    await this.#takeOff(session, running);
  }

  async #takeOff(session: SessionRecord, running: Running): Promise<void> {
    const { guard } = await this.bench.now(session);
    await this.put(session, { guard: { ...guard, running: guard.running.filter(each => each.at !== running.at) } });
  }

  /** The tree is looked at before anything happens. */
  remembers(session: SessionRecord): Promise<void> {
    return rememberTree(this.#caller(session));
  }

  #caller(session: SessionRecord): Visitor {
    return new Visitor(this.world, '/shop', null, session.id);
  }

  /** A file that is written now; a second goes by. */
  async written(path: string, about: Partial<TreeFile> = {}): Promise<TreeFile> {
    const at = this.bench.clock.now() + 0.5;
    await this.bench.clock.advance(1_000);
    return treeFile(path, at, about);
  }

  /** One that is removed now. */
  gone(path: string): Promise<TreeFile> {
    return this.written(path, { change: 'deleted', mark: null });
  }

  /** A hook tells of an edit. */
  async edited(session: SessionRecord, path: string, about: Partial<Edit> = {}): Promise<void> {
    const where = { root: '/shop', branch: 'main', foldsCase: false } as const;
    const edit: Edit = { path, change: 'modified', lines: null, ...where, ...about };
    const origin = { source: 'hook', commit: null, intent: null, host: this.host } as const;
    const now = await this.bench.now(session);
    await this.bench.transact(unit => recordEdits(unit, now, [edit], origin));
  }

  /** What the ledger tells of a file, newest first. */
  async ledger(path: string): Promise<string[]> {
    const { edits } = await this.bench.look(view => editsOf(view.tx, path, false));
    return spoken(edits);
  }
}

export function spoken(records: readonly EditRecord[]): string[] {
  return records.map(({ handle, change, path, source }) => `${handle} ${change} ${path} by ${source}`);
}
