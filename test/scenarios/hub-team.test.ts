/** A team on two machines, each with a clone of its own, over two hubs that are one: the story of coordination, while a hub is killed. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, it } from 'vitest';
import { hubAddress, lackOfMachines, type Machine, Network } from '../support/machines.ts';
import { type Certificates, makeCertificates } from '../support/servers/certificates.ts';
import { startPostgres } from '../support/servers/postgres/test-server.ts';
import { postgresPrograms, program } from '../support/servers/programs.ts';
import { describeUnless } from '../support/servers/suites.ts';
import { binary, type CommandResult, type LiveSession, until, Workspace } from '../support/workspace.ts';

const remedy = 'Install the packages "postgresql" and "openssl".';
const lack =
  postgresPrograms() && program('openssl')
    ? lackOfMachines()
    : { what: 'the programs of PostgreSQL or openssl', remedy };

const project = 'example.com/acme/shop';
const path = 'src/auth.ts';
const theFile = { paths: [path] };

/** Something that is undone at the end, the last first. */
type Cleanups = (() => Promise<unknown> | unknown)[];

interface Office {
  readonly place: Workspace;
  readonly network: Network;
  readonly certificates: Certificates;
  readonly cleanups: Cleanups;
}

/** One replica of the hub, in the network of the hubs, with TLS before it. */
class Replica {
  readonly #office: Office;
  readonly port: number;
  #process: ChildProcess | undefined;

