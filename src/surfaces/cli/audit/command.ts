/** `audit` on the command line. */
import { Command, Option } from 'commander';
import type { AuditRequest } from './requests.ts';

export function auditCommand(ask: (request: AuditRequest) => Promise<void>): Command {
  return new Command('audit')
    .summary('Who did what over a hub')
    .description(
      'Lists what was done, refused and broken over hubs on this store, the newest first: who, as which session, by which tool, from where. ' +
        'It holds digests of what was asked and no texts, and goes back a year. With --json and --before all of it can be kept elsewhere.',
    )
    .addOption(new Option('--since <time>', 'only this far back: 30m, 12h, 90d, 4w'))
    .addOption(new Option('--before <number>', 'only what was noted before, where a list broke off that says so'))
    .addOption(new Option('--principal <name>', 'only what this token did'))
    .addOption(new Option('--what <tool>', 'only this tool, or what was done with tokens'))
    .addOption(new Option('--project <project>', 'only in this project'))
    .addOption(new Option('--decision <decision>', 'only what ended so').choices(['done', 'refused', 'failed']))
    .addOption(new Option('--limit <count>', 'how many, 100 if nothing is said'))
    .action((request: AuditRequest) => ask(request));
}
