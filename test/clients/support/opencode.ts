/** opencode: one prompt, its server without a window, or its terminal. */
import type { Bench, ClientProgram, PromptOptions, StartOptions } from './bench.ts';
import type { Home } from './home.ts';
import type { MockModel } from './mock-model.ts';
import type { Running } from './running.ts';
import { Terminal } from './terminal.ts';

const model = 'mock/mock-model';

export class Opencode implements ClientProgram {
  readonly pin = 'opencode';
  readonly command = 'opencode';

  prepare(home: Home, { url }: MockModel): void {
    const own = { name: 'Mock', tool_call: true, limit: { context: 200_000, output: 8000 } };
    home.writeJson('.config/opencode/opencode.json', {
      $schema: 'https://opencode.ai/config.json',
      autoupdate: false,
      share: 'disabled',
      model,
      small_model: model,
      permission: { '*': 'allow' },
      provider: {
        mock: {
          npm: '@ai-sdk/openai-compatible',
          name: 'Mock',
          options: { baseURL: `${url}/v1`, apiKey: 'dummy-key' },
          models: { 'mock-model': own },
        },
      },
    });
  }

  environment(): Record<string, string> {
    return {
      OPENCODE_DISABLE_AUTOUPDATE: '1',
      OPENCODE_DISABLE_MODELS_FETCH: '1',
      OPENCODE_DISABLE_LSP_DOWNLOAD: '1',
      OPENCODE_DISABLE_DEFAULT_PLUGINS: '1',
      // With any plugin it has npm look for packages, which waits long for a registry that is out of reach.
      npm_config_fetch_retries: '0',
    };
  }

  /** `opencode run`: one prompt, to its end. */
  run(bench: Bench, options: PromptOptions): Running {
    return bench.start(this, ['run', '--format', 'json', '--model', model, options.prompt], options);
  }

  /** `opencode serve`: any number of conversations in one process. */
  async serve(bench: Bench, options: StartOptions): Promise<OpencodeServer> {
    const running = bench.start(this, ['serve', '--port', '0'], options);
    await running.outputHas('listening on http');
    const [url = ''] = /http:\/\/[\d.]+:\d+/.exec(running.output) ?? [];
    return new OpencodeServer(running, url, options.folder ?? bench.folder);
  }

  /** Its terminal, as a person sees it. */
  async terminal(bench: Bench, options: StartOptions): Promise<Terminal> {
    const terminal = await Terminal.open(bench, this, [], options);
    await terminal.shows('Ask anything', 40_000);
    return terminal;
  }
}

/** What a window of opencode would ask of its server. */
export class OpencodeServer {
  readonly running: Running;
  readonly #url: string;
  readonly #folder: string;

  constructor(running: Running, url: string, folder: string) {
    this.running = running;
    this.#url = url;
    this.#folder = folder;
  }

  /** Begins a conversation; its id. */
  async begin(folder?: string): Promise<string> {
    return (await this.ask('POST', '/session', {}, folder)).id;
  }

  /** Says something in a conversation, without waiting for the answer. */
  async say(conversation: string, text: string, folder?: string): Promise<void> {
    await this.ask('POST', `/session/${conversation}/prompt_async`, { parts: [{ type: 'text', text }] }, folder);
  }

  // biome-ignore lint/suspicious/noExplicitAny: whatever the server answers
  async ask(method: string, path: string, body?: object, folder = this.#folder): Promise<any> {
    const response = await fetch(`${this.#url}${path}?directory=${encodeURIComponent(folder)}`, {
      method,
      headers: { 'content-type': 'application/json' },
      ...(body ? { body: JSON.stringify(body) } : {}),
      signal: AbortSignal.timeout(30_000),
    });
    const text = await response.text();
    return text === '' ? undefined : JSON.parse(text);
  }
}
