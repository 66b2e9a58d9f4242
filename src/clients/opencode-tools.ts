/** Which tools of opencode change files or run commands: what its plugin tells of, and what is read from that. */
import { patchAction } from './apply-patch.ts';
import { type Json, textOf } from './define-client.ts';
import { type ActionReaders, editing, isFileServerTool, objectOf, running } from './tool-actions.ts';

/** Relative paths start from the folder of the conversation. */
export const openCodeTools: ActionReaders = {
  write: editing(['filePath']),
  edit: editing(['filePath']),
  multiedit: editing(['filePath']),
  patch: ({ patchText }) => patchAction(textOf(patchText) ?? ''),
  apply_patch: ({ patchText }) => patchAction(textOf(patchText) ?? ''),
  bash: running('command', 'workdir'),
};

/** Whether a tool is one of those, or one of a server for files. */
export function changesFiles(tool: string): boolean {
  return Object.hasOwn(openCodeTools, tool) || isFileServerTool(tool);
}

/** What of such a tool's arguments is told: not the contents. */
const toldArguments = ['filePath', 'patchText', 'command', 'workdir', 'path', 'source', 'destination', 'dryRun'];

export function withoutContents(args: unknown): Json {
  const all = objectOf(args);
  return Object.fromEntries(toldArguments.flatMap(name => (name in all ? [[name, all[name]]] : [])));
}
