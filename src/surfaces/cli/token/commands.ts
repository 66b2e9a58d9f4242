/** `token` on the command line: what its commands take, and their help. */
import { Argument, Command, Option } from 'commander';
import { roles } from '../../../core/token-record.ts';
import type { TokenRequest } from './requests.ts';

interface CreateOptions {
  readonly role: string;
  readonly only?: readonly string[];
  readonly tool?: readonly string[];
  readonly expires?: string;
  readonly notes?: string;
}

const name = () => new Argument('<name>', 'whose it is: a person, a machine');
const collected = (value: string, all: readonly string[] = []) => [...all, value];

export function tokenCommand(ask: (request: TokenRequest) => Promise<void>): Command {
  return new Command('token')
    .summary('create, list, show, revoke, rotate: who may use a hub over this store')
    .helpCommand(false)
    .addCommand(
      new Command('create')
        .summary('Make a token and print it, once')
        .description(
          'Makes an access token and prints it. It is shown this once; what is stored is a hash. read looks, write works, admin overrules too.',
        )
        .addArgument(name())
        .addOption(new Option('--role <role>', 'what it allows').choices(roles).default('write'))
        .addOption(
          new Option(
            '--only <project>',
            'a project, or a pattern such as github.com/acme/*; repeat it for several',
          ).argParser(collected),
        )
        .addOption(
          new Option('--tool <tool>', 'a tool; repeat it for several. Default: all of the role').argParser(collected),
        )
        .addOption(
          new Option('--expires <when>', 'after 30m, 12h, 90d or 4w, or a day such as 2027-01-31. Default: never'),
        )
        .addOption(new Option('--notes <text>', 'what it is for'))
        .action((whose: string, { role, only = [], tool = [], expires, notes }: CreateOptions) =>
          ask({ action: 'create', name: whose, role, projects: only, tools: tool, expires, notes }),
        ),
    )
    .addCommand(new Command('list').summary('All tokens, without their secrets').action(() => ask({ action: 'list' })))
    .addCommand(
      new Command('show')
        .summary('Everything that is kept of a token')
        .addArgument(name())
        .action((whose: string) => ask({ action: 'show', name: whose })),
    )
    .addCommand(
      new Command('revoke')
        .summary('End a token, from its next use on')
        .description('Ends a token for good, from its next use on, at every hub over this store. Its name stays taken.')
        .addArgument(name())
        .action((whose: string) => ask({ action: 'revoke', name: whose })),
    )
    .addCommand(
      new Command('rotate')
        .summary('Give a token another secret and print it, once')
        .addArgument(name())
        .addOption(new Option('--grace <time>', 'how long the one before is taken: 30m, 12h, 7d. Default: not at all'))
        .action((whose: string, { grace }: { grace?: string }) => ask({ action: 'rotate', name: whose, grace })),
    );
}
