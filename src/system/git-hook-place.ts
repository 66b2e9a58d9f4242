/** What git itself says of its hooks: where it takes them from, how it writes its configuration, what a hook answers. */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, parse, relative, resolve } from 'node:path';
import { SignalboxError } from '../core/errors.ts';
import type { GitHookFiles, HookPlace, HookScope, HooksPath } from '../core/git-hook-files.ts';
import { limits } from '../core/limits.ts';
import { entriesOf, gitEnvironment } from './git-program.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

type FromGit = Pick<
  GitHookFiles,
  'place' | 'isLeftAlone' | 'configured' | 'hooksPathIn' | 'submodules' | 'takesFrom' | 'selfTest'
>;

interface Said {
  /** -1 when git could not be started, or did not end in time. */
  readonly code: number;
  readonly output: string;
  readonly errors: string;
}

interface Question {
  readonly root: string;
  readonly args: readonly string[];
  readonly environment?: Environment;
  readonly withinMs?: number;
  readonly input?: Uint8Array;
}

/** From which version on git can run a hook as it would by itself. */
const hookRunVersion = [2, 36];

export function hookGit(environment: Environment, realPath: (path: string) => string): FromGit {
  const variables = hookEnvironment(environment);
  const ask = (question: Question) => run({ ...question, environment: { ...variables, ...question.environment } });
  const answer = async (question: Question) => {
    const said = await ask(question);
    if (said.code !== 0) throw refused(said);
    return said.output;
  };
  const hooksFolder = async ({ root }: HookPlace) =>
    realPath(resolve(root, lineOf(await answer({ root, args: ['rev-parse', '--git-path', 'hooks'] }))));
  return {
    place: directory => placeOf(directory, ask, realPath),
    isLeftAlone: async (folder, { root }) => {
      const inside = relative(root, folder);
      // It takes paths and refuses to hear how they are meant.
      const plainly = { GIT_LITERAL_PATHSPECS: undefined };
      const path = join(inside, 'pre-commit');
      const ignored = await ask({ root, args: ['check-ignore', '-q', '--', path], environment: plainly });
      const known = await ask({ root, args: ['ls-files', '-z', '--', inside] });
      return ignored.code === 0 && known.code === 0 && known.output === '';
    },
    configured: (config, value) => configured(config, value, ask),
    hooksPathIn: async config => {
      const args = ['config', '--file', '-', '--null', '--get', 'core.hooksPath'];
      const said = await ask({ root: parse(process.execPath).root, args, input: config });
      return said.code === 0 ? (entriesOf(said.output)[0] ?? null) : null;
    },
    submodules: async ({ root }) => {
      const listed = [
        'config',
        '--file',
        join(root, '.gitmodules'),
        '--null',
        '--get-regexp',
        '^submodule\\..*\\.path$',
      ];
      const said = await ask({ root, args: listed });
      const paths = said.code === 0 ? entriesOf(said.output).map(entry => entry.slice(entry.indexOf('\n') + 1)) : [];
      return [...new Set(paths)].filter(path => existsSync(join(root, path, '.git'))).sort();
    },
    takesFrom: async (folder, place) => (await hooksFolder(place)) === realPath(folder),
    selfTest: async (hook, token, place) => {
      const { root, version } = place;
      const told = { SIGNALBOX_SELF_TEST: token };
      const knows = (version[0] ?? 0) > 2 || (version[0] === 2 && (version[1] ?? 0) >= (hookRunVersion[1] ?? 0));
      const { code, errors } = knows
        ? await ask({ root, args: ['hook', 'run', hook], environment: told })
        : await run({
            root,
            program: join(await hooksFolder(place), hook),
            args: [],
            environment: { ...variables, ...told },
          });
      return { code, said: errors };
    },
  };
}

async function placeOf(
  directory: string,
  ask: (question: Question) => Promise<Said>,
  realPath: (path: string) => string,
): Promise<HookPlace> {
  const where = await ask({
    root: directory,
    args: ['rev-parse', '--show-toplevel', '--absolute-git-dir', '--git-common-dir'],
  });
  const [root = '', gitDirectory = '', common = '', ...rest] = where.output.split('\n');
  if (where.code !== 0 || rest.length > 1 || root === '') throw noCheckout(where);
  const [settings, version] = await Promise.all([
    settingsOf(root, ask),
    ask({ root, args: ['version'] }).then(({ output }) => (output.match(/\d+/g) ?? []).slice(0, 3).map(Number)),
  ]);
  const paths = { root, gitDirectory, commonDirectory: resolve(directory, common) };
  const [real, own, shared] = Object.values(paths).map(realPath);
  return {
    root: real ?? root,
    gitDirectory: own ?? gitDirectory,
    commonDirectory: shared ?? common,
    settings,
    version,
  };
}

