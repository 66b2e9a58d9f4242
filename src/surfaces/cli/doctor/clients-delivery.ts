/**
 * A live delivery, as a client's configuration has it: its server is started, its hooks are run with what the client would tell
 * them, another session sends a message, and it must come once. All of it happens in a folder that is thrown away; nothing of the
 * user's own, neither the store nor a client's files, is written to.
 */
import { basename } from 'node:path';
import type { Json } from '../../../clients/define-client.ts';
import { type Configured, filledIn, type HookCall, hookFor } from '../../../clients/proof/configured.ts';
import type { ClientProof, Moment } from '../../../clients/proof/define-proof.ts';
import { type Asking, type Guarding, guardingOf, refusalIn } from '../../../clients/proof/guarding.ts';
import type { Clock } from '../../../core/ports.ts';
import type { Environment } from '../terminal.ts';
import { type Ended, Household, type Start } from './clients-household.ts';
import { firstLine, Speaker } from './clients-speaker.ts';

/** What came of it. */
export type Delivery =
  | {
      readonly result: 'delivered';
      readonly by: 'hook' | 'call';
      /** From the event to its answer. */
      readonly milliseconds: number;
      /** Of the server that was started. */
      readonly version: string;
      /** Whether what it was told before a tool was refused, as both self-tests must be; null for a client that forbids nothing. */
      readonly guard: Readonly<Record<Asking, GuardTrial>> | null;
    }
  | { readonly result: 'failed'; readonly reason: string }
  /** It took too long, which a busy machine explains. */
  | { readonly result: 'late' }
  /** It was not tried, because it could not have been kept away from the user's own store. */
  | { readonly result: 'untried'; readonly reason: string };

/** What came of a self-test: `not asked` where no hook is set up that could forbid it. */
export type GuardTrial = 'refused' | 'let through' | 'not asked';

export interface Trial {
  readonly proof: ClientProof;
  /** What the client calls itself over the protocol. */
  readonly mcpName: string;
  readonly configured: Configured;
  readonly environment: Environment;
  readonly clock: Clock;
}

/** How long one client may take. */
const trialMs = 5_000;

/** Never rejects, and leaves nothing behind. */
export async function tryDelivery(trial: Trial): Promise<Delivery> {
  const reason = reasonNotToTry(trial.configured);
  if (reason !== undefined) return { result: 'untried', reason };
  const household = new Household();
  const done = new AbortController();
  let isLate = false;
  const timed = trial.clock.sleep(trialMs, done.signal).then(() => {
    isLate = !done.signal.aborted;
    if (isLate) household.kill();
  });
  try {
    return await new Rehearsal(trial, household).play();
  } catch (error) {
    return isLate ? { result: 'late' } : { result: 'failed', reason: (error as Error).message };
  } finally {
    done.abort();
    await timed;
    await household.close();
  }
}

/** A hook whose line says itself which store it uses would reach that one. */
function reasonNotToTry({ server, hooks }: Configured): string | undefined {
  if (server === null) return 'no server is configured that may be tried';
  if (/^(?:npx|bunx|pnpx?|yarn)(?:\.cmd)?$/.test(basename(server.words[0] ?? ''))) {
    return 'it is started through a program that may have to fetch it first';
  }
  const places = /SIGNALBOX_|--(?:home|store|project)\b/;
  const isPlaced = hooks.some(({ call }) => {
    if (call.form === 'tool') return false;
    return places.test(call.form === 'line' ? call.line : call.words.join(' '));
  });
  return isPlaced ? 'its hooks name a store of their own' : undefined;
}

class Rehearsal {
  readonly #trial: Trial;
  readonly #household: Household;
  readonly #environment: Environment;
  readonly #conversation = 'b3f1c2d4-5e6f-4a7b-8c9d-0e1f2a3b4c5d';
  #server: Speaker | undefined;
  #number = 0;

