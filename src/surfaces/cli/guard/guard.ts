/** `signalbox guard install`, `remove` and `status`: shows what changes, asks once, changes it, and proves that it works. */
import { SignalboxError } from '../../../core/errors.ts';
import { composeGitHooks, type GitHooks, type GuardStatus, type HookPlan } from '../../../git-hooks.ts';
import { exitCodes } from '../exit-codes.ts';
import { type Invocation, pageFor, printResult, withComposition } from '../invocation.ts';
import type { Page } from '../renderers.ts';
import { agrees, canBeAsked } from '../setup/ask.ts';
import { counted } from '../spoken.ts';
import type { GuardRequest } from './requests.ts';
import { planText, shownChanges, shownStatus, statusText } from './view.ts';

/** Exit code 1 when the answer was no, or a hook is not in force that should be. */
export function runGuard(request: GuardRequest, invocation: Invocation): Promise<number> {
  if (request.action === 'self-test') return notGuarded(invocation);
  return withComposition(invocation, async parts => {
    const hooks = await composeGitHooks(invocation.environment, parts.directory, parts.world.policy.guard);
    const token = () => parts.world.ids.next();
    const page = pageFor(invocation, 0);
    return request.action === 'status'
      ? tellStatus(await hooks.status(token()), invocation, page)
      : new Errand(request, invocation, hooks, token, page).run();
  });
}

async function notGuarded(invocation: Invocation): Promise<number> {
  const isGuarded = false;
  const next =
    'For a session: run `signalbox doctor`, and look whether its client is set up. In a shell of your own it is as it should be.';
  await printResult(
    invocation,
    { isGuarded, next },
    () => `This command ran: the shell that it ran in is not guarded.\n${next}\n`,
  );
  return exitCodes.refused;
}

type ChangeRequest = Extract<GuardRequest, { readonly dryRun: boolean }>;

async function tellStatus(status: GuardStatus, invocation: Invocation, page: Page): Promise<number> {
  await printResult(invocation, shownStatus(status), () => statusText(status, page));
  return status.isInstalled && !isInForce(status) ? exitCodes.refused : exitCodes.ok;
}

function isInForce({ hooks }: GuardStatus): boolean {
  return hooks.every(({ state }) => state === 'live');
}

class Errand {
  readonly #request: ChangeRequest;
  readonly #invocation: Invocation;
  readonly #hooks: GitHooks;
  readonly #token: () => string;
  readonly #page: Page;

  constructor(request: ChangeRequest, invocation: Invocation, hooks: GitHooks, token: () => string, page: Page) {
    this.#request = request;
    this.#invocation = invocation;
    this.#hooks = hooks;
    this.#token = token;
    this.#page = page;
  }

  async run(): Promise<number> {
    const { action, dryRun, yes } = this.#request;
    const plan = await (action === 'install' ? this.#hooks.planInstall() : this.#hooks.planRemoval());
    const isChange = this.#hooks.isChange(plan);
    if (isChange && !dryRun && !yes) this.#assertCanAsk();
    await this.#say(this.#planWords(plan, isChange));
    if (dryRun) {
      await this.#say(isChange ? `${this.#page.style.quiet('Nothing was changed: this was a dry run.')}\n` : '');
      return this.#end(plan, isChange ? 'planned' : 'unchanged');
    }
    if (isChange && !yes && !(await this.#isAgreed(plan))) {
      await this.#say('Nothing was changed.\n');
      return exitCodes.refused;
    }
    if (isChange) await this.#hooks.carryOut(plan);
    return this.#end(plan, isChange ? 'changed' : 'unchanged');
  }

  #planWords(plan: HookPlan, isChange: boolean): string {
    const { action } = this.#request;
    if (!isChange) return action === 'install' ? '' : 'Nothing of Signalbox is in the hooks of this repository.\n';
    const passing = 'This is a copy that npx may delete. Install Signalbox first: `npm i -g signalbox`.';
    const note = action === 'install' && this.#hooks.isPassing ? `${this.#page.style.careful('!')} ${passing}\n\n` : '';
    return note + planText(plan, this.#page);
  }

  /** Everything for a program in one answer at the end; a person gets it piece by piece. */
  async #end(plan: HookPlan, state: 'planned' | 'changed' | 'unchanged'): Promise<number> {
    const { action, dryRun } = this.#request;
    const isProved = action === 'install' && !dryRun;
    const status = isProved ? await this.#hooks.status(this.#token()) : undefined;
    if (this.#invocation.globals.json) {
      const proof = status ? { status: shownStatus(status) } : {};
      await printResult(this.#invocation, { action, state, files: shownChanges(plan), ...proof }, () => '');
    }
    if (status) await this.#say(statusText(status, this.#page));
    else if (state === 'changed') {
      await this.#say(
        `${this.#page.style.good('✓')} The hooks of this repository are as they were without Signalbox.\n`,
      );
    }
    return status && !isInForce(status) ? exitCodes.refused : exitCodes.ok;
  }

  #isAgreed({ changes }: HookPlan): Promise<boolean> {
    return agrees(`Change ${counted(changes.length, 'file')}?`, this.#invocation.terminal);
  }

  #assertCanAsk(): void {
    if (canBeAsked() && !this.#invocation.globals.json) return;
    throw new SignalboxError(
      'invalid_input',
      'Hooks would be changed, and nobody can be asked here.',
      'Look at the changes with --dry-run, or make them with --yes.',
    );
  }

  async #say(text: string): Promise<void> {
    if (text !== '' && !this.#invocation.globals.json) await this.#invocation.terminal.print(text);
  }
}
