/** Copilot CLI: one prompt, or a terminal, with a model of one's own. */
import { dirname, join } from 'node:path';
import type { Bench, ClientProgram, PromptOptions, StartOptions } from './bench.ts';
import type { Home } from './home.ts';
import { programOf } from './installed.ts';
import type { MockModel } from './mock-model.ts';
import type { Running } from './running.ts';
import { Terminal } from './terminal.ts';

export class Copilot implements ClientProgram {
  readonly pin = 'copilot';
  readonly command = 'copilot';
  readonly itself = /\/copilot-linux[^/]*\//;

  prepare(home: Home, _model: MockModel, folders: readonly string[]): void {
    home.writeJson('.copilot/mcp-config.json', { mcpServers: {} });
    home.writeJson('.copilot/config.json', { trustedFolders: folders });
  }

  environment(_home: Home, model: MockModel): Record<string, string> {
    return {
      COPILOT_PROVIDER_BASE_URL: `${model.url}/v1`,
      COPILOT_PROVIDER_TYPE: 'openai',
      COPILOT_PROVIDER_WIRE_API: 'completions',
      COPILOT_PROVIDER_API_KEY: 'dummy-key',
      COPILOT_MODEL: 'mock-model',
      COPILOT_OFFLINE: 'true',
      COPILOT_AUTO_UPDATE: 'false',
      // It unpacks 190 MB of itself before its first run: once for all homes.
      COPILOT_PKG_CACHE_HOME: join(dirname(programOf('copilot')), '..', '..', 'unpacked'),
    };
  }

  /** `copilot -p`: one prompt, to its end. */
  print(bench: Bench, options: PromptOptions): Running {
    const quietly = ['--allow-all-tools', '--disable-builtin-mcps', '--no-color'];
    return bench.start(this, ['-p', options.prompt, ...quietly], options);
  }

  /** Copilot as a person sees it, ready for the first prompt. */
  async terminal(bench: Bench, options: StartOptions): Promise<Terminal> {
    const terminal = await Terminal.open(bench, this, ['--allow-all-tools', '--disable-builtin-mcps'], options);
    await terminal.shows(/1 server connected|\/ commands/, 20_000);
    return terminal;
  }
}
