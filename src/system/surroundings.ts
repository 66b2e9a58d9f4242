/** Reads for profiles what surrounds this process: variables, the terminal of the client. */
import { readFileSync } from 'node:fs';
import { homedir, hostname } from 'node:os';
import { join, resolve } from 'node:path';
import { SignalboxError } from '../core/errors.ts';
import { limits } from '../core/limits.ts';
import type { Language, Surroundings } from '../core/surroundings.ts';
import { createChatModel } from './chat-model.ts';
import { foldersUpFrom, gitFolderAt, originIn } from './git-folder.ts';
import { askGit, gitEnvironment } from './git-program.ts';
import { type FileContent, readFileWithin } from './regular-file.ts';

interface Parts {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly clientPid: number;
  readonly folder: string;
  readonly language: Language;
  readonly store: Surroundings['store'];
}

export function createSurroundings({ environment, clientPid, folder, language, store }: Parts): Surroundings {
  return {
    variable: name => environment[name] ?? '',
    terminal: () => (process.platform === 'linux' ? terminalOf(clientPid) : null),
    machine: hostname(),
    folder,
    origin: () => originOf(folder, environment),
    file: path => textOf(path.startsWith('~/') ? join(homedir(), path.slice(2)) : resolve(folder, path)),
    language,
    store,
    chatModel: createChatModel(environment),
  };
}

/** As git tells it, which knows of includes and of addresses that stand for others; as the file does where there is no git. */
async function originOf(folder: string, environment: Parts['environment']): Promise<string | null> {
  const found = foldersUpFrom(folder).flatMap(each => gitFolderAt(each) ?? [])[0];
  if (!found) return null;
  const question = { root: found.root, args: ['remote', 'get-url', 'origin'], withinMs: limits.gitAnswerMs };
  const answer = await askGit('git', gitEnvironment(environment), question);
  const told = answer?.code === 0 ? answer.output.trim() : originIn(found.commonDirectory);
  return told || null;
}

function textOf(path: string): string | null {
  const content = contentOf(path);
  if (content === 'missing') return null;
  if (typeof content !== 'string') return content.toString('utf8');
  throw new SignalboxError('invalid_input', `${path} cannot be read.`, 'Mend or remove it.');
}

function contentOf(path: string): FileContent {
  try {
    return readFileWithin(path, limits.settingsFileBytes);
  } catch {
    return 'not a file';
  }
}

/** Linux numbers terminals: 136 to 143 are pseudo terminals, 4 those of the console. */
function terminalOf(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const device = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[4]);
    const [major, minor] = [(device >> 8) & 0xfff, (device & 0xff) | ((device >> 12) & 0xfff00)];
    if (major >= 136 && major <= 143) return `pts/${(major - 136) * 256 + minor}`;
    return major === 4 && minor > 0 ? `tty${minor}` : null;
  } catch {
    return null;
  }
}
