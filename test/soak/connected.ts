/** Very many sessions on one hub at once, by every way in, for minutes. */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { FakeIds } from '../support/fakes.ts';
import { Hub, makeToken } from '../support/hub.ts';
import { HubMcpClient } from '../support/hub-mcp-client.ts';
import { LightBridge } from '../support/light-bridge.ts';
import { openFiles, proportionalMemoryKib } from '../support/process-facts.ts';
import { pause, until, type Workspace } from '../support/workspace.ts';
import { Findings } from './findings.ts';

export interface ConnectedOptions {
  readonly sessions: number;
  readonly seconds: number;
  readonly seed: number;
}

interface Member {
  readonly name: string;
  // biome-ignore lint/suspicious/noExplicitAny: scenarios look into answers of every tool
  call(tool: string, input?: object): Promise<any>;
  leave(): Promise<void>;
}

/** Sessions of one token; the hub counts requests by token, so that more of them need more. */
const perToken = 20;
/** How long a session rests between two calls. */
const restMs = 8_000;
/** For each session, and for the hub itself. */
const kibPerSession = 512;
const kibAtLeast = 200 * 1_024;

const resources = Array.from({ length: 40 }, (_, at) => `port:${3_000 + at}`);

/**
 * Keeps `sessions` connected for `seconds`: four in ten over the bridge, the others over MCP in both eras and over REST. Each calls,
 * sends to another, takes locks, or waits for mail. Broken when a call fails, a lock has two holders or a falling fence, an
 * acknowledged message is missing from its inbox, memory or files of the hub have no bound, or a session is left when all have gone.
 */
export async function stayConnected(place: Workspace, options: ConnectedOptions): Promise<Findings> {
  const findings = new Findings();
  const tokens: string[] = [];
  for (let at = 0; at < Math.ceil(options.sessions / perToken); at += 1)
    tokens.push(await makeToken(place, `team-${at}`));
  const hub = await Hub.start(place);
  try {
    const crowd = new Crowd(findings, options);
    const joined = performance.now();
    const members = await gather(hub, tokens, options.sessions);
    findings.numbers.joined = `${members.length} sessions in ${((performance.now() - joined) / 1_000).toFixed(1)} s`;
    const files = openFiles(hub.pid);
    const lag = monitorEventLoopDelay();
    lag.enable();
    const watch = watchHub(hub);
    await crowd.work(members);
    const worst = await watch();
    findings.numbers['delay of a request that needs nothing'] = worst;
    findings.numbers['delay of the loop of the crowd, p99'] = `${(lag.percentile(99) / 1e6).toFixed(1)} ms`;
    const memory = proportionalMemoryKib(hub.pid);
    findings.numbers['memory of the hub'] = `${Math.round(memory / 1_024)} MiB`;
    findings.numbers['open files of the hub'] = openFiles(hub.pid);
    findings.check(memory < kibAtLeast + kibPerSession * members.length, `the hub has ${memory} KiB`);
    findings.check(
      openFiles(hub.pid) <= files + members.length,
      `the hub has ${openFiles(hub.pid)} files open, ${files} before`,
    );
    await crowd.readAll(members);
    await Promise.all(members.map(member => member.leave()));
    const onlooker = hub.as(tokens[0] as string);
    await until('all sessions are gone', async () => (await onlooker.output('session_list')).sessions.length === 0);
    await until('all connections are gone', () => openFiles(hub.pid) < 100);
    findings.check(
      hub.log.every(({ level }) => level !== 'error'),
      `the hub logged: ${JSON.stringify(hub.log.find(({ level }) => level === 'error'))}`,
    );
    crowd.report();
  } finally {
    await hub.stop();
  }
  return findings;
}

/** Asks the hub for nothing, again and again: how long that takes is how long its event loop is held up. */
function watchHub(hub: Hub): () => Promise<string> {
  const took: number[] = [];
  let isOver = false;
  const watching = (async () => {
    while (!isOver) {
      const begun = performance.now();
      await hub.request('/healthz');
      took.push(performance.now() - begun);
      await pause(100);
    }
  })();
  return async () => {
    isOver = true;
    await watching;
    const findings = new Findings();
    findings.durations('lag', took);
    return String(findings.numbers.lag);
  };
}

async function gather(hub: Hub, tokens: readonly string[], count: number): Promise<Member[]> {
  const members: Member[] = [];
  const left = Array.from({ length: count }, (_, at) => at);
  const worker = async () => {
    for (let at = left.shift(); at !== undefined; at = left.shift()) {
      members.push(await join(hub, tokens[Math.floor(at / perToken)] as string, at));
    }
  };
  await Promise.all(Array.from({ length: 8 }, worker));
  return members;
}

