/** The flags of the old program that print something. Its server is started with `signalbox mcp --profile claude-session-coordinator`. */
import type { Surroundings } from '../../core/surroundings.ts';
import type { CommandAnswer, ProfileCommands } from '../define-profile.ts';
import { configOf } from './config.ts';
import { profileName, version } from './identity.ts';
import { adapterInUse } from './storage.ts';

const usage = `usage: signalbox compat ${profileName} [-h] [--version] [--validate-config]

  -h, --help         show this
  --version          print the version of the vocabulary
  --validate-config  check the configuration file of the old program
`;

export const coordinatorCommands: ProfileCommands = {
  isLocal: true,
  async run({ surroundings }, words) {
    const wanted = words.filter(word => word !== '-v' && word !== '--verbose');
    const [word] = wanted;
    const unknown = wanted.find(each => !known.includes(each));
    if (unknown !== undefined)
      return { stdout: '', stderr: `${usage}${profileName}: ${unknown} is none of them\n`, exitCode: 2 };
    if (word === '--version') return printed(`${profileName} ${version}\n`);
    if (word === '--validate-config') return validated(surroundings);
    if (word !== undefined) return printed(usage);
    const how = `The server is started with: signalbox mcp --profile ${profileName}\n`;
    return { stdout: '', stderr: usage + how, exitCode: 2 };
  },
  failed: (message, next) => ({ stdout: '', stderr: `Error: ${message} ${next}\n`, exitCode: 1 }),
};

const known = ['-h', '--help', '--version', '--validate-config'];

function printed(stdout: string): CommandAnswer {
  return { stdout, stderr: '', exitCode: 0 };
}

/** A line for each thing that was looked at, with what it is or what is wrong with it. */
function validated(about: Surroundings): CommandAnswer {
  const lines = checks(about);
  const stdout = lines.map(({ isGood, text }) => `${isGood ? '✓' : '✗'} ${text}\n`).join('');
  return { stdout, stderr: '', exitCode: lines.every(({ isGood }) => isGood) ? 0 : 1 };
}

interface Check {
  readonly isGood: boolean;
  readonly text: string;
}

function checks(about: Surroundings): Check[] {
  try {
    const { path, adapter, machine, detection } = configOf(about);
    return [
      { isGood: true, text: path === null ? 'No configuration file: the defaults count' : `Configuration: ${path}` },
      { isGood: ['local', 'redis'].includes(adapter), text: `Storage adapter: ${adapter}` },
      { isGood: adapter !== 'redis' || adapterInUse(about) === 'redis', text: `Store: ${about.store.shown}` },
      { isGood: true, text: `Machine: ${machine ?? about.machine}` },
      { isGood: ['git', 'directory'].includes(detection), text: `Project detection: ${detection}` },
    ];
  } catch (error) {
    return [{ isGood: false, text: (error as Error).message }];
  }
}
