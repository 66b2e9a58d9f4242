/** What `signalbox setup` and `signalbox remove` need, in one piece: the real files, the folders of this user, the journal. */
import { existsSync, realpathSync } from 'node:fs';
import { dirname, isAbsolute, join, posix, resolve, win32 } from 'node:path';
import type { Program, Scope, SetupPlace } from './clients/setup/define-setup.ts';
import { Journal } from './clients/setup/journal.ts';
import type { Workshop } from './clients/setup/setup.ts';
import { SignalboxError } from './core/errors.ts';
import { stateFolder } from './system/folders.ts';
import { createSetupFiles } from './system/setup-files.ts';
import { userHome } from './system/user-home.ts';
import { createWorktrees } from './system/worktrees.ts';

type Environment = Readonly<Record<string, string | undefined>>;

export interface SetupRequestPlace {
  readonly scope: Scope;
  readonly environment: Environment;
  readonly workingDirectory: string;
  /** Where the state is, if a flag says so. */
  readonly stateHome: string | undefined;
  /** See `SetupPlace.failsClosed`. */
  readonly failsClosed?: boolean;
}

export interface SetupParts extends Workshop {
  /** Whether the program lies where a package manager keeps what is run once, and may be gone tomorrow. */
  readonly isPassing: boolean;
}

/** Reads nothing yet but where things are. Errors: `not_found` when the program's own file cannot be told. */
export async function composeSetup(request: SetupRequestPlace): Promise<SetupParts> {
  const { scope, environment, workingDirectory, stateHome, failsClosed = false } = request;
  const home = userHome();
  const moved = stateHome ? { ...environment, SIGNALBOX_HOME: resolve(workingDirectory, stateHome) } : environment;
  const files = createSetupFiles({ environment });
  const { root } = await createWorktrees().describe(workingDirectory);
  const entry = ownEntry();
  const place: SetupPlace = {
    scope,
    platform: process.platform,
    home,
    configHome: configHome(environment, process.platform, home),
    environment,
    root,
    ...(failsClosed ? { failsClosed } : {}),
    ...programsFor(scope, entry),
  };
  const journal = new Journal(files, join(stateFolder(moved, process.platform, home), 'setup.json'));
  return { files, journal, place, isPassing: /[\\/](?:_npx|dlx-[^\\/]*|bunx-[^\\/]*)[\\/]/.test(entry) };
}

/** A user's files name this very program, because clients with a window have no PATH of a shell; a repository's name none of anybody. */
function programsFor(scope: Scope, entry: string): { program: Program; hookProgram: Program } {
  if (scope === 'project') {
    return { program: { command: 'signalbox', args: [] }, hookProgram: { command: 'signalbox', args: ['hook'] } };
  }
  // Hooks run at every step of a client; their own entry starts faster.
  const hookEntry = join(dirname(entry), 'hook.cjs');
  const program = { command: process.execPath, args: [entry] };
  return {
    program,
    hookProgram: existsSync(hookEntry)
      ? { command: process.execPath, args: [hookEntry] }
      : { ...program, args: [entry, 'hook'] },
  };
}

/** The file that was started, whatever link led to it. */
function ownEntry(): string {
  try {
    return realpathSync(process.argv[1] ?? '');
  } catch (cause) {
    throw new SignalboxError(
      'not_found',
      'The file of this program cannot be found.',
      'Install Signalbox again, then run the command.',
      { cause },
    );
  }
}

function configHome(environment: Environment, platform: NodeJS.Platform, home: string): string {
  if (platform === 'win32') return environment.APPDATA || win32.join(home, 'AppData', 'Roaming');
  if (platform === 'darwin') return posix.join(home, 'Library', 'Application Support');
  const named = environment.XDG_CONFIG_HOME;
  return named && isAbsolute(named) ? named : posix.join(home, '.config');
}
