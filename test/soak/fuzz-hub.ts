/** Requests that nobody sends on purpose, in great number, to a real hub. */
import { createHash } from 'node:crypto';
import { connect } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { limits } from '../../src/core/limits.ts';
import { FakeIds } from '../support/fakes.ts';
import { anyRequest, type Bytes, type Grounds } from '../support/fuzz/http.ts';
import { anyTexts, anyUpgrade } from '../support/fuzz/link.ts';
import { Hub, makeToken } from '../support/hub.ts';
import { answerQuestion, momentNow } from '../support/light-bridge.ts';
import { openFiles, proportionalMemoryKib } from '../support/process-facts.ts';
import { pause, until, type Workspace } from '../support/workspace.ts';
import { Findings } from './findings.ts';

export interface FuzzOptions {
  readonly seed: number;
  readonly requests: number;
  /** Sends this one alone, by its number. */
  readonly only?: number;
}

const atOnce = 16;
const perRound = 500;
/** After so long without a word the client goes: half of a request, and a stream, are never answered to their end. */
const patienceMs = 400;
/** What a process that has answered a quarter of all may still grow by; each request that left a kilobyte would be seen. */
const growthKib = 160 * 1_024;

/** A request came to an end, with what was answered; empty where nothing was. */
interface Answered {
  readonly number: number;
  readonly text: string;
}

/**
 * Sends `requests` of them, decided by `seed` and the number of each. Broken when the hub ends, does not answer afterwards, answers
 * with status 500, logs an error, tells in an answer or in its log a token, a digest of one, a path of its machine or a stack, keeps
 * memory or connections, or when its limits hide more than a few requests from it, or do not hold.
 */
export async function fuzzHub(place: Workspace, options: FuzzOptions): Promise<Findings> {
  const findings = new Findings();
  const tokens: string[] = [];
  const names = Array.from({ length: 4 + Math.floor(options.requests / 500) }, (_, at) => `fuzz-${at}`);
  for (const name of names) tokens.push(await makeToken(place, name, '--role', name === 'fuzz-0' ? 'read' : 'write'));
  const limited = await makeToken(place, 'limited', '--role', 'read');
  const hub = await Hub.start(place);
  const run = new Run(hub, place, findings, [...tokens, limited]);
  try {
    const rounds = Math.ceil(options.requests / perRound);
    let [memory, files] = [0, 0];
    for (let round = 0; round < rounds && !hub.isOver && findings.fewEnough; round += 1) {
      const grounds = { tokens, sessions: await sessionsOf(hub, tokens) };
      const numbers = Array.from(
        { length: Math.min(perRound, options.requests - round * perRound) },
        (_, at) => round * perRound + at,
      );
      const wanted = numbers.filter(number => options.only === undefined || number === options.only);
      await run.send(wanted, grounds, options.seed);
      if (round === Math.floor(rounds / 4)) [memory, files] = [proportionalMemoryKib(hub.pid), openFiles(hub.pid)];
    }
    if (findings.check(!hub.isOver, `the hub ended: ${hub.strays.join('\n')}`)) {
      await run.limitsHold(limited, tokens[1] as string);
      await until('what was connected is not any more', () => openFiles(hub.pid) <= files + 5).catch((error: Error) => {
        findings.check(false, error.message);
      });
      const grown = proportionalMemoryKib(hub.pid) - memory;
      findings.check(grown < growthKib, `the hub has grown by ${grown} KiB since a quarter of the requests`);
      findings.numbers.memory = `${Math.round(memory / 1_024)} MiB after a quarter, ${Math.round(grown / 1_024)} MiB more in the end`;
    }
    run.examineLog();
  } finally {
    await hub.stop();
  }
  run.report();
  return findings;
}

/** A session for each token; the first only reads and has none. */
async function sessionsOf(hub: Hub, tokens: readonly string[]): Promise<string[]> {
  const [, ...writing] = tokens;
  return ['none', ...(await Promise.all(writing.map(async token => (await hub.as(token).open()).session ?? '')))];
}

