/** `signalbox setup` and `signalbox remove`: shows what changes, asks once, changes it, says what to do next. */
import { type ClientId, type ClientSetup, clientIds } from '../../../clients/setup/define-setup.ts';
import { clientSetups } from '../../../clients/setup/index.ts';
import {
  clientsSetUp,
  isInstalled,
  type Outcome,
  type Plan,
  planRemoval,
  planSetup,
  providedBy,
} from '../../../clients/setup/setup.ts';
import { SignalboxError } from '../../../core/errors.ts';
import { composeSetup, type SetupParts } from '../../../setup.ts';
import { exitCodes } from '../exit-codes.ts';
import { type Invocation, pageFor, printResult } from '../invocation.ts';
import type { Page } from '../renderers.ts';
import { counted } from '../spoken.ts';
import { agrees, canBeAsked } from './ask.ts';
import { diffLines } from './diff.ts';
import type { SetupRequest } from './requests.ts';
import { changeOf, clientText, hasChanges, outcomeText, type ShownClient } from './view.ts';

/** Exit code 1 when a client could not be done, or the answer was no. */
export async function runSetup(request: SetupRequest, invocation: Invocation): Promise<number> {
  const parts = await composeSetup({
    scope: request.scope,
    environment: invocation.environment,
    workingDirectory: invocation.workingDirectory(),
    stateHome: invocation.globals.flags.home,
    failsClosed: request.failsClosed,
  });
  const clients = clientsFor(request, parts);
  const isChosen = request.action === 'setup' && request.clients.length === 0;
  const provided = new Map(clients.map(client => [client.id, isChosen ? providedBy(client, parts) : undefined]));
  const wanting = clients.filter(({ id }) => provided.get(id) === undefined);
  const plan = request.action === 'setup' ? planSetup(wanting, parts) : planRemoval(wanting, parts);
  const shown = clients.map(client => ({
    ...(plan.clients.find(each => each.client === client) ?? { client, files: [] }),
    isFound: isInstalled(client, parts),
    hasNoFiles: client.files(parts.place).length === 0,
    provided: provided.get(client.id),
  }));
  return new Errand(request, invocation, parts, plan, shown).run();
}

const startAgain = 'Sessions that run already take it up when they are started again.';

class Errand {
  readonly #request: SetupRequest;
  readonly #invocation: Invocation;
  readonly #parts: SetupParts;
  readonly #plan: Plan;
  readonly #shown: readonly ShownClient[];
  readonly #page: Page;

  constructor(
    request: SetupRequest,
    invocation: Invocation,
    parts: SetupParts,
    plan: Plan,
    shown: readonly ShownClient[],
  ) {
    this.#request = request;
    this.#invocation = invocation;
    this.#parts = parts;
    this.#plan = plan;
    this.#shown = shown;
    this.#page = pageFor(invocation, 0);
  }

