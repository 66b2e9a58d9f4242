/** Caddy with the project's own Caddyfile, on ports of its own and with everything it keeps in a folder that goes. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './ports.ts';
import { program } from './servers/programs.ts';
import type { Lack } from './servers/suites.ts';
import { until } from './workspace.ts';

const caddyfile = new URL('../../deploy/Caddyfile', import.meta.url).pathname;

export function lackOfCaddy(): Lack | undefined {
  return program('caddy') ? undefined : { what: 'Caddy', remedy: 'Install the package "caddy".' };
}

export class Caddy {
  readonly url: string;
  readonly port: number;
  readonly #folder: string;
  readonly #process: ChildProcess;

  private constructor(process: ChildProcess, folder: string, url: string, port: number) {
    [this.#process, this.#folder, this.url, this.port] = [process, folder, url, port];
  }

  /** Before hubs at these addresses, called by a name; with HTTPS its certificate is of an authority of its own. */
  static async start(hubs: string, scheme: 'http' | 'https', name = '127.0.0.1'): Promise<Caddy> {
    const folder = mkdtempSync(join(tmpdir(), 'signalbox-caddy-'));
    const [port, other] = [await freePort(), await freePort()];
    const ports = scheme === 'http' ? [port, other] : [other, port];
    const settings = [
      ...['admin off', 'skip_install_trust', 'auto_https disable_redirects', 'log { level ERROR }'],
      ...[`storage file_system ${folder}`, `http_port ${ports[0]}`, `https_port ${ports[1]}`],
    ].map(line => `\t${line.replace(/\{ (.*) \}/, '{\n\t\t$1\n\t}')}`);
    writeFileSync(join(folder, 'Caddyfile'), `{\n${settings.join('\n')}\n}\nimport ${caddyfile}\n`);
    const url = `${scheme}://${name}:${port}`;
    const child = spawn('caddy', ['run', '--config', join(folder, 'Caddyfile'), '--adapter', 'caddyfile'], {
      env: { PATH: process.env.PATH ?? '', HOME: folder, SIGNALBOX_DOMAIN: url, SIGNALBOX_HUBS: hubs },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let said = '';
    child.stderr.on('data', piece => {
      said += piece;
    });
    const caddy = new Caddy(child, folder, url, port);
    await until('Caddy listens', async () => {
      if (child.exitCode !== null) throw new Error(said);
      return isOpen(port);
    });
    return caddy;
  }

  /** The certificate of its authority. */
  get authority(): string {
    return readFileSync(join(this.#folder, 'pki/authorities/local/root.crt'), 'utf8');
  }

  async stop(): Promise<void> {
    if (this.#process.exitCode === null && this.#process.signalCode === null) {
      const ended = once(this.#process, 'exit');
      this.#process.kill('SIGKILL');
      await ended;
    }
    rmSync(this.#folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
}

async function isOpen(port: number): Promise<boolean> {
  const { connect } = await import('node:net');
  const socket = connect(port, '127.0.0.1');
  return new Promise(resolve => {
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
  }).finally(() => socket.destroy()) as Promise<boolean>;
}
