import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { ClientSetup, Scope, SetupFile, SetupPlace } from '../../src/clients/setup/define-setup.ts';
import { withOurs, withoutOurs } from '../../src/clients/setup/edits/edit.ts';
import { clientSetups } from '../../src/clients/setup/index.ts';

const folder = fileURLToPath(new URL('./clients', import.meta.url));
const isUpdate = process.env.SIGNALBOX_UPDATE_GOLDEN === '1';

const homes = { linux: '/home/ann', darwin: '/Users/ann', win32: 'C:\\Users\\ann' };
const configHomes = {
  linux: '/home/ann/.config',
  darwin: '/Users/ann/Library/Application Support',
  win32: 'C:\\Users\\ann\\AppData\\Roaming',
};
const programsIn = (command: string, dist: string) => ({
  program: { command, args: [`${dist}signalbox.mjs`] },
  hookProgram: { command, args: [`${dist}hook.cjs`] },
});
const programs = {
  linux: programsIn('/usr/bin/node', '/opt/signalbox/dist/'),
  darwin: programsIn('/opt/node 22/bin/node', '/opt/signalbox/dist/'),
  win32: programsIn('C:\\Program Files\\nodejs\\node.exe', 'C:\\npm\\signalbox\\dist\\'),
};
const committed = {
  program: { command: 'signalbox', args: [] },
  hookProgram: { command: 'signalbox', args: ['hook'] },
};
type Platform = keyof typeof homes;

function placeOn(platform: Platform, scope: Scope): SetupPlace {
  return {
    scope,
    platform,
    home: homes[platform],
    configHome: configHomes[platform],
    environment: {},
    root: platform === 'win32' ? 'C:\\shop' : '/shop',
    ...(scope === 'user' ? programs[platform] : committed),
  };
}

/** What others have put there: comments, servers and hooks of their own, on lines of their own habits. */
const others = {
  json: `{
  // what I like
  "theme": "dark",
  "mcpServers": { "other": { "command": "x" } },
  "servers": {
    "other": { "command": "x" } // tried
  },
  "hooks": {
    "Stop": [{ "hooks": [{ "type": "command", "command": "beep" }] }],
    "stop": [{ "command": "beep" }]
  },
}
`,
  toml: 'model = "x" # mine\n\n[mcp_servers.other]\ncommand = "x"\n',
};

function fixturesFor(file: SetupFile): (readonly [name: string, text: string | null])[] {
  if (file.kind === 'own') return [['no file', null]];
  const text = others[file.kind];
  const tabs = text.replaceAll('  ', '\t').replaceAll('\n', '\r\n').trimEnd();
  return [
    ['no file', null],
    ['a file of others', text],
    ['with tabs and CRLF, and no line end at the end', tabs],
  ];
}

const recorded = () => readdirSync(folder).filter(name => name.endsWith('.txt'));

const visible = (text: string) => text.replaceAll('\r\n', '␍\n').replaceAll('\t', '⇥');

function pageOf(client: ClientSetup, scope: Scope): string {
  const place = placeOn('linux', scope);
  const sections = client.files(place).flatMap(file =>
    fixturesFor(file)
      .filter(([name]) => scope === 'user' || name === 'no file')
      .map(
        ([name, text]) => `=== ${file.paths.join(' or ')}: ${name}\n${visible(withOurs(text, file, file.paths[0]))}`,
      ),
  );
  const elsewhere = (['darwin', 'win32'] as const).flatMap(platform =>
    scope === 'user' ? client.files(placeOn(platform, scope)).map(({ paths }) => `${platform} ${paths[0]}`) : [],
  );
  return `${[...sections, `=== elsewhere\n${elsewhere.join('\n')}`, `=== next\n${client.next(place).join('\n')}`].join('\n')}\n`;
}

const pages = new Map(
  clientSetups.flatMap(client =>
    (['user', 'project'] as const).map(scope => [`${client.id}-${scope}.txt`, pageOf(client, scope)] as const),
  ),
);

describe('what setup writes', () => {
  if (isUpdate) {
    mkdirSync(folder, { recursive: true });
    // Other records lie in folders beside these.
    for (const name of recorded()) rmSync(`${folder}/${name}`);
    for (const [name, text] of pages) writeFileSync(`${folder}/${name}`, text);
  }

  it.each([...pages])('%s is as recorded; SIGNALBOX_UPDATE_GOLDEN=1 records it anew', (name, text) => {
    const path = `${folder}/${name}`;
    expect(text).toBe(existsSync(path) ? readFileSync(path, 'utf8') : '(nothing recorded)');
  });

  it('has no records of clients that are gone', () => {
    expect(recorded().sort()).toEqual([...pages.keys()].sort());
  });
});

describe.each(clientSetups)('the files of $id', client => {
  it.each(['linux', 'darwin', 'win32'] as const)('become what they were, to the byte, on %s', platform => {
    for (const scope of ['user', 'project'] as const) {
      for (const file of client.files(placeOn(platform, scope))) {
        for (const [, text] of fixturesFor(file)) {
          const done = withOurs(text, file, 'x');
          expect(withOurs(done, file, 'x')).toBe(done);
          expect(withoutOurs(done, file, text, 'x')).toBe(text);
          // Whose the version of a file was, nobody can tell then.
          const hasFrame = file.kind === 'json' && file.parts.some(({ kind }) => kind === 'frame');
          if (text === null || !hasFrame) expect(withoutOurs(done, file, undefined, 'x')).toBe(text);
        }
      }
    }
  });
});