  async run(): Promise<number> {
    const { action, dryRun, yes } = this.#request;
    const isChange = this.#shown.some(hasChanges);
    if (isChange && !dryRun && !yes) this.#assertCanAsk();
    await this.#say(this.#planText());
    if (dryRun) {
      await this.#say(isChange ? `${this.#page.style.quiet('Nothing was changed: this was a dry run.')}\n` : '');
      return this.#end([]);
    }
    if (isChange && !yes && !(await this.#isAgreed())) {
      await this.#say('Nothing was changed.\n');
      return exitCodes.refused;
    }
    const outcomes = this.#plan.apply();
    for (const outcome of outcomes) await this.#say(this.#outcomeText(outcome));
    const isDone = isChange && outcomes.some(({ error }) => !error);
    const undo = `Undo it with \`signalbox remove${this.#request.scope === 'project' ? ' --project' : ''}\`.`;
    if (isDone && action === 'setup') await this.#say(`\n${startAgain}\n${this.#page.style.quiet(undo)}\n`);
    return this.#end(outcomes);
  }

  /** Everything for a program in one answer at the end; a person gets it piece by piece. */
  async #end(outcomes: readonly Outcome[]): Promise<number> {
    const errors = new Map(
      [...this.#shown, ...outcomes].flatMap(({ client, error }) => (error ? [[client.id, error] as const] : [])),
    );
    if (this.#invocation.globals.json) await printResult(this.#invocation, this.#result(errors), () => '');
    return errors.size > 0 ? exitCodes.refused : exitCodes.ok;
  }

  #result(errors: ReadonlyMap<ClientId, SignalboxError>): object {
    const { scope, dryRun } = this.#request;
    const clients = this.#shown.map(shown => {
      const error = errors.get(shown.client.id);
      const state = error ? 'failed' : hasChanges(shown) ? (dryRun ? 'planned' : 'changed') : 'unchanged';
      const files = shown.files.map(file => ({
        path: file.path,
        change: changeOf(file),
        diff: diffLines(file.before, file.after),
      }));
      const told = error && { error: { code: error.code, message: error.message, next: error.next } };
      const { id, name } = shown.client;
      const note = shown.provided === undefined ? {} : { note: shown.provided };
      return { client: id, name, found: shown.isFound, state, ...note, files, ...told, next: this.#next(shown) };
    });
    return { scope, dryRun, clients, next: clients.some(({ state }) => state === 'changed') ? [startAgain] : [] };
  }

  #planText(): string {
    const { action } = this.#request;
    const names = (id: ClientId) => clientSetups.find(client => client.id === id)?.name ?? id;
    const texts = this.#shown.map(shown => clientText(shown, action, this.#page, names));
    if (texts.length === 0) return 'Nothing of Signalbox is set up here.\n';
    return `${this.#note()}${texts.join('\n')}\n`;
  }

  #note(): string {
    const { isPassing } = this.#parts;
    const { action, scope } = this.#request;
    const { style } = this.#page;
    if (action === 'remove') return '';
    if (scope === 'project') {
      return `${style.careful('!')} Everybody who works here needs Signalbox installed: \`npm i -g signalbox\`.\n\n`;
    }
    const passing =
      'This is a copy that npx may delete. Install Signalbox first: `npm i -g signalbox`, then `signalbox setup`.';
    return isPassing ? `${style.careful('!')} ${passing}\n\n` : '';
  }

  #outcomeText(outcome: Outcome): string {
    const shown = this.#shown.find(({ client }) => client === outcome.client);
    // What failed before was told with the plan.
    if (!shown || shown.error || (!outcome.error && !hasChanges(shown))) return '';
    return outcomeText(outcome, this.#request.action, this.#next(shown), this.#page);
  }

  #next(shown: ShownClient): readonly string[] {
    return this.#request.action === 'setup' && hasChanges(shown) ? shown.client.next(this.#parts.place) : [];
  }

  #isAgreed(): Promise<boolean> {
    const count = this.#shown.flatMap(({ files }) => files).filter(file => changeOf(file) !== 'none').length;
    return agrees(`Change ${counted(count, 'file')}?`, this.#invocation.terminal);
  }

  #assertCanAsk(): void {
    if (canBeAsked() && !this.#invocation.globals.json) return;
    throw new SignalboxError(
      'invalid_input',
      'Files would be changed, and nobody can be asked here.',
      'Look at the changes with --dry-run, or make them with --yes.',
    );
  }

  async #say(text: string): Promise<void> {
    if (text !== '' && !this.#invocation.globals.json) await this.#invocation.terminal.print(text);
  }
}

function clientsFor(request: SetupRequest, parts: SetupParts): readonly ClientSetup[] {
  if (request.clients.length > 0) {
    const named = new Set(request.clients);
    return clientIds.flatMap(id => clientSetups.filter(client => client.id === id && named.has(id)));
  }
  if (request.action === 'remove') return clientsSetUp(parts);
  const found = clientSetups.filter(client => isInstalled(client, parts) && client.files(parts.place).length > 0);
  if (found.length > 0) return found;
  throw new SignalboxError(
    'not_found',
    'No AI client was found on this machine.',
    `Name those to set up all the same: ${clientIds.join(', ')}.`,
  );
}
