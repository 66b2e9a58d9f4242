/** Many processes that want one lock of a store at the same moment, by the rules themselves and without a surface around them. */
import { postgresServer, redisServer, type ServerKind } from '../support/servers/choose.ts';
import { type Worker, Workers } from '../support/workers.ts';
import { Findings } from './findings.ts';

/** `contendForLocks` on each kind of server that this machine has, with processes of the bundle `workerFile`. */
export async function contendOnServers(workerFile: string, rounds: number): Promise<Findings> {
  const findings = new Findings();
  for (const kind of [postgresServer, redisServer]) {
    const { violations, numbers } = await contendOnServer(kind, workerFile, rounds);
    for (const violation of violations) findings.check(false, `${kind.name}: ${violation}`);
    for (const [name, value] of Object.entries(numbers)) findings.numbers[`${kind.name}, ${name}`] = value;
  }
  return findings;
}

async function contendOnServer(kind: ServerKind, workerFile: string, rounds: number): Promise<Findings> {
  const server = await kind.choose();
  if (!server) {
    const nothing = new Findings();
    nothing.check(false, `not tested. ${kind.remedy}`);
    return nothing;
  }
  const workers = new Workers(workerFile);
  const room = server.room();
  try {
    return await contendForLocks(workers, room.url, { processes: 8, rounds });
  } finally {
    workers.killAll();
    await room.clear();
    await server.release();
  }
}

interface Answer {
  readonly round: number;
  /** Of the lock it got; null when it was refused. */
  readonly fence: number | null;
  /** The handle of the one in its way. */
  readonly holder: string | null;
  readonly tookMs: number;
}

/**
 * In each round all processes ask for one lock at once. Broken unless exactly one gets it, all others are refused with the name
 * of that one, fences rise from round to round, and no process fails or complains.
 */
export async function contendForLocks(
  workers: Workers,
  url: string,
  options: { readonly processes: number; readonly rounds: number },
): Promise<Findings> {
  const findings = new Findings();
  const { processes, rounds } = options;
  const started = Array.from({ length: processes }, (_, at) => workers.start('contend', url, `worker-${at}`));
  for (const worker of started) await heard(worker);
  const wins = new Map<string, number>();
  const answeredMs: number[] = [];
  const begunAt = performance.now();
  let lastFence = 0;
  for (let round = 1; round <= rounds && findings.fewEnough; round++) {
    for (const { child } of started) child.stdin?.write('\n');
    const answers = (await Promise.all(started.map(heard))) as Answer[];
    const winner = answers.findIndex(({ fence }) => fence !== null);
    const granted = answers.filter(({ fence }) => fence !== null);
    if (!findings.check(granted.length === 1, `round ${round}: granted to ${granted.length}`)) continue;
    const others = answers.filter(answer => answer.fence === null).map(({ holder }) => holder);
    findings.check(
      others.every(holder => holder === `worker-${winner}`),
      `round ${round}: worker-${winner} got it, the others were refused because of ${others.join(', ')}`,
    );
    const fence = answers[winner]?.fence ?? 0;
    findings.check(fence > lastFence, `round ${round}: fence ${fence} follows ${lastFence}`);
    lastFence = fence;
    wins.set(`worker-${winner}`, (wins.get(`worker-${winner}`) ?? 0) + 1);
    answeredMs.push(...answers.map(({ tookMs }) => tookMs));
  }
  findings.numbers.seconds = ((performance.now() - begunAt) / 1000).toFixed(1);
  findings.durations('answer', answeredMs);
  findings.numbers['wins of each'] = started.map((_, at) => wins.get(`worker-${at}`) ?? 0).join(' ');
  for (const { child } of started) child.stdin?.end();
  for (const [at, { ended }] of started.entries()) {
    const { code, errors } = await ended;
    findings.check(code === 0 && errors === '', `worker-${at} ended with ${code}: ${errors}`);
  }
  return findings;
}

async function heard(worker: Worker): Promise<unknown> {
  const line = await worker.next();
  if (line === undefined) throw new Error(`a process ended: ${JSON.stringify(await worker.ended)}`);
  return JSON.parse(line);
}
