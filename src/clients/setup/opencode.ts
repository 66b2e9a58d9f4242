/** opencode: its server in the configuration, and a plugin in place of hooks. */
import { unasked } from '../define-client.ts';
import type { ClientSetup, JsonObject, SetupPlace } from './define-setup.ts';
import { inHome, inRoot, joined, movable } from './place.ts';

const pluginMark = '// Written by `signalbox setup`';

export const opencode: ClientSetup = {
  id: 'opencode',
  name: 'opencode',
  signs: place => ({ programs: ['opencode'], paths: [folder(place)] }),
  files: place => [
    {
      kind: 'json',
      paths: [inFolder(place, 'opencode.json'), inFolder(place, 'opencode.jsonc')],
      parts: [{ kind: 'entry', path: ['mcp', 'signalbox'], value: server(place) }],
    },
    { kind: 'own', paths: [plugin(place)], text: openCodePluginText(place), mark: pluginMark },
  ],
  next: () => [],
};

function server({ program }: SetupPlace): JsonObject {
  return { type: 'local', command: [program.command, ...program.args, 'mcp'], enabled: true };
}

/** The whole of the plugin's file: it leads to the plugin of the installed program, so that an update reaches it. */
export function openCodePluginText({ program, scope, failsClosed = false }: SetupPlace): string {
  const head = `${pluginMark}, taken away by \`signalbox remove\`. Do not edit.\n`;
  if (scope === 'project') return `${head}${projectPlugin(failsClosed)}`;
  const entry = program.args[0] ?? '';
  const url = JSON.stringify(urlOf(entry.replace(/[^\\/]+$/, 'opencode-plugin.mjs')));
  if (!failsClosed) return `${head}export * from ${url};\n`;
  return `${head}import { Signalbox as plugin } from ${url};\n\nexport const Signalbox = input => plugin(${closed});\n`;
}

/** What the plugin is told besides, for it to refuse what it cannot ask about. */
const closed = '{ ...input, signalbox: { failsClosed: true } }';

/**
 * Finds the installed program as a shell would, beside which the plugin lies. Whoever has cloned the repository and not installed
 * Signalbox is not to see an error for it; where setup is to fail closed that one must not change files.
 */
const projectPlugin = (
  failsClosed: boolean,
) => `const [{ realpathSync }, { delimiter, dirname, join }, { pathToFileURL }] = await Promise.all(
  ['fs', 'path', 'url'].map(name => import('node:' + name)),
);

const places = folder => [
  () => dirname(realpathSync(join(folder, 'signalbox'))),
  () => join(folder, 'node_modules', 'signalbox', 'dist'),
];

export const Signalbox = async input => {
  for (const place of (process['env'].PATH ?? '').split(delimiter).flatMap(places)) {
    try {
      const plugin = await import(pathToFileURL(join(place(), 'opencode-plugin.mjs')).href);
      return await plugin.Signalbox(${failsClosed ? closed : 'input'});
    } catch {}
  }
  return ${failsClosed ? refusingAll : '{}'};
};
`;

const refusingAll = `{
    'tool.execute.before': async ({ tool }) => {
      if (/^(?:write|edit|multiedit|patch|apply_patch|bash)$/.test(tool)) throw new Error('${unasked}');
    },
  }`;

function urlOf(path: string): string {
  const encoded = path.replaceAll('\\', '/').split('/').map(encodeURIComponent).join('/').replaceAll('%3A', ':');
  return `file://${encoded.startsWith('/') ? '' : '/'}${encoded}`;
}

function plugin(place: SetupPlace): string {
  return place.scope === 'user'
    ? joined(place, folder(place), 'plugin', 'signalbox.js')
    : inRoot(place, '.opencode', 'plugin', 'signalbox.js');
}

function inFolder(place: SetupPlace, name: string): string {
  return place.scope === 'user' ? joined(place, folder(place), name) : inRoot(place, name);
}

/** The same on every platform. */
function folder(place: SetupPlace): string {
  return joined(place, movable(place, 'XDG_CONFIG_HOME', inHome(place, '.config')), 'opencode');
}
