/** Where the token for a hub comes from: the environment, a program that keeps secrets, or a file that is the user's alone. */
import { execFile } from 'node:child_process';
import { statSync } from 'node:fs';
import { SignalboxError } from '../core/errors.ts';
import { tokenFor } from '../core/hub-address.ts';
import { limits } from '../core/limits.ts';
import { readFileWithin } from './regular-file.ts';

export interface TokenSources {
  /** `SIGNALBOX_TOKEN`; empty for none. */
  readonly value: string;
  readonly command: string;
  readonly file: string;
  /** Whether the user named the hub, and not a repository. */
  readonly isOwnChoice: boolean;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** The token for these hubs, as it is now. Errors: `unauthenticated`, with where to put one. */
export async function hubToken(addresses: readonly string[], sources: TokenSources): Promise<string> {
  const { value, command, file, isOwnChoice, environment } = sources;
  if (isOwnChoice && value !== '') return clean(value);
  if (isOwnChoice && command !== '') return clean(await printed(command, environment));
  const found = tokenFor(contentOf(file), addresses, isOwnChoice);
  if (found !== null) return clean(found);
  const [address = ''] = addresses;
  const line = isOwnChoice ? 'a line with the token' : `a line "${address} TOKEN", because a repository names this hub`;
  throw new SignalboxError(
    'unauthenticated',
    `There is no token for ${address}.`,
    `Ask an admin of the hub for one and put it into ${file}, readable by you alone (chmod 600): ${line}.`,
  );
}

function contentOf(file: string): string {
  const content = readFileWithin(file, limits.settingsFileBytes);
  if (content === 'missing') return '';
  if (typeof content === 'string') throw unusable(`${file} is no file that can hold a token.`, 'Move it away.');
  const { mode, uid } = statSync(file);
  const isOpen = process.platform !== 'win32' && ((mode & 0o077) !== 0 || uid !== process.getuid?.());
  if (isOpen) throw unusable(`Others can read ${file}.`, `Make it yours alone: chmod 600 ${file}`);
  return content.toString('utf8');
}

function printed(command: string, environment: TokenSources['environment']): Promise<string> {
  const shell = process.platform === 'win32' ? ['cmd.exe', '/c'] : ['/bin/sh', '-c'];
  const [program = '', ...words] = [...shell, command];
  const options = { env: { ...environment }, timeout: limits.tokenCommandMs, maxBuffer: limits.settingsFileBytes };
  return new Promise((resolve, reject) => {
    execFile(program, words, options, (error, stdout) => {
      if (error) reject(unusable('The command for the token failed.', 'Run it yourself: SIGNALBOX_TOKEN_COMMAND.'));
      else resolve(stdout);
    });
  });
}

/** A token has no blanks: what has any would become another header. */
function clean(raw: string): string {
  const token = raw.trim();
  if (/^[!-~]{8,8192}$/.test(token)) return token;
  throw unusable('What was given as the token is none.', 'It is one word, such as sbx_….');
}

function unusable(message: string, next: string): SignalboxError {
  return new SignalboxError('unauthenticated', message, next);
}
