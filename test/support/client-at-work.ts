/** A client with hooks at work in a workspace: a process and a server of its own, and shell commands that really run between two hooks. */
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { limits } from '../../src/core/limits.ts';
import { type CommandResult, type LiveSession, pause, type Workspace } from './workspace.ts';

/** Stands between: the server takes this process for its client. */
const inBetween = `
import { spawn } from 'node:child_process';
const child = spawn(process.argv[2], process.argv.slice(3), { stdio: 'inherit' });
child.on('exit', code => process.exit(code ?? 1));
process.on('SIGTERM', () => child.kill());
`;

export interface Ran {
  /** Why it may not run; null when it ran. */
  readonly denied: string | null;
  /** What the model is told with its result. */
  readonly told: string;
}

/** One session of Claude Code, as far as its hooks and its shell go. */
export class ClientAtWork {
  readonly handle: string;
  readonly #place: Workspace;
  readonly #session: LiveSession;
  #calls = 0;

  private constructor(place: Workspace, session: LiveSession, handle: string) {
    [this.#place, this.#session, this.handle] = [place, session, handle];
  }

  static async start(place: Workspace, handle: string): Promise<ClientAtWork> {
    const script = join(place.folder, 'client.mjs');
    writeFileSync(script, inBetween);
    const through = [process.execPath, script];
    const session = await place.session({ through, clientName: 'claude-code', args: ['--handle', handle] });
    const client = new ClientAtWork(place, session, handle);
    await client.#hook('SessionStart', { source: 'startup' });
    await client.prompts('Begin.');
    return client;
  }

  /** Its user writes; what the model is told with that. */
  prompts(prompt: string): Promise<string> {
    return this.#hook('UserPromptSubmit', { prompt });
  }

  /** Its model stops. */
  stops(): Promise<string> {
    return this.#hook('Stop', { stop_hook_active: false });
  }

  call(name: string, input: object = {}) {
    return this.#session.call(name, input);
  }

  /** Edits a file with a tool of the client; `meanwhile` happens when it is written, before the client tells so. */
  async edits(path: string, text: string, meanwhile: () => Promise<unknown> = async () => undefined): Promise<Ran> {
    const file_path = join(this.#place.repository, path);
    return this.#uses('Write', { file_path, content: text }, async () => {
      this.#place.write(path, text);
      await meanwhile();
    });
  }

  /** Runs a command in its shell; `meanwhile` happens before it is over, `begins` when it may run. */
  async runs(
    command: string,
    meanwhile: () => Promise<unknown> = async () => undefined,
    begins: () => void = () => {},
  ): Promise<Ran> {
    return this.#uses('Bash', { command }, async () => {
      // Else what it writes at once may be as old as what came before it was let through, and then nobody can tell.
      await pause(limits.fileTimeLagMs * 2);
      begins();
      await this.#shell(command);
      await meanwhile();
    });
  }

  /** Runs the program in its shell, as its model would. */
  signalbox(...words: string[]): Promise<CommandResult> {
    return this.#place.command(words, { environment: { SIGNALBOX_SESSION: this.handle } });
  }

  async #uses(tool_name: string, tool_input: object, work: () => Promise<void>): Promise<Ran> {
    this.#calls += 1;
    const about = { tool_name, tool_input, tool_use_id: `${this.handle}-${this.#calls}` };
    const denied = await this.#hook('PreToolUse', about);
    if (denied !== '') return { denied, told: '' };
    await work();
    return { denied: null, told: await this.#hook('PostToolUse', { ...about, tool_response: {} }) };
  }

  /** What the hook's answer says to the model: a refusal or context; empty when nothing. */
  async #hook(hook_event_name: string, about: object): Promise<string> {
    const place = { session_id: `conversation-of-${this.handle}`, cwd: this.#place.repository };
    const input = { client: 'claude-code', hook_event_name, ...place, ...about };
    const result = await this.#session.client.callTool({ name: 'client_event', arguments: input });
    const [content] = result.content as { text: string }[];
    const { hookSpecificOutput: said = {} } = JSON.parse(content?.text ?? '{}');
    return said.permissionDecisionReason ?? said.additionalContext ?? '';
  }

  #shell(command: string): Promise<void> {
    const person = { GIT_AUTHOR_NAME: 'Ann', GIT_AUTHOR_EMAIL: 'ann@example.invalid' };
    const committer = { GIT_COMMITTER_NAME: 'Ann', GIT_COMMITTER_EMAIL: 'ann@example.invalid' };
    const env = { ...this.#place.environment, ...person, ...committer };
    return new Promise((resolve, reject) => {
      execFile('sh', ['-c', command], { cwd: this.#place.repository, env }, (error, _stdout, stderr) =>
        error ? reject(new Error(`${command}: ${stderr}`)) : resolve(),
      );
    });
  }
}
