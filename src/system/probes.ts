/** The port `Probes`: asks the machine itself; for a port by binding, which no list of processes answers as surely. */
import { readFile, stat } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { limits } from '../core/limits.ts';
import type { Probes } from '../core/ports.ts';

/**
 * Every address that a listener elsewhere would keep us from. The wildcards meet any listener on Linux; where SO_REUSEADDR lets a
 * wildcard in beside a single address (macOS), the loopback addresses tell.
 */
const addresses = [
  { host: '0.0.0.0' },
  { host: '::', ipv6Only: true },
  { host: '127.0.0.1' },
  { host: '::1', ipv6Only: true },
] as const;

const connectMs = 250;

export function createProbes(): Probes {
  return {
    isPortFree: port => isPortFree(port).catch(() => false),
    lineCount: (root, path) => lineCount(join(root, path)).catch(() => undefined),
  };
}

async function lineCount(file: string): Promise<number | undefined> {
  const status = await stat(file);
  if (!status.isFile() || status.size > limits.fileCountedBytes) return undefined;
  const text = await readFile(file, 'latin1');
  const ends = text.split('\n').length - 1;
  return text === '' || text.endsWith('\n') ? ends : ends + 1;
}

async function isPortFree(port: number): Promise<boolean> {
  if (!Number.isInteger(port) || port < 1 || port > 65_535) return false;
  // One after the other: two of our own would be in each other's way.
  for (const address of addresses) {
    const failure = await bindFailure(port, address);
    // No such family or address here: nobody can listen there.
    if (failure === null || failure === 'EADDRNOTAVAIL' || failure === 'EAFNOSUPPORT') continue;
    // A low port that we may not bind ourselves; a service with more rights may.
    if (failure === 'EACCES' && process.platform !== 'win32' && !(await isAnswered(port, address.host))) continue;
    return false;
  }
  return true;
}

/** Binds and lets go at once; the code of what kept it from that. */
function bindFailure(port: number, address: (typeof addresses)[number]): Promise<string | null> {
  return new Promise(resolve => {
    // Whoever connects in that moment must not keep it open.
    const server = createServer(socket => socket.destroy());
    server.once('error', error => resolve((error as NodeJS.ErrnoException).code ?? 'unknown'));
    server.listen({ port, exclusive: true, ...address }, () => server.close(() => resolve(null)));
  });
}

/** Whether somebody takes a connection; in doubt yes. */
function isAnswered(port: number, host: string): Promise<boolean> {
  return new Promise(resolve => {
    const socket = connect({ port, host, timeout: connectMs });
    const end = (answered: boolean) => {
      socket.destroy();
      resolve(answered);
    };
    socket.once('connect', () => end(true));
    socket.once('timeout', () => end(true));
    socket.once('error', error => end((error as NodeJS.ErrnoException).code === 'ETIMEDOUT'));
  });
}
