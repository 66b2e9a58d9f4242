/** A folder in which somebody has written an engine of their own: the one of the guide, beside an installed Signalbox. */
import { copyFileSync, mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const guides = join(root, 'docs/guides');

/** Puts the engine of the guide and its contract test into `folder`, and lets it find the built package. */
export function placeOwnEngine(folder: string, packages: readonly string[] = ['signalbox']): void {
  mkdirSync(join(folder, 'node_modules'), { recursive: true });
  for (const name of ['own-engine.mjs', 'own-engine.test.mjs']) copyFileSync(join(guides, name), join(folder, name));
  for (const name of packages) {
    const target = name === 'signalbox' ? root : join(root, 'node_modules', name);
    symlinkSync(target, join(folder, 'node_modules', name), 'junction');
  }
}
