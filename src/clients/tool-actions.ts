/** What tools do to files, from the names and inputs by which clients tell of them. */
import type { ToldFile, ToolAction } from '../core/tool-action.ts';
import { isOurTool, isTrue, type Json, parsedValue, textOf } from './define-client.ts';

/** What a tool is about to do, from its input; null where that changes no file. */
export type ActionReader = (input: Json) => ToolAction | null;

/** The tools of a client that change files or run commands, by their names. */
export type ActionReaders = Readonly<Record<string, ActionReader>>;

/**
 * What a call is about to do, or has done: by the client's own tools, or by those of a server for files. Null for all other tools.
 * Never throws, whatever the input holds.
 */
export function actionOf(readers: ActionReaders, tool: string | null, input: unknown): ToolAction | null {
  if (tool === null) return null;
  const own = Object.hasOwn(readers, tool) ? readers[tool] : undefined;
  return own ? own(objectOf(parsedValue(input))) : fileServerAction(tool, objectOf(parsedValue(input)));
}

/** An edit of the file that one of these fields names. */
export function editing(fields: readonly string[], change: ToldFile['change'] = 'modified'): ActionReader {
  return input => {
    const path = fields.map(field => textOf(input[field])).find(text => text !== null);
    return edit(path === undefined ? [] : [path], change);
  };
}

/** A command, with the folder that one of these fields names. */
export function running(field: string, ...folders: readonly string[]): ActionReader {
  return input => {
    const command = textOf(input[field]);
    const directory = folders.map(each => textOf(input[each])).find(text => text !== null) ?? null;
    return command === null ? null : { kind: 'shell', command, directory };
  };
}

/** An edit of files, each once. */
export function edit(paths: readonly string[], change: ToldFile['change'] = 'modified'): ToolAction {
  const files = [...new Set(paths)].map(path => ({ path, change }));
  return files.length === 0 ? { kind: 'unreadable', why: 'it names no file' } : { kind: 'edit', files };
}

export function objectOf(value: unknown): Json {
  return typeof value === 'object' && value !== null ? (value as Json) : {};
}

/** How tools of MCP servers are named that write files, behind the name of their server. */
const fileServerTool = /(?:^|[^a-z])((?:write|edit|create|delete)_file|move_file)$/i;

/** Whether a tool is by its name one of a server for files. */
export function isFileServerTool(tool: string): boolean {
  return !isOurTool(tool) && fileServerTool.test(tool);
}

/**
 * An edit by a server for files. A server may keep its files anywhere, but an absolute path is a path of this machine: only such a
 * one is believed, and what it names outside the project is nobody's business.
 */
export function fileServerAction(tool: string, input: Json): ToolAction | null {
  const [, verb] = isFileServerTool(tool) ? (fileServerTool.exec(tool) ?? []) : [];
  if (verb === undefined || isTrue(input.dryRun)) return null;
  const change = verb.toLowerCase() === 'delete_file' ? 'deleted' : 'modified';
  const named: ToldFile[] =
    verb.toLowerCase() === 'move_file'
      ? [...filesAt(input.source, 'deleted'), ...filesAt(input.destination, 'created')]
      : filesAt(input.path, change);
  return named.length === 0 ? null : { kind: 'edit', files: named };
}

function filesAt(value: unknown, change: ToldFile['change']): ToldFile[] {
  const path = textOf(value);
  return path !== null && /^(?:\/|[A-Za-z]:[\\/])/.test(path) ? [{ path, change }] : [];
}

/** What is told of a tool beside what happens: what it does, which call it is, and whether it failed. */
export interface ToldTool {
  readonly action?: ToolAction;
  readonly call?: string;
  readonly hasFailed?: boolean;
}

/** The fields of an event before or after a tool; what is not known is left out. */
export function toldTool(action: ToolAction | null, call: string | null, hasFailed = false): ToldTool {
  return {
    ...(action === null ? {} : { action }),
    ...(call === null ? {} : { call }),
    ...(hasFailed ? { hasFailed } : {}),
  };
}

/** By how much of what a call is about it is told from another one at the same moment. */
const markCharacters = 2_000;

/** What tells a call from others of the same tool that happen at the same moment, where none has an id. */
export function eventMark(action: ToolAction | null, input: unknown): string {
  const size = JSON.stringify(input ?? null).length;
  return `${size} ${JSON.stringify(action ?? null).slice(0, markCharacters)}`;
}
