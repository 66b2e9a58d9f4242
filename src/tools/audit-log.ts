/** Writes the audit of a hub: what comes at once goes into one unit of work, so that many calls cost few of them. */
import { accountsProject } from '../core/account.ts';
import { type AuditNote, appendAudit } from '../core/audit.ts';
import { limits } from '../core/limits.ts';
import type { World } from './world.ts';

export class AuditLog {
  readonly #world: Pick<World, 'store' | 'log'>;
  #waiting: AuditNote[] = [];
  #writing: Promise<void> = Promise.resolve();

  constructor(world: Pick<World, 'store' | 'log'>) {
    this.#world = world;
  }

  /** Resolves once it is stored. Never fails: a store that is away is told of by every call, and what could not be noted is logged. */
  note(note: AuditNote): Promise<void> {
    this.#waiting.push(note);
    // The one that is being written ends first; whatever came meanwhile goes together. Nobody waits for what came later.
    this.#writing = this.#writing.then(() => this.#write());
    return this.#writing;
  }

  async #write(): Promise<void> {
    const notes = this.#waiting.splice(0, limits.auditNotedAtOnce);
    if (notes.length === 0) return;
    try {
      await this.#world.store.transact(accountsProject, tx => appendAudit(tx, notes));
    } catch (error) {
      this.#world.log.error('audit failed', { notes: notes.length, error: String(error) });
    }
  }
}
