/** `signalbox config`: every setting with its value, where that came from, and what it means. Opens no store. */
import type { Composition } from '../../compose.ts';
import { type Setting, type SettingKey, settings } from '../../config.ts';
import { exitCodes } from './exit-codes.ts';
import { type Invocation, pageFor, printResult, withComposition } from './invocation.ts';
import { displayWidth, oneLine, wrap } from './layout.ts';
import { projectOf, withoutSecrets } from './place.ts';
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

interface ShownConfig {
  readonly settings: readonly ShownSetting[];
  readonly pools: readonly ShownPool[];
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
  const { value, origin } = parts.config[key];
  const { flag, environment, file, help } = setting;
  return { key, value: effective[key] ?? value, origin, flag, environment, file, help };
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
  const names = [...config.settings.map(({ key }) => key), ...config.pools.map(({ name }) => `pool:${name}`)];
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
  const files =
    config.files.length === 0
      ? ['No settings files were read.']
      : config.files.map(file => `Read: ${shortPath(oneLine(file), page)}`);
  const unknown = config.unknown.map(setting => `${style.careful('!')} Unknown: ${oneLine(setting)}`);
  return `${[...blocks, ...pools].join('\n')}\n\n${[...files, ...unknown].join('\n')}\n`;
}
