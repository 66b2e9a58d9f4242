/** A person's home that exists for one test: what clients and Signalbox keep stays in it, and nothing of this machine's gets in. */
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { binary } from '../../support/workspace.ts';

export interface HomeOptions {
  /** Leaves Signalbox its default folders below this home, instead of naming them by variables. */
  readonly defaultPlaces?: boolean;
  /** Another home, whose store this one uses too: for two versions of one client on one store. */
  readonly sharing?: Home;
}

export class Home {
  readonly root: string;
  readonly #places: Readonly<Record<string, string>>;

  constructor(root: string, { defaultPlaces = false, sharing }: HomeOptions = {}) {
    this.root = root;
    const named = sharing?.places ?? { SIGNALBOX_HOME: this.path('state'), XDG_RUNTIME_DIR: this.path('run') };
    this.#places = defaultPlaces ? {} : named;
    for (const folder of ['bin', 'tmp']) mkdirSync(join(root, folder), { recursive: true });
    mkdirSync(join(root, 'run'), { mode: 0o700 });
    this.command('node', process.execPath);
    this.command('signalbox', binary);
    this.write('.gitconfig', '[user]\n  name = Ann\n  email = ann@example.invalid\n');
  }

  /** The whole environment of what is started in it. */
  get environment(): Record<string, string> {
    return {
      PATH: `${this.path('bin')}:/usr/local/bin:/usr/bin:/bin`,
      HOME: this.root,
      TMPDIR: this.path('tmp'),
      LANG: 'C.UTF-8',
      TERM: 'xterm-256color',
      SHELL: '/bin/sh',
      GIT_CONFIG_NOSYSTEM: '1',
      ...this.#places,
    };
  }

  /** The variables that lead Signalbox to this home's store. */
  get places(): Readonly<Record<string, string>> {
    return this.#places;
  }

  path(...parts: string[]): string {
    return join(this.root, ...parts);
  }

  /** Puts a program on its path under a name. */
  command(name: string, program: string): void {
    symlinkSync(program, this.path('bin', name));
  }

  write(path: string, text: string): void {
    mkdirSync(dirname(this.path(path)), { recursive: true });
    writeFileSync(this.path(path), text);
  }

  read(path: string): string {
    return readFileSync(this.path(path), 'utf8');
  }

  has(path: string): boolean {
    return existsSync(this.path(path));
  }

  writeJson(path: string, value: object): void {
    this.write(path, `${JSON.stringify(value, null, 2)}\n`);
  }
}
