/**
 * The plugin's way to Signalbox: over the socket of the server that opencode started, which takes no process; where none answers,
 * by the program itself. Nothing here rejects or throws: what cannot be told is left out.
 */
import { spawn } from 'node:child_process';
import type { PluginAnswer, PluginEvent, PluginInput } from '../clients/opencode-protocol.ts';
import { limits } from '../core/limits.ts';
import { askServer, type HookQuestion, type HookReply, hookFolder } from '../system/hook-client.ts';
import { hookSocketsOf } from '../system/hook-socket.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Our server as opencode is configured to start it. */
export interface ServerEntry {
  readonly command?: unknown;
  readonly environment?: unknown;
  readonly enabled?: unknown;
}

/** The exit code by which a waiter is told to wake its session. */
const wakes = 2;

export class Link {
  readonly #own: Environment;
  readonly #pid: number;
  readonly #failsClosed: boolean;
  #environment: Environment;
  #program: readonly string[] | undefined;

  /** With `failsClosed` what Signalbox cannot check because it fails itself is refused, whatever policy says. */
  constructor(environment: Environment, pid: number, failsClosed = false) {
    this.#own = environment;
    this.#environment = environment;
    this.#pid = pid;
    this.#failsClosed = failsClosed;
  }

  /** Learns from the configuration where the program is and which store it uses. */
  configure({ command, environment, enabled }: ServerEntry): void {
    const words = Array.isArray(command) ? command.filter(word => typeof word === 'string') : [];
    const at = words.lastIndexOf('mcp');
    this.#program = at > 0 && enabled !== false ? words.slice(0, at) : undefined;
    const home = words[words.indexOf('--home', at) + 1];
    this.#environment = {
      ...this.#own,
      ...(typeof environment === 'object' ? (environment as Environment) : {}),
      ...(at > 0 && words.includes('--home', at) ? { SIGNALBOX_HOME: home } : {}),
    };
  }

  /**
   * Tells an event. `show` is called with the answer, if there is one; what is shown there counts as delivered. False when nobody has
   * answered, be it that there is nothing to say.
   */
  async tell(
    event: PluginEvent,
    input: PluginInput,
    show: (answer: PluginAnswer) => void = () => {},
  ): Promise<boolean> {
    let isAnswered = false;
    const take = ({ stdout, exitCode = 0 }: HookReply) => {
      if (exitCode !== 0) return;
      if (stdout) show(JSON.parse(stdout) as PluginAnswer);
      isAnswered = true;
    };
    for (const path of this.#sockets()) {
      if (await ask(path, { request: { event, input, failsClosed: this.#failsClosed }, show: take })) return isAnswered;
    }
    await this.#run(event, input, take).catch(() => undefined);
    return isAnswered;
  }

  /** The line to wake a resting session with, when it is to be woken; null when nobody sees to that (any more). */
  async wake(input: PluginInput, signal: AbortSignal): Promise<string | null> {
    let text: string | null = null;
    const take = ({ stderr = '', exitCode }: HookReply) => {
      if (exitCode === wakes) text = `Signalbox: ${stderr.trim()}`;
    };
    for (const path of this.#sockets()) {
      if (signal.aborted) break;
      const request = { event: 'session.idle', input };
      if (await ask(path, { request, show: take, waits: () => {}, signal })) break;
    }
    return signal.aborted ? null : text;
  }

  #sockets(): string[] {
    return hookSocketsOf(hookFolder(this.#environment), this.#pid);
  }

  /** Has the program look into the store itself. */
  #run(event: PluginEvent, input: PluginInput, take: (reply: HookReply) => void): Promise<void> {
    const [program, ...words] = this.#program ?? [];
    if (program === undefined) return Promise.resolve();
    return new Promise(done => {
      const child = spawn(
        program,
        [...words, 'hook', 'opencode', event, ...(this.#failsClosed ? ['--fail-closed'] : [])],
        {
          env: this.#environment as NodeJS.ProcessEnv,
          stdio: ['pipe', 'pipe', 'ignore'],
          timeout: limits.hookTotalMs,
          windowsHide: true,
        },
      );
      let stdout = '';
      child.on('error', () => done());
      child.stdin.on('error', () => {});
      child.stdin.end(JSON.stringify(input));
      child.stdout.setEncoding('utf8').on('data', piece => {
        stdout += piece;
      });
      child.on('close', code => {
        if (code === 0) quietly(() => take({ stdout }));
        done();
      });
    });
  }
}

/** Whether a server took the event. What no line can hold is told to nobody. */
function ask(path: string, { request, ...more }: HookQuestion): Promise<boolean> {
  const marks = { client: 'opencode', teller: 'plugin', environment: {} };
  return askServer(path, { request: { ...marks, ...request }, isInClient: true, ...more }).catch(() => true);
}

function quietly(work: () => void): void {
  try {
    work();
  } catch {
    // Nothing of ours may disturb the client.
  }
}
