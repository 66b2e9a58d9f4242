/** A client in a terminal of its own: what a person types and sees. */
import { execFileSync } from 'node:child_process';
import { pause, until } from '../../support/workspace.ts';
import type { Bench, ClientProgram, StartOptions } from './bench.ts';
import type { Home } from './home.ts';
import { kill, programBelow } from './processes.ts';

const size = { columns: 160, lines: 50 };

export class Terminal {
  readonly #home: Home;
  readonly #socket: string;
  readonly #itself: RegExp | undefined;
  readonly #launcher: number;

  private constructor(home: Home, client: ClientProgram, folder: string, command: readonly string[]) {
    this.#home = home;
    this.#itself = client.itself;
    this.#socket = home.path(`tmux-${process.hrtime.bigint().toString(36)}`);
    const [columns, lines] = [String(size.columns), String(size.lines)];
    // The screen stays when the client has ended, to be looked at.
    const keep = [';', 'set-option', '-w', 'remain-on-exit', 'on'];
    this.#tmux('new-session', '-d', '-x', columns, '-y', lines, '-c', folder, '--', ...command, ...keep);
    this.#launcher = Number(this.#tmux('display-message', '-p', '#{pane_pid}'));
  }

  /** Starts a client in it; the client's own files say when it is ready. */
  static async open(bench: Bench, client: ClientProgram, args: readonly string[], options: StartOptions) {
    const variables = Object.entries(bench.environmentOf(client, options)).map(([name, value]) => `${name}=${value}`);
    const program = options.home.path('bin', client.command);
    // tmux adds variables of its own, which a person's client has only inside tmux.
    const command = ['env', '-i', ...variables, program, ...args, ...(options.args ?? [])];
    const terminal = new Terminal(options.home, client, options.folder ?? bench.folder, command);
    bench.watch(terminal);
    return terminal;
  }

  /** The client itself; its launcher until it is there. */
  get pid(): number {
    return (this.#itself && programBelow(this.#launcher, this.#itself)) ?? this.#launcher;
  }

  /** What stands on the screen. */
  screen(): string {
    return this.#tmux('capture-pane', '-p');
  }

  async shows(what: string | RegExp, patienceMs?: number): Promise<void> {
    const fits = (screen: string) => (typeof what === 'string' ? screen.includes(what) : what.test(screen));
    await until(`the screen shows ${what}`, () => fits(this.screen()), patienceMs).catch(error => {
      throw new Error(`${error.message}:\n${this.screen()}`);
    });
  }

  /** Types a text, letter by letter as far as the client can tell. */
  type(text: string): void {
    this.#tmux('send-keys', '-l', '--', text);
  }

  /** Presses keys by the names that tmux gives them: Enter, Escape, C-c, Up. */
  press(...keys: string[]): void {
    this.#tmux('send-keys', '--', ...keys);
  }

  /** Types a prompt and sends it. */
  async submit(text: string): Promise<void> {
    this.type(text);
    // Enter right behind a text counts as pasted with it.
    await pause(300);
    this.press('Enter');
  }

  get hasEnded(): boolean {
    return this.#tmux('display-message', '-p', '#{pane_dead}').trim() === '1';
  }

  async ended(patienceMs?: number): Promise<void> {
    await until('the client in the terminal has ended', () => this.hasEnded, patienceMs);
  }

  kill(signal: NodeJS.Signals = 'SIGTERM'): void {
    kill(this.pid, signal);
  }

  summary(): string {
    try {
      return `Terminal:\n${this.screen().trimEnd()}`;
    } catch {
      return 'Terminal: gone';
    }
  }

  #tmux(...args: string[]): string {
    const command = ['-S', this.#socket, '-f', '/dev/null', ...args];
    return execFileSync('tmux', command, { env: this.#home.environment, encoding: 'utf8', timeout: 10_000 });
  }
}
