/** `guard` on the command line: what its commands take, and their help. */
import { Command, Option } from 'commander';
import type { GuardRequest } from './requests.ts';

interface ChangeOptions {
  readonly dryRun?: boolean;
  readonly yes?: boolean;
}

export function guardCommand(ask: (request: GuardRequest) => Promise<void>): Command {
  const change = (action: 'install' | 'remove', summary: string, description: string) =>
    new Command(action)
      .summary(summary)
      .description(description)
      .addOption(new Option('--dry-run', 'show what would change, and change nothing').conflicts('yes'))
      .addOption(new Option('--yes', 'ask nothing'))
      .action(({ dryRun = false, yes = false }: ChangeOptions) => ask({ action, dryRun, yes }));
  return new Command('guard')
    .summary("install, remove, status, self-test: locks held in git's own hooks")
    .helpCommand(false)
    .addCommand(
      change(
        'install',
        "Hold locks in git's hooks, for everybody who works here",
        'Puts a few lines into the hooks of this repository, before those that are there: a commit or push of what another session ' +
          'has locked, and a rebase or rewriting of what others work on, is refused, for every client and for people. Hooks and managers of hooks ' +
          '(husky, lefthook, pre-commit and others) go on working. Shows every change and asks. Run it again when a manager has written ' +
          'over it. A person goes on in spite of a refusal with SIGNALBOX_BYPASS="the reason" git commit …, which is recorded.',
      ),
    )
    .addCommand(
      change(
        'remove',
        "Take it out of git's hooks again",
        'Takes out what install has put into the hooks of this repository. Every file, mode, link and setting becomes what it was, to ' +
          'the byte; of what somebody has changed since, only our part is taken out.',
      ),
    )
    .addCommand(
      new Command('status')
        .summary('Which hooks are in force, proved by asking them')
        .description(
          'Asks each hook that git would run here whether it is ours and stops git, and says what to do where not. Hooks of ' +
            'others are not run for that.',
        )
        .action(() => ask({ action: 'status' })),
    )
    .addCommand(
      new Command('self-test')
        .summary('For a session: whether its shell is guarded')
        .description(
          'A session whose client asks before it runs a command never gets to run this one: it is told that the self-test has passed. ' +
            'Where it runs it says that this shell is not guarded.',
        )
        .action(() => ask({ action: 'self-test' })),
    );
}
