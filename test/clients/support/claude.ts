/** Claude Code: one prompt, a conversation over its input, or its terminal. */

import { until } from '../../support/workspace.ts';
import type { Bench, ClientProgram, PromptOptions, StartOptions } from './bench.ts';
import type { Home } from './home.ts';
import type { Pin } from './installed.ts';
import type { Running } from './running.ts';
import { Terminal } from './terminal.ts';

export const claudeVersions = ['2.1.197', '2.1.329'] as const;
export type ClaudeVersion = (typeof claudeVersions)[number];

export interface ClaudeOptions {
  /** Tools that it need not ask for; MCP servers by the name that its rules give them. */
  readonly allow?: readonly string[];
}

/** A server configured by a person and one brought by a plugin have different names. */
const signalboxTools = ['mcp__signalbox', 'mcp__plugin_signalbox_signalbox'];
const builtInTools = ['Read', 'Edit', 'Write', 'Bash'];

export class Claude implements ClientProgram {
  readonly pin: Pin;
  readonly command = 'claude';

  constructor(version: ClaudeVersion) {
    this.pin = `claude-${version}`;
  }

  /** Past its welcome, with the key approved (it keeps the last 20 characters) and the folders trusted. */
  prepare(home: Home, _model: unknown, folders: readonly string[]): void {
    const trusted = { hasTrustDialogAccepted: true, hasCompletedProjectOnboarding: true };
    home.writeJson('.claude.json', {
      hasCompletedOnboarding: true,
      theme: 'dark',
      numStartups: 5,
      customApiKeyResponses: { approved: ['dummy-key'], rejected: [] },
      projects: Object.fromEntries(folders.map(folder => [folder, trusted])),
    });
    home.writeJson('.claude/settings.json', { theme: 'dark', env: { KEPT: 'yes' } });
  }

  environment(_home: Home, model: { url: string }): Record<string, string> {
    return {
      ANTHROPIC_BASE_URL: model.url,
      ANTHROPIC_API_KEY: 'dummy-key',
      CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
      DISABLE_AUTOUPDATER: '1',
      DISABLE_TELEMETRY: '1',
      DISABLE_ERROR_REPORTING: '1',
    };
  }

  /** `claude -p`: one prompt, to its end. `--resume` and the like go into `args`. */
  print(bench: Bench, options: PromptOptions & ClaudeOptions): Running {
    return bench.start(this, ['-p', options.prompt, ...headless, ...allowing(options)], options);
  }

  /** `claude -p` that reads prompts from its input, one after the other. */
  converse(bench: Bench, options: StartOptions & ClaudeOptions): Conversation {
    const args = ['-p', '--input-format', 'stream-json', ...headless, ...allowing(options)];
    return new Conversation(bench.start(this, args, { ...options, hasInput: true }));
  }

  /** Its terminal, as a person sees it. */
  async terminal(bench: Bench, options: StartOptions & ClaudeOptions): Promise<Terminal> {
    const terminal = await Terminal.open(bench, this, allowing(options), options);
    await terminal.shows(/^\s*[❯>]/m);
    return terminal;
  }
}

const headless = ['--output-format', 'stream-json', '--verbose'];

/** The mode that asks, since the newer one lets a model decide, and that is not the one of a test. */
function allowing({ allow = [] }: ClaudeOptions): string[] {
  return ['--permission-mode', 'default', '--allowedTools', [...signalboxTools, ...builtInTools, ...allow].join(',')];
}

/** The session that a run tells of itself: the last one, since `/clear` begins another. */
export function sessionOf(running: Running): string {
  const sessions = running.events().map(event => event.session_id);
  return sessions.filter(session => typeof session === 'string').at(-1) ?? '';
}

/** Several prompts for one process. */
export class Conversation {
  readonly running: Running;
  #sent = 0;

  constructor(running: Running) {
    this.running = running;
  }

  /** Sends a prompt or a command like `/clear` and does not wait. */
  send(text: string): void {
    this.#sent += 1;
    const message = { role: 'user', content: [{ type: 'text', text }] };
    this.running.write(`${JSON.stringify({ type: 'user', message })}\n`);
  }

  /** How many turns have ended. */
  get turns(): number {
    return this.running.events().filter(event => event.type === 'result').length;
  }

  /** Sends and waits until its turn has ended. */
  async ask(text: string, patienceMs?: number): Promise<void> {
    this.send(text);
    const turns = this.#sent;
    await until(`turn ${turns} has ended`, () => this.turns >= turns, patienceMs);
  }

  get session(): string {
    return sessionOf(this.running);
  }

  /** No more prompts: it ends when it has done what it was asked. */
  end(): Promise<unknown> {
    this.running.endInput();
    return this.running.ended;
  }
}
