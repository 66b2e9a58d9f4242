/**
 * What a container engine makes of `deploy/Dockerfile`, without one: the program that its build places, as its only files beside Node
 * and the system's libraries, read-only, run as its number of a user in namespaces of its own, without a shell and without rights.
 */
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { chownSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { program } from './servers/programs.ts';
import type { Lack } from './servers/suites.ts';

const project = new URL('../../', import.meta.url).pathname;

/** What this machine lacks for it, if anything. */
export function lackOfContainers(): Lack | undefined {
  const tools = ['unshare', 'mount', 'chroot', 'setpriv'].filter(name => !program(name));
  if (tools.length > 0) return { what: tools.join(', '), remedy: 'Install the package "util-linux" (Linux only).' };
  if (spawnSync('unshare', ['--mount', '--pid', '--fork', 'true'], { stdio: 'ignore' }).status === 0) return undefined;
  return { what: 'the right to make namespaces', remedy: 'Run the tests as root, in a container with CAP_SYS_ADMIN.' };
}

export interface Image {
  readonly entrypoint: readonly string[];
  readonly command: readonly string[];
  readonly health: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly user: string;
  readonly volume: string;
}

/** What the last stage of the Dockerfile says. */
export function imageOf(dockerfile: string): Image {
  const stage =
    dockerfile
      .replaceAll('\\\n', ' ')
      .split(/^FROM .*$/m)
      .at(-1) ?? '';
  const said = (word: string) => new RegExp(`^${word} +(.*)$`, 'm').exec(stage)?.[1]?.trim() ?? '';
  const variables = said('ENV')
    .split(/ +/)
    .map(pair => pair.split('=') as [string, string]);
  return {
    entrypoint: JSON.parse(said('ENTRYPOINT')),
    command: JSON.parse(said('CMD')),
    health: JSON.parse(said('HEALTHCHECK').replace(/^.* CMD +/, '')),
    environment: Object.fromEntries(variables),
    user: said('USER'),
    volume: said('VOLUME'),
  };
}

/** Binds what is needed into a root of its own, where a part may be a link, and becomes the program there. */
const enter = `set -e
root=$1 program=$2 state=$3 volume=$4 node=$5 user=$6; shift 6
mount --make-rprivate /
mount -t tmpfs -o mode=755 none "$root"
bind() { mkdir -p "$root$2"; mount --bind "$1" "$root$2"; mount -o remount,bind,ro,nosuid "$root$2"; }
for path in /lib /lib64 /usr/lib /usr/lib64; do
  if [ -L "$path" ]; then mkdir -p "$root\${path%/*}"; cp -P "$path" "$root$path"; elif [ -d "$path" ]; then bind "$path" "$path"; fi
done
bind "$program" /opt/signalbox
mkdir -p "$root/usr/local/bin" "$root/proc" "$root/dev" "$root/tmp" "$root$volume"
touch "$root/usr/local/bin/node" "$root/dev/null" "$root/dev/urandom"
mount --bind "$node" "$root/usr/local/bin/node"; mount -o remount,bind,ro "$root/usr/local/bin/node"
mount --bind /dev/null "$root/dev/null"; mount --bind /dev/urandom "$root/dev/urandom"
mount -t proc -o nosuid,nodev,noexec proc "$root/proc"
mount -t tmpfs -o mode=1777,size=64m none "$root/tmp"
if [ -n "$state" ]; then mount --bind "$state" "$root$volume"; fi
mount -o remount,ro "$root"
exec setpriv --no-new-privs --inh-caps=-all chroot --userspec="$user" --groups="\${user#*:}" "$root" "$@"`;

export class Container {
  readonly image = imageOf(readFileSync(join(project, 'deploy/Dockerfile'), 'utf8'));
  readonly #folder: string;
  readonly #state: string;

  constructor(folder: string) {
    [this.#folder, this.#state] = [folder, join(folder, 'volume')];
    for (const name of ['root', 'volume']) mkdirSync(join(folder, name), { mode: 0o700 });
    const [user = 0, group = 0] = this.image.user.split(':').map(Number);
    chownSync(this.#state, user, group);
    execFileSync(process.execPath, [join(project, 'scripts/place-program.mjs'), join(folder, 'program')]);
  }

  /** Runs words of the image in it; without a volume nothing but /tmp can be written. */
  start(words: readonly string[], environment: Readonly<Record<string, string>>, hasVolume = true): ChildProcess {
    const about = [
      ...[join(this.#folder, 'root'), join(this.#folder, 'program'), hasVolume ? this.#state : '', this.image.volume],
      ...[process.execPath, this.image.user],
    ];
    const [command = '', ...rest] = words;
    const path = command === 'node' ? '/usr/local/bin/node' : command;
    return spawn(
      'unshare',
      ['--mount', '--pid', '--fork', '--kill-child', 'sh', '-c', enter, 'sh', ...about, path, ...rest],
      {
        stdio: 'pipe',
        env: { PATH: '/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin', ...this.image.environment, ...environment },
      },
    );
  }

  dispose(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
