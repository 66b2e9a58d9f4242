import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import {
  husky8Hook,
  husky8Runner,
  husky9Hook,
  husky9Hooks,
  husky9Runner,
  lefthookHook,
  preCommitHook,
} from '../support/hook-fixtures.ts';
import { HookedRepository, noting } from '../support/hooked.ts';

let repository: HookedRepository;

afterEach(() => repository.dispose());

/** What somebody else has in the hooks, and how that notes itself. */
interface Others {
  readonly name: string;
  /** Whether ours go into a folder of their own, because those hooks are not this repository's alone or are under version control. */
  readonly isBeside?: true;
  prepare(): void | Promise<void>;
  /** What a commit and a push have noted. */
  readonly commit: readonly string[];
  readonly push: readonly (string | RegExp)[];
}

/** In the home folder of the user. */
const sharedFolder = "user/all my 'hooks";

const pushed = /^pre-push reads refs\/heads\/main [0-9a-f]{40} refs\/heads\/main [0-9a-f]{40}$/;
const pushedTo = /^pre-push as pre-push: 2 \[origin .*far\.git\]$/;
const plain = { commit: ['pre-commit as pre-commit: 0 []'], push: [pushedTo, pushed] };

function put(path: string, text: string | Uint8Array, mode = 0o755): string {
  return repository.put(path, text, mode);
}

/** A program of that name on the PATH that notes itself like a hook. */
function program(name: string): string {
  const folder = join(repository.place.folder, 'bin');
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    join(folder, name),
    `#!/bin/sh
[ "$1" = -h ] && exit 0
echo "program: $*" | sed "s#$PWD/##g" >> "$NOTES"
sed "s/^/program reads /" >> "$NOTES"
exit "\${OTHER_EXIT:-0}"
`,
    { mode: 0o755 },
  );
  repository.place.environment.PATH = `${folder}:${repository.place.environment.PATH}`;
  return join(folder, name);
}

function globalHooks(value: string): void {
  const file = join(repository.place.folder, 'global');
  writeFileSync(file, `[core]\n\thooksPath = ${value}\n`);
  repository.place.environment.GIT_CONFIG_GLOBAL = file;
}