async function settingsOf(root: string, ask: (question: Question) => Promise<Said>): Promise<HooksPath[]> {
  const args = ['--null', '--show-scope', '--get-all', 'core.hooksPath'];
  const [written, meant] = await Promise.all([
    ask({ root, args: ['config', ...args] }),
    ask({ root, args: ['config', '--type=path', ...args] }),
  ]);
  // 1 means that there is none.
  if (written.code !== 0 && written.code !== 1) throw refused(written);
  const [values, folders] = [entriesOf(written.output), entriesOf(meant.output)];
  const settings: HooksPath[] = [];
  for (let at = 0; at + 1 < values.length; at += 2) {
    const value = values[at + 1] ?? '';
    settings.push({ scope: values[at] as HookScope, value, folder: resolve(root, folders[at + 1] ?? value) });
  }
  return settings;
}

/** Git writes it, into a copy: its own words and order, and nothing of ours. */
async function configured(
  config: Uint8Array | null,
  value: string | null,
  ask: (question: Question) => Promise<Said>,
): Promise<Uint8Array> {
  const folder = mkdtempSync(join(tmpdir(), 'signalbox-config-'));
  try {
    const file = join(folder, 'config');
    writeFileSync(file, config ?? '', { mode: 0o600 });
    const change = value === null ? ['--unset-all', 'core.hooksPath'] : ['--replace-all', 'core.hooksPath', value];
    const said = await ask({ root: folder, args: ['config', '--file', file, ...change] });
    // 5 means that there was none to unset.
    if (said.code !== 0 && said.code !== 5) throw refused(said);
    return readFileSync(file);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Which files configure git is for the user to say; which repository is asked is not. */
function hookEnvironment(environment: Environment): Environment {
  const files = ['GIT_CONFIG_GLOBAL', 'GIT_CONFIG_SYSTEM', 'GIT_CONFIG_NOSYSTEM'];
  const kept = files.flatMap(name => (environment[name] === undefined ? [] : [[name, environment[name]]]));
  return { ...gitEnvironment(environment), ...Object.fromEntries(kept) };
}

function run({
  root,
  args,
  environment,
  withinMs,
  input,
  program,
}: Question & { readonly program?: string }): Promise<Said> {
  return new Promise(done => {
    // A program of the checkout must not be taken for git, so git is started elsewhere and goes there by itself.
    const [command, words, cwd] =
      program === undefined ? ['git', ['-C', root, ...args], parse(process.execPath).root] : [program, [...args], root];
    const child = spawn(command, words, { cwd, env: environment as NodeJS.ProcessEnv, windowsHide: true });
    const timer = setTimeout(() => child.kill('SIGKILL'), withinMs ?? limits.gitAnswerMs);
    const [output, errors]: [Buffer[], Buffer[]] = [[], []];
    child.stdout.on('data', piece => output.push(piece));
    child.stderr.on('data', piece => errors.push(piece));
    child.stdin.on('error', () => undefined);
    child.stdin.end(input ?? '');
    const end = (code: number) => {
      clearTimeout(timer);
      done({ code, output: Buffer.concat(output).toString('utf8'), errors: Buffer.concat(errors).toString('utf8') });
    };
    child.on('error', () => end(-1));
    child.on('close', code => end(code ?? -1));
  });
}

function lineOf(output: string): string {
  return output.replace(/\n$/, '');
}

function noCheckout(said: Said): SignalboxError {
  if (said.code < 0 || /dubious ownership/.test(said.errors)) return refused(said);
  return new SignalboxError(
    'not_found',
    'There is no checkout of a git repository here.',
    'Change to a folder of the checkout whose hooks are meant.',
  );
}

function refused({ code, errors }: Said): SignalboxError {
  if (code < 0) {
    return new SignalboxError('unavailable', 'Git does not answer here.', 'Install git 2.28 or newer, then try again.');
  }
  const isForeign = /dubious ownership/.test(errors);
  return new SignalboxError(
    'unavailable',
    isForeign
      ? 'This repository belongs to somebody else, and git does not trust it.'
      : 'Git cannot tell where its hooks are.',
    isForeign
      ? 'Its owner can run this; or trust it with `git config --global --add safe.directory` and its path.'
      : 'Git 2.28 or newer is needed; `git config --get-all core.hooksPath` should work here.',
  );
}
