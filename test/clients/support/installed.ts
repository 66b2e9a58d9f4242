/** Where the clients are that `npm run test:clients` has installed. */
import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import pins from '../pins.json' with { type: 'json' };

export type Pin = keyof typeof pins;

/** The program that a person would start, without what an install script would have made of it. */
export function programOf(name: Pin): string {
  const { package: packageName, version, program } = pins[name];
  const folder = join(process.env.SIGNALBOX_CLIENTS ?? '', `${basename(packageName)}-${version}`, 'node_modules');
  const path = join(folder, program.replace('{baseline}', baseline())).replaceAll('{arch}', process.arch);
  if (!existsSync(path)) throw new Error(`${name} is not installed at ${path}. Use: npm run test:clients`);
  return path;
}

/** Older x64 processors need another build of a program that is compiled with Bun. */
function baseline(): string {
  return process.arch === 'x64' && !/\bavx2\b/.test(readFileSync('/proc/cpuinfo', 'latin1')) ? '-baseline' : '';
}
