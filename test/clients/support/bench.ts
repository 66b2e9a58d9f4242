/** What a test with real clients is played on: a model, homes and a repository of its own, and an end to all it started. */
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { Repository } from '../../support/repository.ts';
import { type CommandResult, until } from '../../support/workspace.ts';
import { Home, type HomeOptions } from './home.ts';
import { type Pin, programOf } from './installed.ts';
import { requireLoopbackOnly } from './loopback-only.ts';
import { MockModel } from './mock-model.ts';
import { killAll, livingWith } from './processes.ts';
import { type Command, Running } from './running.ts';

/** A client at one version, as far as it is the same for all ways to start it. */
export interface ClientProgram {
  readonly pin: Pin;
  /** What a person types. */
  readonly command: string;
  /** Tells the client itself from the launcher that npm puts before it. */
  readonly itself?: RegExp;
  /** Writes what makes it ask the scripted model and nothing of Signalbox, as a person's own configuration. */
  prepare(home: Home, model: MockModel, folders: readonly string[]): void;
  environment(home: Home, model: MockModel): Record<string, string>;
}

export interface StartOptions {
  readonly home: Home;
  /** Where it works; the bench's repository when none is named. */
  readonly folder?: string;
  readonly args?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}

export interface PromptOptions extends StartOptions {
  readonly prompt: string;
}

/** What can tell how it stands when a test fails. */
interface Witness {
  summary(): string;
}

export class Bench {
  readonly model: MockModel;
  readonly repository = new Repository();
  // Below /tmp itself, whatever TMPDIR says: a socket's path has to be short.
  readonly #base = realpathSync(mkdtempSync('/tmp/sb-'));
  readonly #homes: Home[] = [];
  readonly #witnesses: Witness[] = [];

  private constructor(model: MockModel) {
    this.model = model;
    this.repository.commit({ 'README.md': '# Shop\n', 'src/auth.ts': 'export {};\n' });
  }

  /** For the test that runs: it ends with it, and tells what happened if the test fails. */
  static async open(): Promise<Bench> {
    requireLoopbackOnly();
    const bench = new Bench(await MockModel.start());
    onTestFinished(async ({ task }) => {
      if (task.result?.state === 'fail') console.error(bench.summary());
      await bench.close();
    });
    return bench;
  }

  get folder(): string {
    return this.repository.root;
  }

  /**
   * A new home with these clients on its path, configured for the scripted model. `folders` are those that its owner trusts,
   * besides the repository.
   */
  home(clients: readonly ClientProgram[], options: HomeOptions & { folders?: readonly string[] } = {}): Home {
    const home = new Home(join(this.#base, `h${this.#homes.length}`), options);
    this.#homes.push(home);
    for (const client of clients) {
      home.command(client.command, programOf(client.pin));
      client.prepare(home, this.model, [this.folder, ...(options.folders ?? [])]);
    }
    return home;
  }

  /** The environment of a client: its home's, what leads it to the model, and what the test adds. */
  environmentOf(client: ClientProgram, { home, environment }: StartOptions): Record<string, string> {
    return { ...home.environment, ...client.environment(home, this.model), ...environment };
  }

  /** Starts a client with a command line. */
  start(client: ClientProgram, args: readonly string[], options: StartOptions & { hasInput?: boolean }): Running {
    return this.run({
      program: options.home.path('bin', client.command),
      args: [...args, ...(options.args ?? [])],
      folder: options.folder ?? this.folder,
      environment: this.environmentOf(client, options),
      hasInput: options.hasInput ?? false,
      ...(client.itself ? { itself: client.itself } : {}),
    });
  }

  run(command: Command): Running {
    const running = new Running(command);
    this.watch(running);
    return running;
  }

  watch(witness: Witness): void {
    this.#witnesses.push(witness);
  }

  /** Runs `signalbox` to its end, as its owner would in a terminal without one. */
  async signalbox(home: Home, args: readonly string[], options: Partial<StartOptions> = {}): Promise<CommandResult> {
    const running = this.run({
      program: home.path('bin', 'signalbox'),
      args,
      folder: options.folder ?? this.folder,
      environment: { ...home.environment, ...options.environment },
    });
    const { code, output } = await running.ended;
    return { code, stdout: output, stderr: running.errors };
  }

  /** What still runs of all that was started in a home. */
  leftovers(home: Home): string[] {
    return livingWith(home.root).map(({ pid, command }) => `${pid} ${command}`);
  }

  /** Waits until nothing that was started in a home runs any more. */
  async quiet(home: Home, patienceMs = 10_000): Promise<void> {
    await until('nothing runs any more', () => this.leftovers(home).length === 0, patienceMs).catch(() => {
      throw new Error(`still running: ${this.leftovers(home).join('; ')}`);
    });
  }

  /** Ends what it started, also what does not want to. A second time does nothing more. */
  async close(): Promise<void> {
    await this.model.close();
    await Promise.all(this.#homes.map(home => killAll(home.root)));
    rmSync(this.#base, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
    this.repository.remove();
  }

  summary(): string {
    return [...this.#witnesses.map(witness => witness.summary()), this.model.summary()].join('\n\n');
  }
}
