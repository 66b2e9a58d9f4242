/** A hub as a real process over a workspace's store, and programs that use it. */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Workspace } from './workspace.ts';

export interface HubAnswer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every tool
  readonly body: any;
  readonly headers: Headers;
}

export const shop = 'github.com/acme/shop';

/** Several times as long as a hub may take to end what is under way. */
const patienceMs = 45_000;

export class Hub {
  readonly url: string;
  /** What it has logged, a line each. */
  readonly log: readonly Record<string, unknown>[];
  /** Whatever else it wrote: what the runtime says when it breaks. */
  readonly strays: readonly string[];
  readonly #process: ChildProcess;
  #isStopping = false;

  private constructor(
    process: ChildProcess,
    url: string,
    log: readonly Record<string, unknown>[],
    strays: readonly string[],
  ) {
    [this.#process, this.url, this.log, this.strays] = [process, url, log, strays];
  }

  /** Started on a free port of this machine, or on a certain one. */
  static async start(
    place: Workspace,
    args: readonly string[] = [],
    environment: Readonly<Record<string, string>> = {},
    port = 0,
  ): Promise<Hub> {
    const child = place.start(['hub', '--listen', `127.0.0.1:${port}`, ...args], { environment });
    const log: Record<string, unknown>[] = [];
    const strays: string[] = [];
    const lines = createInterface({ input: child.stderr as NonNullable<typeof child.stderr> });
    const bound = await new Promise<number>((resolve, reject) => {
      lines.on('line', line => {
        if (!line.startsWith('{')) {
          strays.push(line);
          return reject(new Error(line));
        }
        const note = JSON.parse(line);
        log.push(note);
        if (note.msg === 'ready') resolve(note.port);
      });
      child.once('exit', code => reject(new Error(`the hub ended with ${code}`)));
    });
    return new Hub(child, `http://127.0.0.1:${bound}`, log, strays);
  }

  /** Asks it to stop; resolves to its exit code. One that does not stop is ended, and whoever waits for it is told. */
  async stop(): Promise<number | null> {
    const { exitCode, signalCode } = this.#process;
    if (exitCode !== null || signalCode !== null) return exitCode;
    const ended = once(this.#process, 'exit');
    this.beginStop();
    // It would outlive the test, and what comes after each test would wait for it.
    let isLate = false;
    const late = setTimeout(() => {
      isLate = true;
      this.#process.kill('SIGKILL');
    }, patienceMs);
    const [code] = await ended;
    clearTimeout(late);
    if (isLate) throw new Error('the hub was asked to stop and did not');
    return code;
  }

  get pid(): number {
    return this.#process.pid ?? 0;
  }

  /** Whether it has ended, by whatever. */
  get isOver(): boolean {
    return this.#process.exitCode !== null || this.#process.signalCode !== null;
  }

  get port(): number {
    return Number(new URL(this.url).port);
  }

  /** Asks it to stop, and does not wait. */
  beginStop(): void {
    // A second signal would end it at once.
    if (!this.#isStopping) this.#process.kill('SIGTERM');
    // One that hangs hears nothing until it goes on.
    this.resume();
    this.#isStopping = true;
  }

  /** Lets it hang: it answers nothing, and no connection ends. */
  pause(): void {
    this.#process.kill('SIGSTOP');
  }

  /** Lets it go on. */
  resume(): void {
    this.#process.kill('SIGCONT');
  }

  /** Ends it as a crash would. */
  async kill(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const ended = once(this.#process, 'exit');
    this.#process.kill('SIGKILL');
    await ended;
  }

  /** A figure of its metrics, as somebody with a token reads it. */
  async figure(token: string, name: string): Promise<number> {
    const { body } = await this.request('/metrics', { headers: { authorization: `Bearer ${token}` } });
    return Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(body)?.[1]);
  }

  async request(path: string, init: RequestInit = {}): Promise<HubAnswer> {
    const response = await fetch(this.url + path, init);
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.startsWith('application/json');
    return { status: response.status, body: isJson ? JSON.parse(text) : text, headers: response.headers };
  }

  /** Somebody with a token. */
  as(token: string, project = shop): HubClient {
    return new HubClient(this, token, project);
  }
}

export class HubClient {
  readonly hub: Hub;
  readonly token: string;
  readonly project: string;
  readonly session: string | null;

  constructor(hub: Hub, token: string, project: string, session: string | null = null) {
    [this.hub, this.token, this.project, this.session] = [hub, token, project, session];
  }

  post(path: string, body: unknown = {}, signal?: AbortSignal): Promise<HubAnswer> {
    return this.hub.request(path, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${this.token}`,
        'signalbox-project': this.project,
        ...(this.session === null ? {} : { 'signalbox-session': this.session }),
      },
      body: JSON.stringify(body),
      ...(signal ? { signal } : {}),
    });
  }

  /** A session of its own from now on. */
  async open(about: object = {}): Promise<HubClient> {
    const { status, body } = await this.post('/v1/sessions', about);
    if (status !== 201) throw new Error(JSON.stringify(body));
    return new HubClient(this.hub, this.token, this.project, body.session);
  }

  /** The same session at another hub on the store. */
  at(hub: Hub): HubClient {
    return new HubClient(hub, this.token, this.project, this.session);
  }

  /** The same token under the id of any session. */
  under(session: string | null): HubClient {
    return new HubClient(this.hub, this.token, this.project, session);
  }

  call(tool: string, input: object = {}, signal?: AbortSignal): Promise<HubAnswer> {
    return this.post(`/v1/tools/${tool}`, input, signal);
  }

  /** The output of a call that has to work. */
  async output(tool: string, input: object = {}) {
    const { status, body } = await this.call(tool, input);
    if (status !== 200) throw new Error(`${tool}: ${JSON.stringify(body)}`);
    return body;
  }
}

/** Makes a token over a workspace's store. */
export async function makeToken(place: Workspace, name: string, ...options: string[]): Promise<string> {
  const { code, stdout, stderr } = await place.command(['token', 'create', name, ...options, '--json']);
  if (code !== 0) throw new Error(stderr || stdout);
  return JSON.parse(stdout).token;
}
