/** Turns a TypeScript entry of the tests into a file that a plain Node process can run (Node 20 cannot read types). */
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';

export interface Bundle {
  /** The module to start with `process.execPath`. */
  readonly file: string;
  remove(): void;
}

/** The folder of this package. Tests run with it as the working directory. */
const root = resolve(import.meta.dirname, '../..');

/**
 * Bundles `entry` (relative to the package) into a temporary folder of its own. Packages stay outside the bundle and are
 * found through a link, as they would be beside an installed program.
 */
export async function bundle(entry: string): Promise<Bundle> {
  const folder = mkdtempSync(join(tmpdir(), 'signalbox-bundle-'));
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'), 'junction');
  const file = join(folder, 'entry.mjs');
  await build({
    entryPoints: [join(root, entry)],
    outfile: file,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    packages: 'external',
    logLevel: 'error',
    loader: { '.lua': 'text' },
  });
  return { file, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
