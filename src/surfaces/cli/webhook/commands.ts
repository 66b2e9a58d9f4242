/** `webhook` on the command line: what its commands take, and their help. */
import { Argument, Command, Option } from 'commander';
import { defaultEvents } from '../../../core/event-types.ts';
import { webhookKinds } from '../../../core/webhook-record.ts';
import type { WebhookRequest } from './requests.ts';

interface CreateOptions {
  readonly kind: string;
  readonly only?: readonly string[];
  readonly event?: readonly string[];
  readonly notes?: string;
}

const name = () => new Argument('<name>', 'which one');
const collected = (value: string, all: readonly string[] = []) => [...all, value];

export function webhookCommand(ask: (request: WebhookRequest) => Promise<void>): Command {
  const simple = (action: 'show' | 'test' | 'disable' | 'delete', summary: string, description: string) =>
    new Command(action)
      .summary(summary)
      .description(description)
      .addArgument(name())
      .action((whose: string) => ask({ action, name: whose }));
  return new Command('webhook')
    .summary('create, list, show, test, enable, disable, delete: whom the hubs over this store tell what happens')
    .helpCommand(false)
    .addCommand(createCommand(ask))
    .addCommand(
      new Command('list').summary('All webhooks, and how their deliveries stand').action(() => ask({ action: 'list' })),
    )
    .addCommand(
      simple(
        'show',
        'Everything about a webhook but its secrets',
        'Shows a webhook: what it is told, since when it fails, and why. Neither its secret nor the path of its address is shown.',
      ),
    )
    .addCommand(
      simple(
        'test',
        'Send something to a webhook now',
        'Sends the event webhook.test to a webhook from here, also to one that is switched off, and says what came of it. It is tried once.',
      ),
    )
    .addCommand(
      new Command('enable')
        .summary('Switch a webhook on, or try again now')
        .description(
          'Switches a webhook on. What happened while it was off is delivered first, unless --skip leaves it out. Of one that fails it ' +
            'has the next attempt made at once.',
        )
        .addArgument(name())
        .addOption(new Option('--skip', 'leave out what happened until now'))
        .action((whose: string, { skip = false }: { skip?: boolean }) => ask({ action: 'enable', name: whose, skip })),
    )
    .addCommand(
      simple(
        'disable',
        'Switch a webhook off',
        'Switches a webhook off, at every hub over this store. What happens meanwhile waits until it is switched on.',
      ),
    )
    .addCommand(
      simple('delete', 'Delete a webhook', 'Deletes a webhook and its secret for good, at every hub over this store.'),
    );
}

function createCommand(ask: (request: WebhookRequest) => Promise<void>): Command {
  return new Command('create')
    .summary('Make a webhook and print its secret, once')
    .description(
      'Has the hubs over this store tell an address what happens from now on. In the standard form (Standard Webhooks) it is signed with ' +
        'a secret that is shown this once; for a chat the address itself is the secret.',
    )
    .addArgument(new Argument('<name>', 'how you call it, such as team-chat'))
    .addArgument(
      new Argument('<url>', 'where it goes; - reads it from standard input, which no list of processes shows'),
    )
    .addOption(new Option('--kind <kind>', 'in which form').choices(webhookKinds).default('standard'))
    .addOption(
      new Option(
        '--only <project>',
        'a project, or a pattern such as github.com/acme/*; repeat it for several. Default: all',
      ).argParser(collected),
    )
    .addOption(
      new Option(
        '--event <event>',
        `a type of event, a group such as lock.*, or *; repeat it for several. Default: ${defaultEvents.join(', ')}`,
      ).argParser(collected),
    )
    .addOption(new Option('--notes <text>', 'what it is for'))
    .action((whose: string, url: string, { kind, only = [], event = [], notes }: CreateOptions) =>
      ask({ action: 'create', name: whose, url, form: kind, projects: only, events: event, notes }),
    );
}
