#!/usr/bin/env node
/** The entry. `mcp` goes straight to the server, so that a client's start loads no command line. */
import { parseArgs } from 'node:util';
import type { SettingKey } from './config.ts';
import { SignalboxError } from './core/errors.ts';

const [command, ...rest] = process.argv.slice(2);
const asksForHelp = rest.some(word => word === '--help' || word === '-h');

if (command === 'mcp') {
  await runServer(rest);
} else if (command === 'hook' && !asksForHelp) {
  const { runHook } = await import('./hook.ts');
  process.exit(await runHook(rest, process.env));
} else if (command === 'statusline' && !asksForHelp) {
  const { runHook } = await import('./hook.ts');
  process.exit(await runHook(['claude-code', 'StatusLine', ...rest], process.env));
} else {
  const { runCommandLine } = await import('./surfaces/cli/run.ts');
  process.exitCode = await runCommandLine(process.argv.slice(2), process.env);
}

async function runServer(args: string[]): Promise<void> {
  try {
    if (asksForHelp) {
      const { runCommandLine } = await import('./surfaces/cli/run.ts');
      process.exitCode = await runCommandLine(['mcp', '--help'], process.env);
      return;
    }
    const { callTool, compose, everything, profileNamed, selectTools, serve, settings } = await import('./server.ts');
    const options = Object.fromEntries(
      settings
        .filter(setting => !('hubOnly' in setting))
        .map(setting => [setting.flag.slice(2), { type: setting.key === 'channel' ? 'boolean' : 'string' } as const]),
    );
    const { values } = parseArgs({ args, options });
    const flags = Object.fromEntries(
      settings.flatMap(setting => {
        const value = values[setting.flag.slice(2)];
        return value === undefined ? [] : [[setting.key as SettingKey, value === true ? 'on' : String(value)]];
      }),
    );
    const parts = await compose(flags, process.env, process.cwd(), 'session');
    const tools = selectTools(parts.config.tools.value);
    const gitHooksHold = async (directory: string) => {
      const { holdsGitHooks } = await import('./git-hooks.ts');
      return holdsGitHooks(directory, parts.world.policy.guard, process.env, parts.world.ids.next());
    };
    const profile = await profileNamed(parts.config.profile.value);
    const { directory, surroundings, standing } = parts;
    const foreign = profile && { profile, directory, surroundings, standing };
    const channel = parts.config.channel.value === 'on';
    const calls = { call: callTool, hookCall: callTool, permission: everything };
    const about = { ...parts, tools, ...calls, foreign, channel, gitHooksHold };
    const { hub } = parts;
    if (hub) await (await import('./surfaces/bridge/serve.ts')).serveBridge({ ...about, hub });
    else await serve(about);
    await parts.close();
    process.exit(0);
  } catch (error) {
    const [message, next] =
      error instanceof SignalboxError
        ? [error.message, error.next]
        : [(error as Error).message, 'Run `signalbox mcp --help` for the options.'];
    process.stderr.write(`signalbox: ${message}\n  ${next}\n`);
    process.exit(2);
  }
}