class Run {
  readonly #hub: Hub;
  readonly #findings: Findings;
  readonly #secrets: readonly string[];
  readonly #statuses = new Map<string, number>();
  #frames = 0;
  #greeted = 0;

  constructor(hub: Hub, place: Workspace, findings: Findings, tokens: readonly string[]) {
    [this.#hub, this.#findings] = [hub, findings];
    const digests = tokens.map(token => createHash('sha256').update(token).digest('hex'));
    this.#secrets = [...tokens, ...digests, place.folder, process.cwd()];
  }

  async send(numbers: readonly number[], grounds: Grounds, seed: number): Promise<void> {
    const left = [...numbers];
    const worker = async () => {
      for (let number = left.shift(); number !== undefined && !this.#hub.isOver; number = left.shift()) {
        const random = new FakeIds(seed * 1_000_003 + number);
        this.#examine({ number, text: await this.#one(random, grounds) });
      }
    };
    await Promise.all(Array.from({ length: atOnce }, worker));
  }

  async #one(random: FakeIds, grounds: Grounds): Promise<string> {
    const from = `127.${1 + random.below(250)}.${random.below(250)}.${1 + random.below(250)}`;
    const kind = random.below(100);
    if (kind < 84) {
      const { bytes, breaksOff } = anyRequest(random, grounds);
      return exchange(this.#hub.port, from, bytes, breaksOff);
    }
    if (kind < 90) return exchange(this.#hub.port, from, anyUpgrade(random, grounds), false);
    const texts = anyTexts(random);
    this.#frames += texts.length;
    const isTold = (text: string) => text.includes('["say",1,{"version"');
    const token = grounds.tokens[random.below(grounds.tokens.length)] as string;
    const heard = await converse(this.#hub, from, token, texts, random.below(2) === 0);
    if (isTold(heard)) this.#greeted += 1;
    return heard;
  }

  #examine({ number, text }: Answered): void {
    const status = /^HTTP\/1\.1 (\d{3})/.exec(text)?.[1] ?? (text === '' ? 'nothing' : 'frames');
    this.#statuses.set(status, (this.#statuses.get(status) ?? 0) + 1);
    this.#findings.check(
      !/(^|\n)HTTP\/1\.1 500/.test(text),
      `request ${number} was answered with 500: ${text.slice(0, 900)}`,
    );
    this.#findings.check(
      !/"code":"internal"/.test(text),
      `request ${number} met an error of ours: ${text.slice(-900)}`,
    );
    const told = this.#told(text);
    this.#findings.check(told === undefined, `request ${number} was told ${told}: ${text.slice(0, 900)}`);
  }