  constructor(office: Office, port: number) {
    [this.#office, this.port] = [office, port];
  }

  get url(): string {
    return `https://${hubAddress}:${this.port}`;
  }

  /** Before the hub, and there while that is not. */
  async front(): Promise<void> {
    const { certificate, key } = this.#office.certificates;
    const words = [hubAddress, String(this.port), String(this.port + 1_000), certificate, key];
    const front = this.#spawn([join(import.meta.dirname, '../support/tls-front.mjs'), ...words]);
    await once(front.stdout as NodeJS.EventEmitter, 'data');
  }

  async start(): Promise<void> {
    const words = ['hub', '--listen', `127.0.0.1:${this.port + 1_000}`, '--hosts', hubAddress];
    this.#process = this.#spawn([binary, ...words]);
    const lines = createInterface({ input: this.#process.stderr as NodeJS.ReadableStream });
    await new Promise<void>((resolve, reject) => {
      lines.on('line', line => (line.includes('"msg":"ready"') ? resolve() : line.startsWith('{') || reject(line)));
    });
  }

  async kill(): Promise<void> {
    const ended = once(this.#process as ChildProcess, 'exit');
    this.#process?.kill('SIGKILL');
    await ended;
  }

  #spawn(words: readonly string[]): ChildProcess {
    const { network, place, cleanups } = this.#office;
    const [command = '', ...before] = network.atHub;
    const options = { cwd: place.folder, env: place.environment, stdio: 'pipe' } as const;
    const child = spawn(command, [...before, process.execPath, ...words], options);
    cleanups.push(() => child.kill('SIGKILL'));
    return child;
  }
}

/** Runs a command to its end. */
async function run(command: readonly string[], env: Record<string, string>): Promise<CommandResult> {
  const [file = '', ...args] = command;
  const child = spawn(file, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const [texts, ended] = [['', ''], once(child, 'close')];
  child.stdout.on('data', chunk => {
    texts[0] += String(chunk);
  });
  child.stderr.on('data', chunk => {
    texts[1] += String(chunk);
  });
  const [code] = await ended;
  return { code, stdout: texts[0] ?? '', stderr: texts[1] ?? '' };
}

/** A person's or program's machine: its clone, and its way to the hubs. */
class Desk {
  readonly place = new Workspace('');
  readonly machine: Machine;
  readonly clone: string;
  readonly environment: Record<string, string>;

  constructor(machine: Machine, of: string, environment: Record<string, string>) {
    this.machine = machine;
    this.clone = join(this.place.folder, 'clone');
    execFileSync('git', ['clone', '-q', of, this.clone], { env: this.place.environment });
    execFileSync('git', ['remote', 'set-url', 'origin', `git@${project.replace('/', ':')}.git`], { cwd: this.clone });
    this.environment = { ...this.place.environment, ...environment };
  }

  session(handle: string): Promise<LiveSession> {
    const { machine, clone, environment } = this;
    return this.place.session({ through: machine.enter(clone), args: ['--handle', handle], environment });
  }

  command(...words: string[]): Promise<CommandResult> {
    return run([...this.machine.enter(this.clone), process.execPath, binary, ...words], this.environment);
  }

  /** Calls a tool by HTTP alone, with the client that every machine has. */
  async post(url: string, way: string, input: object, session?: string): Promise<{ status: number; body: Answer }> {
    const headers = [`authorization: Bearer ${this.environment.SIGNALBOX_TOKEN}`, `signalbox-project: ${project}`];
    if (session) headers.push(`signalbox-session: ${session}`);
    const init = {
      method: 'POST',
      headers: Object.fromEntries([...headers, 'content-type: application/json'].map(line => line.split(': '))),
      body: JSON.stringify(input),
    };
    const text =
      'fetch(process.argv[1], JSON.parse(process.argv[2])).then(async r => console.log(JSON.stringify({ status: r.status, body: await r.json() })), e => console.log(JSON.stringify({ status: 0, body: String(e.cause) })))';
    const { stdout, stderr } = await run(
      [...this.machine.enter(this.clone), process.execPath, '-e', text, `${url}${way}`, JSON.stringify(init)],
      this.environment,
    );
    return JSON.parse(stdout || JSON.stringify({ status: 0, body: stderr }));
  }
}

// biome-ignore lint/suspicious/noExplicitAny: the test looks into answers of every tool
type Answer = any;

/** A call that is awaited later, or never, when the story fails before. */
function underWay<T>(call: Promise<T>): Promise<T> {
  call.catch(() => {});
  return call;
}

async function onStage(story: (stage: Stage) => Promise<void>): Promise<void> {
  const cleanups: Cleanups = [];
  try {
    const network = await Network.create();
    cleanups.push(() => network.dispose());
    const database = await startPostgres();
    cleanups.push(() => database.remove());
    const place = new Workspace('');
    cleanups.push(() => place.dispose());
    // The database is reached over its socket from every network of this machine.
    const socket = encodeURIComponent(database.socketFolder);
    place.environment.SIGNALBOX_STORE = `postgres://postgres@${socket}:${database.port}/postgres`;
    const certificates = makeCertificates(place.folder, [`IP:${hubAddress}`]);
    const office = { place, network, certificates, cleanups };
    const replicas = [new Replica(office, 5_001), new Replica(office, 5_002)] as const;
    for (const replica of replicas) {
      await replica.front();
      await replica.start();
    }
    const tokens: string[] = [];
    for (const name of ['ana', 'ben', 'rita']) {
      const { stdout, stderr } = await place.command(['token', 'create', name, '--json']);
      tokens.push(JSON.parse(stdout || stderr).token);
    }
    const machines = [await network.add('machine-one'), await network.add('machine-two')] as const;
    const desk = (at: 0 | 1, token: number, urls: readonly string[]) => {
      const made = new Desk(machines[at], place.repository, {
        SIGNALBOX_STORE: urls.join(','),
        SIGNALBOX_TOKEN: tokens[token] ?? '',
        NODE_EXTRA_CA_CERTS: certificates.authority,
      });
      cleanups.push(() => made.place.dispose());
      return made;
    };
    const urls = replicas.map(({ url }) => url);
    await story({ replicas, ana: desk(0, 0, urls), ben: desk(1, 1, urls.toReversed()), rita: desk(1, 2, urls) });
  } finally {
    for (const clean of cleanups.reverse()) await clean();
  }
}

interface Stage {
  readonly replicas: readonly [Replica, Replica];
  readonly ana: Desk;
  readonly ben: Desk;
  readonly rita: Desk;
}

describeUnless(lack, 'a team on two machines over two hubs', () => {
  it('works as one, by sessions, a program over HTTP and a person at a shell, while one hub is killed and comes back', async () => {
    await onStage(async ({ replicas: [first, second], ana, ben, rita }) => {
      const otter = await ana.session('otter');
      const heron = await ben.session('heron');
      // They see each other, and nothing of either's machine is taken for the other's.
      await otter.call('session_update', { task: 'Move login' });
      const wren = await rita.post(second.url, '/v1/sessions', { handle: 'wren' });
      expect(wren.status).toBe(201);
      const { session } = wren.body;
      const { sessions } = await heron.call('session_list');
      expect(sessions).toContainEqual(
        expect.objectContaining({ handle: 'otter', task: 'Move login', state: 'active' }),
      );
      expect(sessions.map(({ handle }: Answer) => handle).sort()).toEqual(['heron', 'otter', 'wren']);
      expect((await ben.command('status')).stdout).toContain('otter');

      // A lock is refused with the facts, to a session and to the program.
      const held = await otter.call('lock_acquire', { ...theFile, reason: 'move login' });
      expect(held.granted).toBe(true);
      const blocked = {
        granted: false,
        blockedBy: [{ holder: 'otter', resource: `file:${path}`, reason: 'move login' }],
      };
      expect(await heron.call('lock_acquire', theFile)).toMatchObject(blocked);
      const asked = await rita.post(first.url, '/v1/tools/lock_acquire', theFile, session);
      expect(asked.body).toMatchObject(blocked);

      // Knowledge, and a message of the person at the shell.
      await heron.call('context_share', { type: 'note', title: 'Ports', content: 'The test server has 3000.' });
      expect(JSON.stringify(await otter.call('context_query', { query: 'ports' }))).toContain(
        'The test server has 3000.',
      );
      expect(await ben.command('message', 'send', '--to', 'otter', 'Ask me about login')).toMatchObject({ code: 0 });

      // Both wait when the first hub is killed, at which otter is: it keeps handle, lock and mail, and is told of nothing.
      const waiting = underWay(heron.call('lock_acquire', { ...theFile, waitSeconds: 45 }));
      await until('heron stands in line', async () => (await otter.call('lock_list')).waiting.length === 1);
      await first.kill();
      await heron.call('message_send', { to: ['otter'], body: 'While one hub is gone' });
      await until('otter is back', () =>
        otter.call('session_list').then(
          ({ you }) => you === 'otter',
          () => false,
        ),
      );
      const { locks } = await otter.call('lock_list');
      expect(locks).toMatchObject([{ holder: 'otter', resource: `file:${path}` }]);
      const bodies = (await otter.call('message_read')).messages.map(({ body }: Answer) => body);
      expect(bodies).toEqual(['Ask me about login', 'While one hub is gone']);
      expect((await ana.command('lock', 'list')).stdout).toContain(path);

      // The hand-over wakes the one that waits.
      await otter.call('lock_release', theFile);
      const granted = await waiting;
      expect(granted.granted).toBe(true);
      expect(granted.locks[0].fence).toBeGreaterThan(held.locks[0].fence);

      // The other one is killed when the first is back.
      await first.start();
      const sleeping = underWay(heron.call('message_wait', { timeoutSeconds: 45 }));
      await second.kill();
      expect(await otter.call('lock_acquire', theFile)).toMatchObject({
        granted: false,
        blockedBy: [{ holder: 'heron' }],
      });
      const sent = await rita.post(
        first.url,
        '/v1/tools/message_send',
        { to: ['heron'], body: 'Are you done?' },
        session,
      );
      expect(sent.status).toBe(200);
      expect((await sleeping).messages).toMatchObject([{ from: 'wren', body: 'Are you done?' }]);
      expect(await heron.call('session_list')).toMatchObject({ you: 'heron' });
      const { locks: last } = await heron.call('lock_list');
      expect(last).toMatchObject([{ holder: 'heron', fence: granted.locks[0].fence }]);
      await second.start();

      // What each was told of the other's plans is true of both clones.
      await heron.call('intent_announce', { type: 'file_edit', targets: [path], description: 'Rename login()' });
      const check = await otter.call('conflict_check', { action: 'file_edit', targets: [path] });
      expect(JSON.stringify(check)).toContain('heron');
      expect(otter.stderr + heron.stderr).not.toMatch(/at .*\.mjs:/);
    });
  }, 240_000);
});
