/**
 * Machines of their own on one machine: Linux namespaces with their own network, processes, host name and boot, each with one
 * cable to a hub on which the server runs. Nothing of it shows in this machine's own network, and all of it goes with this process.
 */
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { program } from './servers/programs.ts';
import type { Lack } from './servers/suites.ts';

/** The hub's address, the same for all machines. The addresses exist in these namespaces only. */
export const hubAddress = '10.203.0.1';

/** What this machine lacks for machines of their own, if anything. */
export function lackOfMachines(): Lack | undefined {
  const tools = ['unshare', 'nsenter', 'ip', 'mount'].filter(name => !program(name));
  if (tools.length > 0) {
    return { what: tools.join(', '), remedy: 'Install the packages "util-linux" and "iproute2" (Linux only).' };
  }
  const { status } = spawnSync('unshare', [...namespaces, 'true'], { stdio: 'ignore' });
  if (status === 0) return undefined;
  return { what: 'the right to make namespaces', remedy: 'Run the tests as root, in a container with CAP_SYS_ADMIN.' };
}

/** Where Debian keeps `ip` is not on everybody's path. */
const environment = { ...process.env, PATH: `${process.env.PATH ?? ''}:/usr/sbin:/sbin` };
const namespaces = ['--net', '--pid', '--fork', '--mount-proc', '--uts', '--mount', '--kill-child'];

export interface Machine {
  readonly name: string;
  /** A command line that runs another one on this machine, in a folder of it: append that other one. */
  enter(directory: string): string[];
  /** Pulls the cable: what is sent is lost in silence, in both directions. */
  unplug(): void;
  plug(): void;
  /** Turns its power off: all its processes are gone at once and say nothing any more. */
  stop(): Promise<void>;
}

/** A hub and the machines at it. */
export class Network {
  readonly #folder = mkdtempSync(join(tmpdir(), 'signalbox-machines-'));
  readonly #holders: Holder[] = [];
  #hub: Holder | undefined;

  static async create(): Promise<Network> {
    const network = new Network();
    try {
      network.#hub = await network.#hold('hub');
      inNetwork(network.hubPid, 'ip', 'address', 'add', `${hubAddress}/32`, 'dev', 'lo');
    } catch (error) {
      await network.dispose();
      throw error;
    }
    return network;
  }

  /** A command line that runs another one in the network of the hub, as the process that it starts as. */
  get atHub(): string[] {
    return ['nsenter', `--target=${this.hubPid}`, '--net', '--'];
  }

  get hubPid(): number {
    if (!this.#hub) throw new Error('the network has no hub');
    return this.#hub.pid;
  }

  /** Another machine with this host name, with its cable plugged in. */
  async add(name: string): Promise<Machine> {
    const number = this.#holders.length;
    const holder = await this.#hold(name);
    const [cable, here, there] = [`cable${number}`, `10.203.${number}.1`, `10.203.${number}.2`];
    const atHub = (...args: string[]) => inNetwork(this.hubPid, 'ip', ...args);
    const atMachine = (...args: string[]) => inNetwork(holder.pid, 'ip', ...args);
    atHub('link', 'add', cable, 'type', 'veth', 'peer', 'name', 'cable', 'netns', String(holder.pid));
    atHub('address', 'add', `${here}/24`, 'dev', cable);
    atHub('link', 'set', cable, 'up');
    atMachine('address', 'add', `${there}/24`, 'dev', 'cable');
    atMachine('link', 'set', 'cable', 'up');
    atMachine('route', 'add', hubAddress, 'via', here);
    return {
      name,
      enter: directory => [
        ...['nsenter', `--target=${holder.pid}`, '--net', '--pid', '--uts', '--mount', '--'],
        // Another mount namespace is entered at its root.
        ...['sh', '-c', 'cd "$1" && shift && exec "$@"', 'sh', directory],
      ],
      unplug: () => atHub('link', 'set', cable, 'down'),
      plug: () => atHub('link', 'set', cable, 'up'),
      stop: () => holder.end(),
    };
  }

  /** Ends all machines with everything that runs on them. */
  async dispose(): Promise<void> {
    await Promise.all(this.#holders.map(holder => holder.end()));
    rmSync(this.#folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }

  /**
   * Holds new namespaces open. Its first process reads from this one and ends when this one does, however that ends; the first
   * process of a pid namespace takes all others with it.
   */
  async #hold(name: string): Promise<Holder> {
    const setUp = `set -e
echo "$1" >/proc/sys/kernel/hostname
cat /proc/sys/kernel/random/uuid >"$2"
mount --bind "$2" /proc/sys/kernel/random/boot_id
ip link set lo up
echo ready
exec cat`;
    const boot = join(this.#folder, `boot-${this.#holders.length}`);
    const child = spawn('unshare', [...namespaces, 'sh', '-c', setUp, 'sh', name, boot], {
      stdio: 'pipe',
      env: environment,
    });
    const holder = new Holder(child);
    this.#holders.push(holder);
    await holder.ready();
    return holder;
  }
}

/** A process that keeps the namespaces of one machine. */
class Holder {
  readonly #child: ChildProcess;
  readonly #ended: Promise<unknown>;
  #notes = '';
  #pid = 0;

  constructor(child: ChildProcess) {
    this.#child = child;
    this.#ended = once(child, 'close');
    child.stderr?.on('data', chunk => {
      this.#notes += chunk;
    });
  }

  /** The first process of the machine, as this one knows it. */
  get pid(): number {
    return this.#pid;
  }

  async ready(): Promise<void> {
    const said = await Promise.race([once(this.#child.stdout as NodeJS.EventEmitter, 'data'), this.#ended]);
    if (!String(said).startsWith('ready')) throw new Error(`no machine of its own can be made: ${this.#notes}`);
    const { pid } = this.#child;
    this.#pid = Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8'));
  }

  async end(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#ended;
  }
}

function inNetwork(pid: number, ...command: string[]): void {
  execFileSync('nsenter', [`--target=${pid}`, '--net', '--', ...command], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: environment,
  });
}