  /** Whatever of a text must not be told. */
  #told(text: string): string | undefined {
    return (
      this.#secrets.find(secret => text.includes(secret)) ??
      /\n\s+at .+:\d+|\\n\s+at .+:\d+|\.mjs:\d+|node:internal/.exec(text)?.[0]
    );
  }

  /** What was logged, and what the runtime wrote. */
  examineLog(): void {
    for (const note of this.#hub.log) {
      const line = JSON.stringify(note);
      this.#findings.check(note.level !== 'error', `logged as an error: ${line.slice(0, 900)}`);
      const told = this.#told(line);
      this.#findings.check(told === undefined, `the log tells ${told}: ${line.slice(0, 900)}`);
    }
    this.#findings.check(
      this.#hub.strays.length === 0,
      `the runtime wrote: ${this.#hub.strays.join('\n').slice(0, 2_000)}`,
    );
  }

  /** One address guesses tokens, one token asks too often; both wait then, and nobody else does. */
  async limitsHold(limited: string, other: string): Promise<void> {
    const ask = (token: string, from: string) => {
      const head = `GET /metrics HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ${token}\r\nConnection: close\r\n\r\n`;
      return exchange(this.#hub.port, from, [head], false);
    };
    const spent = async (token: string, from: string, most: number) => {
      // A minute may end meanwhile, and the count begins anew.
      for (let count = 1; count <= most * 2; count += 1) {
        if (/^HTTP\/1\.1 429 [\s\S]*\r\nretry-after: \d+\r\n/i.test(await ask(token, from))) return true;
      }
      return false;
    };
    const isGuesserHeld = await spent('sbx_guessed', '127.251.1.1', limits.hubRefusalsPerMinute + 1);
    this.#findings.check(isGuesserHeld, 'one address could guess tokens for ever');
    const isAskerHeld = await spent(limited, '127.251.1.2', limits.hubRequestsPerMinute + 1);
    this.#findings.check(isAskerHeld, 'one token could ask for ever');
    const answer = await ask(other, '127.251.1.3');
    this.#findings.check(answer.startsWith('HTTP/1.1 200'), `another was not answered: ${answer.slice(0, 200)}`);
  }

  report(): void {
    const all = [...this.#statuses.values()].reduce((sum, count) => sum + count, 0);
    const held = this.#statuses.get('429') ?? 0;
    this.#findings.check(held <= all / 20, `${held} of ${all} requests were held back by limits`);
    const counted = [...this.#statuses].sort(([one], [two]) => one.localeCompare(two));
    this.#findings.numbers.answers = counted.map(([status, count]) => `${status}: ${count}`).join(', ');
    this.#findings.numbers['texts over the bridge'] = this.#frames;
    this.#findings.numbers['connections that came in'] = this.#greeted;
  }
}

/** Sends bytes and reads until the other side ends it, or says nothing. */
function exchange(port: number, localAddress: string, bytes: Bytes, breaksOff: boolean): Promise<string> {
  return new Promise(resolve => {
    const socket = connect({ port, host: '127.0.0.1', localAddress });
    const pieces: Buffer[] = [];
    socket.on('error', () => undefined);
    socket.on('data', piece => pieces.push(piece));
    socket.on('close', () => resolve(Buffer.concat(pieces).toString()));
    socket.setTimeout(patienceMs, () => socket.destroy());
    void (async () => {
      for (const piece of bytes) {
        if (!socket.destroyed) socket.write(piece);
        await setImmediate();
      }
      if (breaksOff) socket.destroy();
    })();
  });
}

/** Says texts over a good connection, and answers what it is asked, until either side ends it. */
function converse(
  hub: Hub,
  localAddress: string,
  token: string,
  texts: readonly string[],
  isSlow: boolean,
): Promise<string> {
  return new Promise(resolve => {
    const headers = { authorization: `Bearer ${token}` };
    const socket = new WebSocket(`${hub.url.replace('http', 'ws')}/v1/bridge`, {
      headers,
      localAddress,
      perMessageDeflate: false,
    });
    const heard: string[] = [];
    const end = setTimeout(() => socket.terminate(), patienceMs);
    socket.on('error', () => undefined);
    socket.on('unexpected-response', (_request, response) => {
      heard.push(`HTTP/1.1 ${response.statusCode}`);
      socket.terminate();
    });
    socket.on('open', async () => {
      for (const text of texts) {
        socket.send(text);
        // What is said at once meets nobody who has been let in yet.
        if (isSlow) await pause(5);
        for (let look = 0; isSlow && look < 20 && !heard.some(said => said.startsWith('["say",1,')); look += 1)
          await pause(10);
      }
      // An answer to this shows that all of it was taken.
      socket.send(JSON.stringify(['open', 999_999, 'bye', { moment: momentNow() }]));
    });
    socket.on('message', data => {
      const text = data.toString();
      heard.push(text);
      const [kind, number, what, value] = JSON.parse(text);
      if (number === 999_999) socket.close();
      const say = (said: unknown) => socket.send(JSON.stringify(['say', number, said]));
      const channel = { say, end: () => socket.send(JSON.stringify(['end', number])) };
      if (kind === 'open' && what === 'question') answerQuestion(value, channel);
    });
    socket.on('close', (_code, why) => {
      clearTimeout(end);
      resolve([...heard, why.toString()].join('\n'));
    });
  });
}
