/** `setup` and `remove` on the command line: what they take, and their help. */
import { Argument, Command, Option } from 'commander';
import { clientIds } from '../../../clients/setup/define-setup.ts';
import type { SetupRequest } from './requests.ts';

interface SetupOptions {
  readonly user?: boolean;
  readonly project?: boolean;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
  readonly failClosed?: boolean;
}

export function setupCommands(ask: (request: SetupRequest) => Promise<void>): Command[] {
  return [
    withWhatBothTake(
      new Command('setup')
        .summary('Set AI clients up: server and hooks')
        .description(
          'Puts the server and the hooks into the configuration of the AI clients that are installed, or of those named. ' +
            'Shows every change as a diff and asks before it writes. Keeps what others put there, and can be run again at any time. ' +
            '`signalbox remove` takes it back to the byte.',
        )
        .option(
          '--fail-closed',
          'edits and commands do not run when Signalbox does not answer, where the client can do that',
        ),
      'setup',
      'for this user, the default',
      ask,
    ),
    withWhatBothTake(
      new Command('remove')
        .summary('Take back what setup did')
        .description(
          'Takes the server and the hooks out of the configuration of all AI clients, or of those named. ' +
            'A file that nobody changed since becomes what it was, to the byte; of others only our part is taken out.',
        ),
      'remove',
      "from this user's files, the default",
      ask,
    ),
  ];
}

function withWhatBothTake(
  command: Command,
  action: SetupRequest['action'],
  user: string,
  ask: (request: SetupRequest) => Promise<void>,
): Command {
  const project =
    action === 'setup' ? 'for everybody, in the files of this repository' : "from this repository's files";
  return command
    .addArgument(new Argument('[client...]', 'which clients').choices(clientIds))
    .addOption(new Option('--user', user).conflicts('project'))
    .addOption(new Option('--project', project))
    .addOption(new Option('--dry-run', 'show what would change, and change nothing').conflicts('yes'))
    .addOption(new Option('--yes', 'ask nothing'))
    .action((clients: string[], options: SetupOptions) => {
      const { project: isProject, dryRun = false, yes = false, failClosed: failsClosed = false } = options;
      return ask({ action, clients, scope: isProject ? 'project' : 'user', dryRun, yes, failsClosed });
    });
}
