/** Loads an engine that somebody else has written, and holds it to the form of the port. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type ErrorCode, errorCodes, SignalboxError } from '../core/errors.ts';
import type { Store, StoreReport, Wakeups } from '../core/ports.ts';
import { cleanText } from '../core/text.ts';
import { absoluteModuleUrl, moduleParts } from './module-url.ts';
import type { Engine, EngineParts } from './parts.ts';

/** What a module of others exports, as its default or as `createEngine`. It opens nothing yet; the store's first use does. */
export type CreateEngine = (url: string, parts: EngineParts) => Offered | Promise<Offered>;

/** A store, or a store with the channel over which its processes wake each other where sockets of one machine do not do. */
export type Offered = Store | { readonly store: Store; readonly wakeups?: Wakeups };

const storeMethods = ['transact', 'read', 'eventsAfter', 'projects', 'contents', 'load', 'inspect', 'close'] as const;
const wakeupsMethods = ['listen', 'attend', 'wake', 'problem', 'close'] as const;
const guide = 'docs/guides/own-engine.md shows a whole engine.';

/**
 * Imports the module and lets it make its engine. The code of the module runs with all rights of this process.
 * `not_found` without the module, `invalid_input` for one that is no engine, `unavailable` when its own code fails.
 */
export async function createModuleEngine(url: string, parts: EngineParts): Promise<Engine> {
  const address = absoluteModuleUrl(url, '.');
  const { name } = moduleParts(address);
  const shown = shownName(name);
  const create = factoryIn(await imported(name, shown), shown);
  const offered: unknown = await ownCode(shown, () => create(address, parts));
  const hasStore = isObject(offered) && 'store' in offered;
  const store = hasStore ? offered.store : offered;
  const wakeups = (hasStore ? offered.wakeups : undefined) ?? parts.wakeups;
  assertMethods(`${shown} is not an engine: its store lacks`, store, storeMethods);
  assertMethods(`${shown} is not an engine: its wakeups lack`, wakeups, wakeupsMethods);
  if (typeof (store as Partial<Store>).spansMachines !== 'boolean') {
    throw notAnEngine(
      `${shown} is not an engine: its store does not say with spansMachines whether machines share it.`,
    );
  }
  return { store: inOurWords(store as Store, address), wakeups: wakeups as Wakeups };
}

async function imported(name: string, shown: string): Promise<Record<string, unknown>> {
  const isFile = name.startsWith('file:');
  if (name === '') throw notAnEngine('The store module: names no module.');
  if (isFile && !existsSync(fileURLToPath(name))) throw missing(`There is no file ${shown}.`, 'Correct its path.');
  try {
    // A package is looked for beside the program, never beside the folder one happens to stand in: that may be anybody's.
    return await import(name);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (!isFile && code === 'ERR_MODULE_NOT_FOUND' && message.includes(`'${name}'`)) {
      const next = `Install it where signalbox is installed; for a file write module:./${shown}.`;
      throw missing(`There is no package ${shown} beside signalbox.`, next, error);
    }
    throw failed(shown, error);
  }
}

function factoryIn(module: Record<string, unknown>, shown: string): CreateEngine {
  const create = module.default ?? module.createEngine;
  if (typeof create === 'function') return create as CreateEngine;
  throw notAnEngine(`${shown} is not an engine: its default export is not a function.`);
}

async function ownCode<T>(shown: string, run: () => T | Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    const known = inOurForm(error);
    throw known instanceof SignalboxError ? known : failed(shown, error);
  }
}

function assertMethods(complaint: string, offered: unknown, names: readonly string[]): void {
  const isOffered = (name: string) => isObject(offered) && typeof offered[name] === 'function';
  const lacking = names.filter(name => !isOffered(name));
  if (lacking.length > 0) throw notAnEngine(`${complaint} ${lacking.join(', ')}.`);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

/** The same store, whose refusals are ours also when the module brought a copy of `signalbox/engine` of its own. */
function inOurWords(store: Store, location: string): Store {
  const call = async <T>(run: () => Promise<T>): Promise<T> => {
    try {
      return await run();
    } catch (error) {
      throw inOurForm(error);
    }
  };
  return {
    spansMachines: store.spansMachines,
    transact: (project, work, ahead) => call(() => store.transact(project, work, ahead)),
    read: (project, work, ahead) => call(() => store.read(project, work, ahead)),
    eventsAfter: (project, cursor, limit) => call(() => store.eventsAfter(project, cursor, limit)),
    projects: () => call(() => store.projects()),
    contents: project => call(() => store.contents(project)),
    load: (project, contents) => call(() => store.load(project, contents)),
    inspect: () => call(() => store.inspect()).catch(error => unfitReport(error, location)),
    close: () => call(() => store.close()),
  };
}

function unfitReport(error: unknown, location: string): StoreReport {
  const problems = [`The engine could not examine its store: ${said(error)}. Ask whoever wrote the engine.`];
  return { isUsable: false, engine: 'module', location, version: 'unknown', problems };
}

/** A refusal made with another copy of `SignalboxError` as one of ours; everything else as it is. */
function inOurForm(error: unknown): unknown {
  if (error instanceof SignalboxError || !(error instanceof Error) || error.name !== 'SignalboxError') return error;
  const { code, message, next } = error as SignalboxError;
  if (!errorCodes.includes(code as ErrorCode) || typeof next !== 'string') return error;
  return new SignalboxError(code, message, next, { cause: error });
}

function shownName(name: string): string {
  return cleanText(name.startsWith('file:') ? fileURLToPath(name) : name).text.slice(0, 300);
}

/** The first line of what a module's own code threw, without a full stop. */
function said(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return (
    cleanText(text)
      .text.split('\n')[0]
      ?.slice(0, 300)
      .replace(/\.\s*$/, '') || 'it gave no reason'
  );
}

function failed(shown: string, cause: unknown): SignalboxError {
  const message = `The engine ${shown} could not be loaded: ${said(cause)}.`;
  return new SignalboxError('unavailable', message, 'Mend the engine, or choose another store.', { cause });
}

function missing(message: string, next: string, cause?: unknown): SignalboxError {
  return new SignalboxError('not_found', message, next, { cause });
}

function notAnEngine(message: string): SignalboxError {
  return new SignalboxError('invalid_input', message, `Name a module that makes one; ${guide}`);
}
