/** Gemini CLI: one prompt. */
import type { Bench, ClientProgram, PromptOptions } from './bench.ts';
import type { Home } from './home.ts';
import type { MockModel } from './mock-model.ts';
import type { Running } from './running.ts';

export class Gemini implements ClientProgram {
  readonly pin = 'gemini';
  readonly command = 'gemini';

  prepare(home: Home): void {
    home.writeJson('.gemini/settings.json', {
      security: { auth: { selectedType: 'gemini-api-key' }, folderTrust: { enabled: false } },
      general: { enableAutoUpdate: false, enableAutoUpdateNotification: false },
      telemetry: { enabled: false },
      privacy: { usageStatisticsEnabled: false },
      model: { name: 'gemini-2.5-pro' },
    });
  }

  environment(_home: Home, model: MockModel): Record<string, string> {
    return {
      GEMINI_API_KEY: 'dummy-key',
      GOOGLE_GEMINI_BASE_URL: model.url,
      GEMINI_CLI_NO_RELAUNCH: 'true',
      NO_BROWSER: '1',
    };
  }

  /** `gemini -p`: one prompt, to its end. */
  print(bench: Bench, options: PromptOptions): Running {
    const quietly = ['--approval-mode', 'yolo', '--skip-trust', '-o', 'stream-json'];
    return bench.start(this, ['-p', options.prompt, ...quietly], options);
  }
}