  constructor(trial: Trial, household: Household) {
    this.#trial = trial;
    this.#household = household;
    this.#environment = {
      ...withoutClients(trial.environment),
      SIGNALBOX_HOME: household.path('state'),
      SIGNALBOX_STORE: `sqlite:${household.path('state')}/store.db`,
      SIGNALBOX_PROJECT: 'signalbox-doctor',
      XDG_RUNTIME_DIR: household.path('run'),
    };
  }

  async play(): Promise<Delivery> {
    const { proof, mcpName, clock } = this.#trial;
    const client = this.#serve(proof.serverMarks(this.#scene));
    // Its hooks are not to find this one: what they look for is in another folder.
    const peer = this.#serve({ XDG_RUNTIME_DIR: this.#household.path('peer') });
    this.#server = client;
    const [version] = await Promise.all([client.greet(mcpName), peer.greet('signalbox-doctor')]).catch(error => {
      throw new Error(`Its server does not answer: ${(error as Error).message}.`);
    });
    const carrying = proof.carrying.find(event => this.#callFor(event) !== undefined);
    if (proof.carrying.length > 0 && carrying === undefined)
      throw new Error('No hook that could bring messages is set up.');
    const bring = carrying === undefined ? () => this.#askForMail() : () => this.#tell(carrying);
    if (proof.opening !== null && this.#callFor(proof.opening)) await this.#tell(proof.opening);
    else await bring();
    const body = `A message of signalbox doctor, number ${process.pid}.`;
    await this.#send(peer, body);
    const before = clock.elapsed();
    const first = await bring();
    const milliseconds = Math.round(clock.elapsed() - before);
    const by = carrying === undefined ? 'call' : 'hook';
    const what = by === 'hook' ? `its hook for ${carrying}` : 'the next call';
    if (first === null) throw new Error(`A message waited, and ${what} brought nothing.`);
    const times = first.split(body).length - 1;
    if (times !== 1) throw new Error(`A message waited, and ${what} brought it ${times} times.`);
    // The next step proves that the model saw the one before; a prompt alone would be brought everything once more.
    const next = proof.carrying.find(event => event !== carrying && this.#callFor(event) !== undefined);
    const second = next === undefined ? await bring() : await this.#tell(next);
    if (second?.includes(body)) throw new Error(`The same message came again with ${what}.`);
    return { result: 'delivered', by, milliseconds, version, guard: await this.#guard() };
  }

  /** Tells the hooks of an edit and of a command that are refused to everybody. */
  async #guard(): Promise<Readonly<Record<Asking, GuardTrial>> | null> {
    const guarding = guardingOf(this.#trial.proof.id);
    if (guarding === null) return null;
    return { edit: await this.#selfTest(guarding, 'edit'), shell: await this.#selfTest(guarding, 'shell') };
  }

  async #selfTest(guarding: Guarding, asking: Asking): Promise<GuardTrial> {
    const event = guarding.event[asking];
    const call = this.#callFor(event, guarding.subject[asking]);
    if (call === undefined) return 'not asked';
    const file = `${this.#scene.directory}/.signalbox-self-test`;
    const about = guarding.input(asking, { file, command: 'signalbox guard self-test' });
    const refusal = refusalIn(await this.#run(call, event, about));
    return refusal?.includes('self-test') ? 'refused' : 'let through';
  }

  get #scene() {
    return { conversation: this.#conversation, directory: this.#household.path('project') };
  }

  #serve(marks: Environment): Speaker {
    const { server } = this.#trial.configured;
    const state = this.#household.path('state');
    // What stands last counts, so nothing that the entry says leads to another store.
    const places = ['--home', state, '--store', `sqlite:${state}/store.db`, '--project', 'signalbox-doctor'];
    const words = [
      ...(server?.words ?? []),
      ...places,
      '--directory',
      this.#household.path('project'),
      '--tools',
      'all',
    ];
    const own = Object.entries(server?.environment ?? {}).filter(([name]) => !isPlace(name));
    return new Speaker(
      this.#household.start({ words }, { ...Object.fromEntries(own), ...this.#environment, ...marks }),
    );
  }

  async #send(peer: Speaker, body: string): Promise<void> {
    const { output } = await peer.call('session_list', {});
    const sessions = (Array.isArray(output.sessions) ? output.sessions : []) as Json[];
    const { id } = this.#trial.proof;
    const found = sessions.find(({ client }) => client === id);
    if (found === undefined) throw new Error('Its server runs, and no session joined with its first event.');
    await peer.call('message_send', { to: [found.handle], body });
  }

  /** What a call for the mail brings, announced the way the client does. */
  async #askForMail(): Promise<string | null> {
    const { announcing } = this.#trial.proof;
    if (announcing !== undefined) await this.#tell(announcing);
    const { text } = (await this.#server?.call('message_read', {})) ?? { text: '' };
    return text === '' ? null : text;
  }

  /** Runs the hook for an event; what the model gets of its answer. */
  async #tell(event: string): Promise<string | null> {
    const { proof } = this.#trial;
    const call = this.#callFor(event);
    if (call === undefined) return null;
    const ended = await this.#run(call, event);
    if (ended.code !== 0) {
      const said = firstLine(ended.stderr);
      throw new Error(`Its hook for ${event} failed${said ? `: ${said}` : ''} (exit code ${ended.code ?? 'none'}).`);
    }
    return proof.context(event, ended.stdout);
  }

  /** Has a hook told of an event, in the way that it is configured. */
  async #run(call: HookCall, event: string, more: Json = {}): Promise<Ended> {
    const { proof } = this.#trial;
    this.#number += 1;
    const moment: Moment = { ...this.#scene, event, number: this.#number };
    const told = { ...proof.input(moment), ...more };
    if (call.form === 'tool') {
      const answer = await this.#server?.call(call.tool, filledIn(call.input, told));
      return { code: 0, stdout: answer?.text ?? '', stderr: '' };
    }
    const environment = { ...this.#environment, ...proof.hookMarks(this.#scene) };
    return this.#household.run(startOf(call, this.#trial), environment, JSON.stringify(told));
  }

  /** opencode has a plugin in place of hooks, which runs these words where no server answers it. */
  #callFor(event: string, subject?: string): HookCall | undefined {
    const { proof, configured } = this.#trial;
    if (proof.id !== 'opencode') return hookFor(configured.hooks, event, subject ?? proof.subject(event))?.call;
    const words = configured.server?.words ?? [];
    return { form: 'words', words: [...words.slice(0, words.lastIndexOf('mcp')), 'hook', 'opencode', event] };
  }
}

/** Clients differ in the shell that they run a line with; where it matters it is theirs. */
function startOf(call: Exclude<HookCall, { form: 'tool' }>, { proof, environment }: Trial): Start {
  if (call.form === 'words') return { words: call.words };
  if (process.platform === 'win32') {
    const isPowerShell = ['gemini-cli', 'copilot-cli', 'vscode'].includes(proof.id);
    return { line: call.line, shell: isPowerShell ? 'powershell.exe' : true };
  }
  const own = proof.id === 'codex' ? environment.SHELL : undefined;
  return { line: call.line, shell: own || '/bin/sh' };
}

const isPlace = (name: string) => name.startsWith('SIGNALBOX_');

/** The environment without what a client around us has put there, and without our own settings. */
function withoutClients(environment: Environment): Environment {
  const marks =
    /^(?:SIGNALBOX_|CLAUDE|CODEX_|COPILOT_|GEMINI_(?:CLI|SESSION|PROJECT|CWD|PLANS)|OPENCODE|CURSOR_|VSCODE_)/;
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !marks.test(name)));
}