async function join(hub: Hub, token: string, at: number): Promise<Member> {
  const way = at % 10;
  if (way < 4) {
    const bridge = await LightBridge.connect(hub, token, at + 1);
    const { you } = await bridge.call('session_update', { task: 'soak' }).then(() => bridge.call('session_list'));
    return { name: you, call: (tool, input) => bridge.call(tool, input), leave: () => bridge.close() };
  }
  if (way < 8) {
    const era = way < 6 ? 'legacy' : 'modern';
    const client = await HubMcpClient.connect(hub, { token, era, session: `soak-${at}` });
    const { you } = await client.call('session_update', { task: 'soak' }).then(() => client.call('session_list'));
    const leave = async () => {
      await client.call('session_end');
      await client.close();
    };
    return { name: you, call: (tool, input) => client.call(tool, input), leave };
  }
  const session = await hub.as(token).open();
  const { you } = await session.output('session_list');
  const leave = async () => void (await session.output('session_end'));
  return { name: you, call: (tool, input) => session.output(tool, input), leave };
}

class Crowd {
  readonly #findings: Findings;
  readonly #options: ConnectedOptions;
  readonly #holders = new Map<string, string>();
  readonly #fences = new Map<string, number>();
  readonly #expected = new Map<string, Set<string>>();
  readonly #took: number[] = [];
  #messages = 0;
  #grants = 0;

  constructor(findings: Findings, options: ConnectedOptions) {
    [this.#findings, this.#options] = [findings, options];
  }

  /** Everybody does one thing after the other until the time is over. */
  async work(members: readonly Member[]): Promise<void> {
    const end = performance.now() + this.#options.seconds * 1_000;
    await Promise.all(
      members.map(async (member, at) => {
        const random = new FakeIds(this.#options.seed * 10_000 + at);
        while (performance.now() < end && this.#findings.fewEnough) {
          await pause(random.below(restMs));
          await this.#one(member, members, random).catch((error: Error) => {
            this.#findings.check(false, `${member.name}: ${error.message.slice(0, 300)}`);
          });
        }
      }),
    );
  }

  async #one(member: Member, members: readonly Member[], random: FakeIds): Promise<void> {
    const begun = performance.now();
    switch (random.below(5)) {
      case 0:
        return void (await this.#timed(begun, member.call('session_list')));
      case 1:
        return this.#send(member, members[random.below(members.length)] as Member, begun);
      case 2:
        return this.#read(member, await member.call('message_wait', { timeoutSeconds: 5 }));
      default:
        return this.#lock(member, resources[random.below(resources.length)] as string, random, begun);
    }
  }

  async #timed<T>(begun: number, answer: Promise<T>): Promise<T> {
    const value = await answer;
    this.#took.push(performance.now() - begun);
    return value;
  }

  async #send(from: Member, to: Member, begun: number): Promise<void> {
    if (from.name === to.name) return;
    const { message } = await this.#timed(begun, from.call('message_send', { to: [to.name], body: 'Soak.' }));
    this.#messages += 1;
    this.#expectedBy(to.name).add(message);
  }

  #read(member: Member, { messages }: { messages: readonly { id: string }[] }): void {
    for (const { id } of messages) this.#seen.add(`${member.name}/${id}`);
  }

  readonly #seen = new Set<string>();

  #expectedBy(name: string): Set<string> {
    const expected = this.#expected.get(name) ?? new Set();
    this.#expected.set(name, expected);
    return expected;
  }

  async #lock(member: Member, resource: string, random: FakeIds, begun: number): Promise<void> {
    const waitSeconds = random.below(3);
    const call = member.call('lock_acquire', { resources: [resource], waitSeconds });
    const answer = waitSeconds === 0 ? await this.#timed(begun, call) : await call;
    if (!answer.granted) return;
    const [holder, fence, last] = [this.#holders.get(resource), answer.locks[0].fence, this.#fences.get(resource) ?? 0];
    this.#findings.check(holder === undefined, `${member.name} and ${holder} hold ${resource}`);
    this.#findings.check(fence > last, `the fence of ${resource} went from ${last} to ${fence}`);
    this.#holders.set(resource, member.name);
    this.#fences.set(resource, fence);
    this.#grants += 1;
    await pause(random.below(100));
    this.#holders.delete(resource);
    await member.call('lock_release', { resources: [resource] });
  }

  /** Takes what is left out of every inbox; whatever was acknowledged has to have come. */
  async readAll(members: readonly Member[]): Promise<void> {
    for (const member of members) {
      let page: { messages: readonly { id: string }[] };
      do {
        page = await member.call('message_read', { limit: 50 });
        this.#read(member, page);
      } while (page.messages.length > 0);
      for (const id of this.#expectedBy(member.name)) {
        this.#findings.check(this.#seen.has(`${member.name}/${id}`), `${member.name} never got ${id}`);
      }
    }
  }

  report(): void {
    this.#findings.durations('calls', this.#took);
    this.#findings.numbers['messages acknowledged'] = this.#messages;
    this.#findings.numbers['locks granted'] = this.#grants;
  }
}
