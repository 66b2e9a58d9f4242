/** What stands in a client's files that calls us, whoever wrote it: the words that start the server, and what each hook does. */
import { parse } from 'smol-toml';
import type { Json } from '../define-client.ts';
import { isObject, isOurHook, isOurServer } from '../setup/command.ts';
import { clientIds } from '../setup/define-setup.ts';
import { readData } from '../setup/edits/json-tree.ts';

export interface ConfiguredServer {
  readonly words: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** False where the entry says that the client is not to start it. */
  readonly isOn: boolean;
}

/** How a hook calls us: a program and its words, a line for a shell, or a tool of the server with an input to be filled in. */
export type HookCall =
  | { readonly form: 'words'; readonly words: readonly string[] }
  | { readonly form: 'line'; readonly line: string }
  | { readonly form: 'tool'; readonly tool: string; readonly input: Json };

export interface ConfiguredHook {
  readonly event: string;
  readonly matcher: string | null;
  readonly call: HookCall;
}

export interface Configured {
  readonly server: ConfiguredServer | null;
  readonly hooks: readonly ConfiguredHook[];
}

/** What a file holds, as plain data; an empty object for one that cannot be read. */
export function dataIn(text: string, kind: 'json' | 'toml'): object {
  if (kind === 'json') return (readData(text) as object | undefined) ?? {};
  try {
    return parse(text.replace(/^\ufeff/, ''));
  } catch {
    return {};
  }
}

/** Our entry among a client's servers, which are listed under a name that differs from client to client. */
export function serverIn(data: object): ConfiguredServer | null {
  const lists = ['mcpServers', 'mcp_servers', 'servers', 'mcp'].map(name => (data as Json)[name]);
  const entry = lists.map(list => (isObject(list) ? list.signalbox : undefined)).find(isOurServer);
  if (!isObject(entry)) return null;
  const words = [entry.command, entry.args].flat().filter(word => typeof word === 'string');
  const environment = [entry.env, entry.environment].find(isObject) ?? {};
  return {
    words,
    environment: Object.fromEntries(Object.entries(environment).flatMap(([key, value]) => [[key, String(value)]])),
    isOn: entry.enabled !== false && entry.disabled !== true,
  };
}

/** Our hooks, in the order in which they stand there. A file lists handlers, or groups of them for which a matcher decides. */
export function hooksIn(data: object, platform: string): ConfiguredHook[] {
  const { hooks } = data as Json;
  if (!isObject(hooks)) return [];
  return Object.entries(hooks).flatMap(([event, elements]) =>
    listOf(elements).flatMap(element => {
      const matcher = typeof element.matcher === 'string' ? element.matcher : null;
      const handlers = Array.isArray(element.hooks) ? listOf(element.hooks) : [element];
      return handlers.flatMap(handler => {
        const call = isOurs(handler) ? callOf(handler, platform) : undefined;
        return call ? [{ event, matcher, call }] : [];
      });
    }),
  );
}

/** The plugin's server goes by a name that the client makes of the plugin's own. */
function isOurs(handler: Json): boolean {
  return isOurHook(handler) || (handler.type === 'mcp_tool' && handler.server === 'plugin:signalbox:signalbox');
}

function callOf(handler: Json, platform: string): HookCall | undefined {
  const { type, tool, input, command, args, bash, powershell } = handler;
  if (type === 'mcp_tool') return { form: 'tool', tool: String(tool), input: isObject(input) ? input : {} };
  if (typeof command === 'string' && Array.isArray(args))
    return { form: 'words', words: [command, ...args.map(String)] };
  const own = platform === 'win32' ? powershell : bash;
  const line = [own, command].find(each => typeof each === 'string');
  return line === undefined ? undefined : { form: 'line', line };
}

/** The hook that the client runs for an event: the first of ours whose matcher does not shut it out. */
export function hookFor(hooks: readonly ConfiguredHook[], event: string, subject: string): ConfiguredHook | undefined {
  return hooks.find(hook => hook.event === event && isMatched(hook.matcher, subject));
}

function isMatched(matcher: string | null, subject: string): boolean {
  if (matcher === null || matcher === '' || matcher === '*') return true;
  try {
    return new RegExp(`^(?:${matcher})$`).test(subject);
  } catch {
    return false;
  }
}

/** The input of a tool's hook, with what the client fills in from what it would tell a command: fields, and fields within them. */
export function filledIn(input: Json, told: Json): Json {
  return Object.fromEntries(Object.entries(input).map(([name, value]) => [name, filled(value, told)]));
}

function filled(value: unknown, told: Json): unknown {
  if (isObject(value)) return filledIn(value, told);
  return typeof value === 'string' ? value.replace(/\$\{([\w.]+)\}/g, (_, path: string) => textAt(told, path)) : value;
}

function textAt(told: Json, path: string): string {
  const found = path.split('.').reduce<unknown>((at, key) => (isObject(at) ? at[key] : undefined), told) ?? '';
  return typeof found === 'string' ? found : JSON.stringify(found);
}

/** The programs and scripts that a call names by their paths; what stands behind is for us. */
export function pathsIn(call: HookCall | ConfiguredServer): string[] {
  const words = 'words' in call ? call.words : 'line' in call ? wordsIn(call.line) : [];
  const ours = words.findIndex(word => word === 'mcp' || word === 'hook' || clientIds.some(id => id === word));
  const named = ours < 0 ? words : words.slice(0, ours);
  return named.filter(word => /^(?:\/|[A-Za-z]:[\\/])/.test(word));
}

/** A line's words as a shell takes them, as far as setup writes such lines. */
export function wordsIn(line: string): string[] {
  const pieces = line.match(/(?:'[^']*'|"[^"]*"|\\.|[^\s'"\\;|&<>]|\\)+/g) ?? [];
  return pieces.map(piece => piece.replace(/'([^']*)'|"([^"]*)"|\\([^\w])/g, (_, a, b, c) => a ?? b ?? c ?? ''));
}

function listOf(value: unknown): Json[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}
