/** Codex: one prompt, or its terminal. */
import type { Bench, ClientProgram, PromptOptions, StartOptions } from './bench.ts';
import type { Home } from './home.ts';
import type { MockModel } from './mock-model.ts';
import type { Running } from './running.ts';
import { Terminal } from './terminal.ts';

export interface CodexOptions {
  /** Hooks that nobody has looked at run only with this; it is on unless a test is about just that. */
  readonly trustHooks?: boolean;
}

export class Codex implements ClientProgram {
  readonly pin = 'codex';
  readonly command = 'codex';
  readonly itself = /\/bin\/codex$/;

  prepare(home: Home, model: MockModel, folders: readonly string[]): void {
    const trusted = folders.map(folder => `[projects."${folder}"]\ntrust_level = "trusted"`);
    home.write('.codex/config.toml', [general, provider(model), ...trusted, ''].join('\n'));
  }

  environment(): Record<string, string> {
    return { MODEL_KEY: 'dummy-key' };
  }

  /** `codex exec`: one prompt, to its end. */
  exec(bench: Bench, options: PromptOptions & CodexOptions): Running {
    return bench.start(this, ['exec', '--json', ...trust(options), options.prompt], options);
  }

  /** `codex exec resume`: one more prompt for a session. */
  resume(bench: Bench, session: string, options: PromptOptions & CodexOptions): Running {
    return bench.start(this, ['exec', '--json', ...trust(options), 'resume', session, options.prompt], options);
  }

  /** Its terminal, as a person sees it. */
  async terminal(bench: Bench, options: StartOptions & CodexOptions): Promise<Terminal> {
    const terminal = await Terminal.open(bench, this, trust(options), options);
    await terminal.shows(/^\s*›/m);
    return terminal;
  }
}

const trust = ({ trustHooks = true }: CodexOptions) => (trustHooks ? ['--dangerously-bypass-hook-trust'] : []);

const general = `# A comment that has to stay.
model = "mock-model"
model_provider = "mock"
approval_policy = "never"
sandbox_mode = "danger-full-access"
check_for_update_on_startup = false

[analytics]
enabled = false
`;

const provider = (model: MockModel) => `[model_providers.mock]
name = "mock"
base_url = "${model.url}/v1"
wire_api = "responses"
env_key = "MODEL_KEY"
supports_websockets = false
request_max_retries = 0
stream_max_retries = 0
`;
