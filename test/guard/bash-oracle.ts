/** What a real bash makes of commands: with which words, and in which folder, it would call git. */
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

export interface GitCall {
  /** The folder that git was started in. */
  readonly directory: string;
  readonly words: readonly string[];
}

/** Programs that are there for the commands. All others succeed and do nothing, so that what follows them is run. */
const tools =
  `bash sh cat env xargs find timeout nice nohup stdbuf sort head tail wc grep tr basename dirname true false setsid
  ionice printf sleep`.split(/\s+/);

const folders = [
  'home/dev/work',
  'repo/packages/core',
  'repo/src',
  'repo/sub',
  'repo/test',
  'repo/docs',
  'repo/a',
  'repo/b',
  'repo/x/y',
];

/** The bash of this machine; null if there is none that is new enough. */
export function findBash(): string | null {
  const bash = ['/bin/bash', '/usr/bin/bash', '/usr/local/bin/bash', '/opt/homebrew/bin/bash'].find(path =>
    existsSync(path),
  );
  if (!bash) return null;
  const version = spawnSync(bash, ['-c', 'echo $BASH_VERSINFO'], { encoding: 'utf8' }).stdout;
  return Number(version) >= 4 ? bash : null;
}

/** A folder of its own in which commands can be run without doing anything. */
export class BashOracle {
  readonly root: string;
  readonly #bash: string;

  constructor(bash: string) {
    this.#bash = bash;
    this.root = realpathSync(mkdtempSync(join(tmpdir(), 'shell-oracle-')));
    for (const folder of folders) mkdirSync(join(this.root, folder), { recursive: true });
    mkdirSync(join(this.root, 'bin'));
    for (const tool of tools) this.#link(tool);
    this.#program(
      'git',
      `{ printf '%s\\0' git "$PWD" "$#" "$@"; } >> '${this.#log}'\ncase "$*" in "rev-parse --show-toplevel") echo '${this.root}/repo';; esac\nexit 0`,
    );
    writeFileSync(join(this.root, 'start'), 'command_not_found_handle() { return 0; }\n');
  }

  get #log(): string {
    return join(this.root, 'log');
  }

  /** Runs each command in the folder `repo`. Gives the calls of git that each makes, in their order. */
  run(commands: readonly string[]): readonly (readonly GitCall[])[] {
    writeFileSync(this.#log, '');
    const input = join(this.root, 'commands');
    writeFileSync(input, commands.map(command => `${command}\0`).join(''));
    const script = `. '${this.root}/start'
      while IFS= read -r -d '' command <&3; do
        printf 'case\\0' >> '${this.#log}'
        ( cd '${this.root}/repo'; eval "$command"; wait ) < /dev/null > /dev/null 2>&1 3<&-
      done 3< '${input}'`;
    const env = { PATH: join(this.root, 'bin'), HOME: join(this.root, 'home/dev'), BASH_ENV: join(this.root, 'start') };
    const done = spawnSync(this.#bash, ['-c', script], { env, cwd: this.root, timeout: 60_000, encoding: 'utf8' });
    const cases = readCases(readFileSync(this.#log, 'utf8'));
    if (done.error || cases.length !== commands.length) {
      throw new Error(
        `bash stopped at: ${commands[cases.length - 1] ?? commands[0]} (${done.error?.message ?? done.stderr})`,
      );
    }
    return cases;
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true });
  }

  #link(tool: string): void {
    const found = ['/bin', '/usr/bin', dirname(this.#bash)]
      .map(folder => join(folder, tool))
      .find(path => existsSync(path));
    if (found) symlinkSync(found, join(this.root, 'bin', tool));
  }

  #program(name: string, text: string): void {
    const path = join(this.root, 'bin', name);
    writeFileSync(path, `#!${this.#bash}\n${text}\n`);
    chmodSync(path, 0o755);
  }
}

function readCases(log: string): GitCall[][] {
  const cases: GitCall[][] = [];
  const fields = log.split('\0');
  for (let at = 0; at < fields.length - 1; ) {
    if (fields[at] === 'case') {
      cases.push([]);
      at += 1;
      continue;
    }
    const count = Number(fields[at + 2]);
    cases.at(-1)?.push({ directory: fields[at + 1] ?? '', words: fields.slice(at + 3, at + 3 + count) });
    at += 3 + count;
  }
  return cases;
}
