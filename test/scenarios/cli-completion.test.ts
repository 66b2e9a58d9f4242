import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { binary, Workspace } from '../support/workspace.ts';

let place: Workspace;
let environment: Record<string, string>;

beforeEach(() => {
  place = new Workspace();
  const programs = join(place.folder, 'bin');
  mkdirSync(programs);
  writeFileSync(join(programs, 'signalbox'), `#!/bin/sh\nexec '${process.execPath}' '${binary}' "$@"\n`, {
    mode: 0o755,
  });
  environment = { ...place.environment, PATH: `${programs}${delimiter}${place.environment.PATH}` };
});

afterEach(() => place.dispose());

const isInstalled = (shell: string) =>
  spawnSync(shell, ['--version'], { env: { PATH: process.env.PATH } }).error === undefined;

async function scriptFor(shell: string): Promise<string> {
  const { stdout, code } = await place.command(['completion', shell]);
  expect(code).toBe(0);
  const path = join(place.folder, `completion.${shell}`);
  writeFileSync(path, stdout);
  return path;
}

function run(shell: string, args: readonly string[]): string[] {
  const text = execFileSync(shell, args, { cwd: place.repository, env: environment, encoding: 'utf8' });
  return text
    .split('\n')
    .filter(line => line !== '')
    .sort();
}

/** What each shell offers at the end of a line. */
const complete: Readonly<Record<string, (script: string, line: string) => string[]>> = {
  bash: (script, line) => {
    const words = line.split(' ');
    const set = `COMP_WORDS=(${words.map(word => `'${word}'`).join(' ')}); COMP_CWORD=${words.length - 1}`;
    return run('bash', ['-c', `source '${script}'; ${set}; _signalbox; printf '%s\\n' "\${COMPREPLY[@]}"`]);
  },
  fish: (script, line) => run('fish', ['--no-config', '-c', `source '${script}'; complete -C '${line}' | cut -f1`]),
};

describe.each(['bash', 'zsh', 'fish'])('the script for %s', shell => {
  it.runIf(isInstalled(shell))('is one the shell can read', async () => {
    const result = spawnSync(shell, ['-n', await scriptFor(shell)], { encoding: 'utf8', env: environment });
    expect([result.status, result.stderr]).toEqual([0, '']);
  });
});

describe.each(['bash', 'fish'])('completion in %s', shell => {
  const offered = async (line: string) => complete[shell]?.(await scriptFor(shell), line) ?? [];

  it.runIf(isInstalled(shell))('offers commands, subcommands and values of arguments', async () => {
    expect(await offered('signalbox l')).toEqual(['lock']);
    expect(await offered('signalbox lock ')).toEqual(['acquire', 'break', 'list', 'release']);
    expect(await offered('signalbox completion ')).toEqual(['bash', 'fish', 'zsh']);
    expect(await offered('signalbox conflict check git_re')).toEqual(['git_rebase']);
  });

  it.runIf(isInstalled(shell))('offers options and their choices, also behind options for every command', async () => {
    expect(await offered('signalbox lock acquire --ttl')).toEqual(['--ttl-seconds']);
    expect(await offered('signalbox --project lock lock acquire --mode ')).toEqual(['exclusive', 'intent', 'shared']);
    expect(await offered('signalbox --log-level w')).toEqual(['warn']);
  });

  it.runIf(isInstalled(shell))('offers who is there where a session is asked for', async () => {
    for (const handle of ['otter', 'heron']) await (await place.session({ args: ['--handle', handle] })).handle();
    expect(await offered('signalbox message send --to ')).toEqual(['heron', 'otter']);
    expect(await offered('signalbox message read --from o')).toEqual(['otter']);
    expect(await offered('signalbox lock list --session h')).toEqual(['heron']);
  });
});

describe('completion in zsh', () => {
  it.runIf(isInstalled('zsh'))('is registered from eval and offers subcommands', async () => {
    const script = await scriptFor('zsh');
    // compadd works only inside the line editor, so it is replaced by one that prints what it would add.
    const test = `
      autoload -Uz compinit; compinit -u -d '${join(place.folder, 'zcompdump')}'; source '${script}'
      [[ \${_comps[signalbox]} == _signalbox ]] || exit 3
      _describe() { local kind="\${@[-1]}"; print -rl -- "\${(@P)kind}" }
      _files() { print files }
      compadd() { shift; print -rl -- "$@" }
      complete_line() { words=("$@"); CURRENT=$#words; _signalbox }
      complete_line signalbox lock ''
      complete_line signalbox lock acquire --mode ''
      complete_line signalbox lock acquire ''`;
    const offered = run('zsh', ['-f', '-c', test]).map(line => line.replace(/:.*/, ''));
    expect(offered).toEqual(['acquire', 'break', 'exclusive', 'files', 'intent', 'list', 'release', 'shared']);
  });
});

describe('the command by which scripts ask who is there', () => {
  it('prints nothing and changes nothing where nothing can be read', async () => {
    const ghost = { SIGNALBOX_STORE: 'nonsense:' };
    expect(await place.command(['__handles'], { environment: ghost })).toEqual({ code: 0, stdout: '', stderr: '' });
    expect(await place.command(['__handles'])).toEqual({ code: 0, stdout: '', stderr: '' });
    symlinkSync('/nowhere', join(place.folder, 'link'));
    expect(await place.command(['__handles', '--directory', 'link'])).toMatchObject({ code: 0, stderr: '' });
  });

  it('is in no help', async () => {
    expect((await place.command(['--help'])).stdout).not.toContain('__');
  });
});
