/** The scoped data as profiles reach it: the values that native sessions reach by data_get and data_set, under their native names. */
import { deleteData, deleteScope, getData, setData } from '../core/data.ts';
import { everyScope } from '../core/data-scopes.ts';
import { keptText, keptValue } from '../core/json-value.ts';
import { limits } from '../core/limits.ts';
import type { Reader } from '../core/ports.ts';
import type { Cast } from './cast.ts';
import type { Participant } from './participant.ts';
import type { World } from './world.ts';

export class ForeignData {
  readonly #world: World;
  readonly #cast: Cast;

  constructor(world: World, cast: Cast) {
    [this.#world, this.#cast] = [world, cast];
  }

  /**
   * Sets a key to a value; of two at once both are stored, the later one last. A text that is an object or a list in JSON is that, every
   * other text is itself. Errors: those of `keptValue` and `setData`.
   */
  async set(caller: Participant, scope: string, key: string, value: unknown): Promise<void> {
    const json = jsonOf(value);
    await caller.transact((unit, me) => setData(unit, me, { scope, key, json, ifRevision: null }));
  }

  /** The value under a key; undefined where there is none. */
  async get(scope: string, key: string): Promise<unknown> {
    const record = await this.#look(tx => getData(tx, scope, key));
    return record && (JSON.parse(record.value) as unknown);
  }

  /** Deletes a key; whether there was one. */
  async delete(caller: Participant, scope: string, key: string): Promise<boolean> {
    const gone = await caller.transact((unit, me) => deleteData(unit, me, scope, key, null));
    return gone !== undefined;
  }

  /** Deletes a scope with all of its keys; whether it held any. */
  async deleteScope(caller: Participant, scope: string): Promise<boolean> {
    const gone = await caller.transact((unit, me) => deleteScope(unit, me, scope));
    return gone.length > 0;
  }

  /** The keys of a scope, by name. */
  async keys(scope: string): Promise<string[]> {
    const page = { limit: limits.dataKeysPerScope };
    const records = await this.#look(tx => tx.list('data', 'scope', { equals: scope }, page));
    return records.map(({ key }) => key);
  }

  /** The scopes that hold anything. */
  scopes(): Promise<string[]> {
    return this.#look(everyScope);
  }

  /** A look that is nobody's activity, into the project of the connection. */
  async #look<T>(work: (tx: Reader) => Promise<T>): Promise<T> {
    return this.#world.store.read((await this.#cast.main.place()).project, work);
  }
}

function jsonOf(value: unknown): string {
  const isText = typeof value === 'string' && !isStructure(value);
  return (isText ? keptText(value) : keptValue(value)).json;
}

function isStructure(text: string): boolean {
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === 'object' && parsed !== null;
  } catch {
    return false;
  }
}