const cases: readonly Others[] = [
  {
    name: 'shell hooks, with flags, and with nothing for a first line',
    prepare: () => {
      put('.git/hooks/pre-commit', noting('pre-commit', '#!/bin/sh -eu'));
      put('.git/hooks/pre-push', noting('pre-push', '').slice(1));
    },
    ...plain,
  },
  {
    name: 'a hook of bash in another encoding, which nobody else may write',
    prepare: () => {
      const text = Buffer.from(noting('pre-commit', '#!/usr/bin/env bash\n# gr\u00fc\u00dfe'), 'latin1');
      put('.git/hooks/pre-commit', text, 0o700);
      put('.git/hooks/pre-push', noting('pre-push'), 0o750);
    },
    ...plain,
  },
  {
    name: 'husky 9, whose hooks git ignores',
    prepare: () => {
      for (const hook of husky9Hooks) put(`.husky/_/${hook}`, husky9Hook);
      put('.husky/_/h', husky9Runner, 0o644);
      put('.husky/_/.gitignore', '*', 0o644);
      put('.husky/pre-commit', noting('pre-commit', ''), 0o644);
      put('.husky/pre-push', noting('pre-push', ''), 0o644);
      repository.place.git('config', 'core.hooksPath', '.husky/_');
    },
    ...plain,
  },
  {
    name: 'husky 8, whose hooks are under version control',
    isBeside: true,
    prepare: () => {
      put('.husky/pre-commit', husky8Hook('pre-commit'));
      put('.husky/pre-push', husky8Hook('pre-push'));
      put('.husky/_/husky.sh', husky8Runner, 0o644);
      put('.husky/_/.gitignore', '*', 0o644);
      repository.place.git('add', '.husky');
      repository.place.git('commit', '-q', '-m', 'Hooks');
      repository.place.git('config', 'core.hooksPath', '.husky');
    },
    ...plain,
  },
  {
    name: 'lefthook',
    prepare: () => {
      program('lefthook');
      for (const hook of ['pre-commit', 'pre-push']) put(`.git/hooks/${hook}`, lefthookHook(hook));
    },
    commit: ['program: run pre-commit'],
    push: [/^program: run pre-push origin .*far\.git$/, /^program reads refs\/heads\/main /],
  },
  {
    name: 'pre-commit',
    prepare: () => {
      const python = program('python3');
      for (const hook of ['pre-commit', 'pre-push']) put(`.git/hooks/${hook}`, preCommitHook(hook, python));
    },
    commit: [
      'program: -mpre_commit hook-impl --config=.pre-commit-config.yaml --hook-type=pre-commit --hook-dir .git/hooks --',
    ],
    push: [
      /^program: -mpre_commit .*--hook-type=pre-push --hook-dir .git\/hooks -- origin /,
      /^program reads refs\/heads\/main /,
    ],
  },
  {
    name: 'links to scripts under version control, one for several hooks',
    prepare: () => {
      put(
        'scripts/hook',
        `#!/bin/sh\nset -e\n[ "$(readlink -f "$0")" = "$PWD/scripts/hook" ]\n[ -f "$(dirname "$0")/../../README.md" ]\nname=\${0##*/}\necho "$name as $name: $# [$*]" >> "$NOTES"\nsed "s/^/$name reads /" >> "$NOTES"\nexit "\${OTHER_EXIT:-0}"\n`,
      );
      symlinkSync('../../scripts/hook', join(repository.root, '.git/hooks/pre-commit'));
      symlinkSync(join(repository.root, 'scripts/hook'), join(repository.root, '.git/hooks/pre-push'));
      symlinkSync('../../scripts/gone', join(repository.root, '.git/hooks/post-checkout'));
    },
    ...plain,
  },
  {
    name: 'hooks in another language, and one that is switched off',
    prepare: () => {
      const text = (name: string) => `#!${process.execPath}
const { appendFileSync, readFileSync } = require('node:fs');
const note = line => appendFileSync(process.env.NOTES, line + '\\n');
note('${name} as ' + process.argv[1].split('/').pop() + ': ' + (process.argv.length - 2) + ' [' + process.argv.slice(2).join(' ') + ']');
for (const line of readFileSync(0, 'utf8').split('\\n').filter(Boolean)) note('${name} reads ' + line);
process.exit(Number(process.env.OTHER_EXIT ?? 0));
`;
      for (const hook of ['pre-commit', 'pre-push']) put(`.git/hooks/${hook}`, text(hook));
      put('.git/hooks/post-checkout', noting('post-checkout'), 0o644);
    },
    ...plain,
  },
  {
    name: 'hooks that all repositories of a user share',
    isBeside: true,
    prepare: () => {
      const folder = join(repository.place.folder, sharedFolder);
      mkdirSync(folder);
      for (const hook of ['pre-commit', 'pre-push']) writeFileSync(join(folder, hook), noting(hook), { mode: 0o755 });
      globalHooks(`~/${basename(folder)}`);
    },
    ...plain,
  },
  {
    name: 'hooks of a folder in the repository that all repositories of a user look for',
    isBeside: true,
    prepare: () => {
      for (const hook of ['pre-commit', 'pre-push']) put(`tools/hooks/${hook}`, noting(hook));
      globalHooks('tools/hooks');
    },
    ...plain,
  },
  {
    name: 'hooks that all repositories of a user share, and that lie in this one, where git ignores them',
    isBeside: true,
    prepare: () => {
      put('.git/info/exclude', '/dotfiles\n', 0o644);
      for (const hook of ['pre-commit', 'pre-push']) put(`dotfiles/${hook}`, noting(hook));
      globalHooks(join(repository.root, 'dotfiles'));
    },
    ...plain,
  },
  {
    name: 'a folder of hooks that is a link to one under version control',
    isBeside: true,
    prepare: () => {
      rmSync(join(repository.root, '.git/hooks'), { recursive: true });
      for (const hook of ['pre-commit', 'pre-push']) put(`hooks/${hook}`, noting(hook));
      symlinkSync('../hooks', join(repository.root, '.git/hooks'));
    },
    ...plain,
  },
  {
    name: 'nothing at all, not even the folder',
    prepare: () => rmSync(join(repository.root, '.git/hooks'), { recursive: true }),
    commit: [],
    push: [],
  },
];

