/** The source files of the project as the tidy tests look at them. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));

export interface SourceFile {
  /** Relative to the project's root, `/` between folders. */
  readonly path: string;
  readonly text: string;
  readonly isTest: boolean;
}

/** All files that git knows or would take, that end so. */
export function filesEnding(...endings: string[]): SourceFile[] {
  const listed = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
  });
  const paths = listed.split('\n').filter(path => endings.some(ending => path.endsWith(ending)));
  return paths
    .filter(path => existsSync(join(root, path)))
    .map(path => ({
      path,
      text: readFileSync(join(root, path), 'utf8'),
      isTest: path.startsWith('test/') || path.endsWith('.test.ts'),
    }));
}

export interface Import {
  /** The module as written for a package; the path from the project's root for an own file. */
  readonly target: string;
  readonly isOwn: boolean;
}

/** What a file imports, statically or on demand. */
export function importsOf(file: SourceFile): Import[] {
  const code = withoutComments(file.text);
  const statements = /^\s*(?:import|export)\s[^;'"`]*?from\s+'([^']+)'|^import\s+'([^']+)'|\bimport\('([^']+)'\)/gm;
  const found = [...code.matchAll(statements)].map(match => match[1] ?? match[2] ?? match[3] ?? '');
  return found.map(target => {
    if (!target.startsWith('.')) return { target, isOwn: false };
    return { target: relative(root, join(root, dirname(file.path), target)).replaceAll('\\', '/'), isOwn: true };
  });
}

/** The code without comments; texts stay as they are, also those that look like one. For looking for calls. */
export function withoutComments(text: string): string {
  const pieces = /'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\[\s\S])*`|\/\*[\s\S]*?\*\/|(?<![:\\])\/\/.*$/gm;
  return text.replace(pieces, piece => (piece.startsWith('/') ? '' : piece));
}
