/** `backup` and `restore` on the command line. */
import { Argument, Command, Option } from 'commander';
import type { BackupRequest, RestoreRequest } from './requests.ts';

export type WholeStoreRequest =
  | ({ readonly kind: 'backup' } & BackupRequest)
  | ({ readonly kind: 'restore' } & RestoreRequest);

export function backupCommands(ask: (request: WholeStoreRequest) => Promise<void>): Command[] {
  return [
    new Command('backup')
      .summary('Write the whole store into one file')
      .description(
        'Writes the whole store into one file: all projects, tokens and the audit. Sessions and hubs may go on working meanwhile; each ' +
          'project is one consistent state. The file holds all messages, and tokens as hashes, so it is made for you alone.',
      )
      .addArgument(new Argument('<file>', 'where to; - for standard output'))
      .addOption(new Option('--force', 'replace the file if it is there'))
      .action((file: string, { force = false }: { force?: boolean }) => ask({ kind: 'backup', file, force })),
    new Command('restore')
      .summary('Bring a backup into the store')
      .description(
        'Brings what a backup holds into the store, of whatever kind that is. Examines the whole file before it writes, refuses a store ' +
          'that holds any project of it, replaces nothing, and reads back what it wrote. Each project comes whole or not at all.',
      )
      .addArgument(new Argument('<file>', 'where from; - for standard input'))
      .addOption(new Option('--missing', 'bring only the projects that the store does not hold'))
      .action((file: string, { missing = false }: { missing?: boolean }) => ask({ kind: 'restore', file, missing })),
  ];
}