describe.each(cases)('beside $name', ({ prepare, commit, push, isBeside = false }) => {
  it('the hooks hold locks, the others go on as they were, and all of it is taken back to the byte', async () => {
    repository = new HookedRepository();
    await prepare();
    const shared = join(repository.place.folder, sharedFolder);
    const state = () => [...repository.state(), ...others(shared)];
    const before = state();
    const installed = await repository.guard('install', '--yes');
    expect([installed.code, installed.stderr]).toEqual([0, '']);
    expect(others(shared)).toEqual(before.filter(line => line.startsWith(shared)));
    expect(existsSync(join(repository.root, '.git/signalbox/hooks'))).toBe(isBeside);
    const visible = (line: string) => !line.startsWith('.git') && !line.startsWith('.husky/_');
    expect(state().filter(visible)).toEqual(before.filter(visible));

    // What is committed and pushed is told to them as it always was, and their word counts.
    expect((await repository.commit('src/auth.ts', 'one\n')).code).toBe(0);
    expect(repository.notes()).toEqual(commit);
    expect((await repository.git(['push', '-q', 'origin', 'main'])).code).toBe(0);
    expect(repository.notes()).toEqual(
      push.map(line => (typeof line === 'string' ? line : expect.stringMatching(line))),
    );
    const stops = await repository.commit('src/auth.ts', 'two\n', { OTHER_EXIT: '3' });
    expect(stops.code).toBe(commit.length > 0 ? 1 : 0);
    repository.notes();

    // Ours are asked before them.
    const session = await repository.holder(['README.md']);
    const refused = await repository.commit('README.md', 'x\n');
    expect([refused.code, refused.stderr.includes('README.md is locked by'), repository.notes()]).toEqual([
      1,
      true,
      [],
    ]);
    await session.close();
    await repository.git(['checkout', '-q', 'HEAD', '--', 'README.md', 'src/auth.ts']);

    const again = await repository.guard('install', '--json', '--yes');
    expect(JSON.parse(again.stdout)).toMatchObject({ state: 'unchanged', files: [] });
    const removed = await repository.guard('remove', '--yes');
    expect([removed.code, removed.stderr]).toEqual([0, '']);
    const changed = (line: string) => !/^src\/auth\.ts /.test(line);
    expect(state().filter(changed)).toEqual(before.filter(changed));
  });
});

/** Everything in a folder outside the repository; nothing where there is none. */
function others(folder: string): string[] {
  try {
    return execFileSync('find', [folder, '-type', 'f', '-exec', 'md5sum', '{}', '+'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    })
      .split('\n')
      .map(line => `${folder} ${line}`);
  } catch {
    return [];
  }
}

describe('hooks that others share', () => {
  it('are found also when they appear later, and their folder is never written into', async () => {
    repository = new HookedRepository();
    const folder = join(repository.place.folder, 'shared');
    mkdirSync(folder);
    globalHooks(folder);
    chmodSync(folder, 0o555);
    expect((await repository.guard('install', '--yes')).code).toBe(0);
    chmodSync(folder, 0o755);
    for (const hook of ['pre-commit', 'commit-msg']) writeFileSync(join(folder, hook), noting(hook), { mode: 0o755 });
    expect((await repository.commit('src/auth.ts', 'one\n')).code).toBe(0);
    expect(repository.notes()).toEqual([
      'pre-commit as pre-commit: 0 []',
      'commit-msg as commit-msg: 1 [.git/COMMIT_EDITMSG]',
    ]);
  });

  it('are those of every worktree: what is installed in one counts in all', async () => {
    repository = new HookedRepository();
    put('.git/hooks/pre-commit', noting('pre-commit'));
    const root = repository.place.worktree('next');
    expect((await repository.place.command(['guard', 'install', '--yes'], { directory: root })).code).toBe(0);
    await repository.holder(['README.md']);
    writeFileSync(join(root, 'README.md'), 'x\n');
    for (const at of [root, repository.root]) {
      writeFileSync(join(at, 'README.md'), 'x\n');
      const { code, stderr } = await repository.git(['commit', '-q', '-a', '-m', 'x'], {}, at);
      expect([code, stderr.startsWith('signalbox: not committed')]).toEqual([1, true]);
    }
  });
});

