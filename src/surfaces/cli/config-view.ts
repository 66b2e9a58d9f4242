/** `signalbox config`: every setting with its value, where that came from, and what it means. Opens no store. */

import type { Composition } from '../../compose.ts';
import { type ResolvedGuard, type Setting, type SettingKey, settings } from '../../config.ts';
import { guardKeys } from '../../core/guard-declaration.ts';
import type { GuardPolicy } from '../../core/policy.ts';
import { withoutSecrets } from '../../core/shown-address.ts';
import { exitCodes } from './exit-codes.ts';
import { type Invocation, pageFor, printResult, withComposition } from './invocation.ts';
import { displayWidth, oneLine, wrap } from './layout.ts';
import { projectOf } from './place.ts';
import { type Page, shortPath } from './renderers.ts';

interface ShownSetting {
  readonly key: string;
  /** What is in force, also where nothing was set. */
  readonly value: string;
  readonly origin: string;
  readonly flag: string;
  readonly environment: string;
  readonly file: string | null;
  readonly help: string;
}

interface ShownPool {
  readonly name: string;
  readonly origin: string;
  /** Resources it gives out, in the order of preference. */
  readonly values: readonly string[];
  readonly probe: 'tcp' | 'none';
}

/** One key of the guard's policy, or one of its globs. */
interface ShownRule {
  /** As it stands in a settings file: `guard.edits`, `guard.paths["docs/**"]`. */
  readonly key: string;
  readonly value: string | number | boolean;
  readonly origin: string;
}

interface ShownConfig {
  readonly settings: readonly ShownSetting[];
  readonly pools: readonly ShownPool[];
  readonly guard: readonly ShownRule[];
  readonly files: readonly string[];
  readonly unknown: readonly string[];
  readonly runtimeFolder: string;
}

export function runConfig(invocation: Invocation): Promise<number> {
  return withComposition(invocation, async parts => {
    const effective = await valuesInForce(parts);
    const shown: ShownConfig = {
      settings: settings.map(setting => shownSetting(setting, parts, effective)),
      pools: parts.pools.map(({ pool, origin }) => ({ ...pool, origin, probe: pool.probe ?? 'none' })),
      guard: guardKeys.flatMap(key => shownRules(key, parts.guard)),
      files: parts.files,
      unknown: parts.unknownSettings,
      runtimeFolder: parts.runtimeFolder,
    };
    await printResult(invocation, shown, () => configText(shown, pageFor(invocation, parts.world.clock.now())));
    return exitCodes.ok;
  });
}

/** What a setting comes to where it was left to its default. */
async function valuesInForce(parts: Composition): Promise<Partial<Record<SettingKey, string>>> {
  return {
    store: withoutSecrets(parts.storeUrl),
    home: parts.stateFolder,
    // A folder that is gone is doctor's matter; the other settings are still worth seeing.
    project: await projectOf(parts).catch(() => ''),
    directory: parts.directory,
  };
}

function shownSetting(
  setting: Setting,
  parts: Composition,
  effective: Partial<Record<SettingKey, string>>,
): ShownSetting {
  const key = setting.key as SettingKey;
  const { value, variable, origin: place } = parts.config[key];
  const { flag, environment, file, help } = setting;
  const origin = variable ? `${place}, ${variable}` : place;
  return { key, value: effective[key] ?? value, origin, flag, environment, file, help };
}

function shownRules(key: keyof GuardPolicy, { policy, origins }: ResolvedGuard): ShownRule[] {
  const origin = origins[key];
  if (key !== 'paths') return [{ key: `guard.${key}`, value: policy[key], origin }];
  return policy.paths.map(({ glob, mode }) => ({ key: `guard.paths[${JSON.stringify(glob)}]`, value: mode, origin }));
}

/** What each key of the guard means; globs explain themselves. */
const guardHelp: Readonly<Record<string, string>> = {
  'guard.edits':
    'What becomes of an edit of a file that another session has: block, warn or off. A glob in "paths" has the last word for its files.',
  'guard.git':
    'What becomes of git commands that act on a checkout which another session is using: block, warn or off.',
  'guard.onFailure': 'What becomes of edits and commands when Signalbox itself fails: allow or block.',
  'guard.graceSeconds': 'How long the locks that edits took outlive the turn they were made in.',
  'guard.commitTrailer': 'Whether commits of sessions are marked with a trailer that names them.',
};

function ruleText({ key, value, origin }: ShownRule, indent: number, { style, columns }: Page): string {
  const name = oneLine(key);
  const shownOrigin = origin === 'default' ? style.quiet(origin) : style.careful(origin);
  // A long glob has a line of its own.
  const gap = displayWidth(name) < indent ? ' '.repeat(indent - displayWidth(name)) : `\n${' '.repeat(indent)}`;
  const help = guardHelp[key];
  const more = help
    ? wrap(`${help}\n"guard" in a settings file`, columns === undefined ? undefined : columns - indent)
    : [];
  const lines = more.map(line => `${' '.repeat(indent)}${style.quiet(line)}`);
  return [`${style.name(name)}${gap}${style.strong(String(value))}  ${shownOrigin}`, ...lines].join('\n');
}

/** A pool as its first values, how many there are, and where it is declared. */
function poolText({ name, values, probe, origin }: ShownPool, indent: number, { style, columns }: Page): string {
  const few = values.length <= 3 ? values.join(', ') : `${values[0]} … ${values.at(-1)}`;
  const head = `${style.name(`pool:${name}`.padEnd(indent))}${style.strong(few)}  ${style.careful(origin)}`;
  const probed = probe === 'tcp' ? '; a TCP port that something uses is passed over' : '';
  const more = `${values.length} ${values.length === 1 ? 'place' : 'places'}${probed}.`;
  const lines = wrap(more, columns === undefined ? undefined : columns - indent);
  return [head, ...lines.map(line => `${' '.repeat(indent)}${style.quiet(line)}`)].join('\n');
}

function configText(config: ShownConfig, page: Page): string {
  const { style, columns } = page;
  const names = [
    ...config.settings.map(({ key }) => key),
    ...config.pools.map(({ name }) => `pool:${name}`),
    ...Object.keys(guardHelp),
  ];
  const indent = Math.max(...names.map(displayWidth)) + 2;
  const blocks = config.settings.map(setting => {
    const value = shortPath(oneLine(setting.value).replace(/^sqlite:(?=\/)/, ''), page) || '–';
    const origin = setting.origin === 'default' ? style.quiet('default') : style.careful(setting.origin);
    const where = [
      setting.flag,
      setting.environment,
      ...(setting.file ? [`"${setting.file}" in a settings file`] : []),
    ];
    const more = wrap(`${setting.help}\n${where.join(', ')}`, columns === undefined ? undefined : columns - indent);
    const head = `${style.name(setting.key.padEnd(indent))}${style.strong(value)}  ${origin}`;
    return [head, ...more.map(line => `${' '.repeat(indent)}${style.quiet(line)}`)].join('\n');
  });
  const pools = config.pools.map(pool => poolText(pool, indent, page));
  const rules = config.guard.map(rule => ruleText(rule, indent, page));
  const files =
    config.files.length === 0
      ? ['No settings files were read.']
      : config.files.map(file => `Read: ${shortPath(oneLine(file), page)}`);
  const unknown = config.unknown.map(setting => `${style.careful('!')} Unknown: ${oneLine(setting)}`);
  return `${[...blocks, ...pools, ...rules].join('\n')}\n\n${[...files, ...unknown].join('\n')}\n`;
}
