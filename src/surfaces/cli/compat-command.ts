/** `compat` on the command line: the commands of an earlier system, whose words are that system's own. */
import { Argument, Command } from 'commander';
import { profileNames } from './profile-names.ts';

export interface CompatRequest {
  readonly profile: string;
  readonly words: readonly string[];
}

export function compatCommand(ask: (request: CompatRequest) => Promise<void>): Command {
  return new Command('compat')
    .summary('The commands of an earlier system, for its scripts')
    .description(
      "Runs a command of an earlier system over this store: the same words, the same JSON, the same exit codes. What stands behind the profile's " +
        'name is that system\'s own, options too: signalbox compat claude-presence status --json; "help" there tells what there is.',
    )
    .addArgument(new Argument('<profile>', 'which system').choices(profileNames))
    .addArgument(new Argument('[words...]', 'its command and options'))
    .action((profile: string, words: readonly string[]) => ask({ profile, words }));
}