describe('worktrees that have a setting of their own', () => {
  it('go on with their own hooks, also one that was made since, and all of them are brought back', async () => {
    repository = new HookedRepository();
    const { place } = repository;
    put('tools/pre-commit', noting('pre-commit'));
    place.git('add', 'tools');
    place.git('commit', '-q', '-m', 'Hooks');
    place.git('config', 'extensions.worktreeConfig', 'true');
    place.git('config', '--worktree', 'core.hooksPath', 'tools');
    const before = repository.state();
    expect((await repository.guard('install', '--yes')).code).toBe(0);
    // Git copies the setting of the one in which it was made.
    const root = place.worktree('next');
    const status = await place.command(['guard', 'status'], { directory: root });
    expect([status.code, status.stdout.match(/in force/g)?.length]).toEqual([0, 5]);
    expect((await place.command(['guard', 'install', '--yes'], { directory: root })).code).toBe(0);
    await repository.git(['commit', '-q', '--allow-empty', '-m', 'x'], {}, root);
    expect(repository.notes()).toEqual(['pre-commit as pre-commit: 0 []']);
    expect((await repository.guard('remove', '--yes')).code).toBe(0);
    expect(repository.state()).toEqual(before);
    expect(place.git('-C', root, 'config', 'core.hooksPath').trim()).toBe('tools');
  });
});

describe('a configuration of git that decides otherwise', () => {
  it('is told, and everything stays as it was', async () => {
    repository = new HookedRepository();
    put('.git/more', '[core]\n\thooksPath = late\n', 0o644);
    repository.place.git('config', 'core.hooksPath', 'early');
    repository.place.git('config', 'include.path', 'more');
    const before = repository.state();
    const { code, stderr } = await repository.guard('install', '--yes');
    expect([code, stderr.includes('another file of its configuration decides that')]).toEqual([9, true]);
    expect(repository.state()).toEqual(before);
  });
});

describe('a folder of hooks', () => {
  it('that is write-protected, or holds what is no file in the place of a hook, is refused and stays as it is', async () => {
    repository = new HookedRepository();
    put('.git/hooks/pre-commit', noting('pre-commit'), 0o555);
    const before = repository.state();
    const kept = await repository.guard('install', '--yes');
    expect([kept.code, kept.stderr.includes('pre-commit is write-protected')]).toEqual([9, true]);
    chmodSync(join(repository.root, '.git/hooks/pre-commit'), 0o755);
    mkdirSync(join(repository.root, '.git/hooks/pre-push'));
    const odd = await repository.guard('install', '--yes');
    expect([odd.code, odd.stderr.includes('pre-push is no file')]).toEqual([9, true]);
    rmSync(join(repository.root, '.git/hooks/pre-push'), { recursive: true });
    chmodSync(join(repository.root, '.git/hooks/pre-commit'), 0o555);
    expect(repository.state()).toEqual(before);
  });

  it('is not there outside a checkout, which is said', async () => {
    repository = new HookedRepository();
    const { code, stderr } = await repository.place.command(['guard', 'install', '--yes'], {
      directory: repository.place.folder,
    });
    expect([code, stderr.includes('no checkout of a git repository')]).toEqual([3, true]);
  });
});
