/** How long a client of a hub waits, and how many it serves, beside a web application that does nothing. */
import { Hub, makeToken, shop } from '../../test/support/hub.ts';
import { LineProcess, RawServer } from '../support/client.ts';
import { againstFloor, atLeast, type Figure, type Row } from '../support/row.ts';
import { onStage } from '../support/stage.ts';
import { median, p99, shown } from '../support/statistics.ts';

/** Below what a token may ask in a minute, whatever the others do. */
const tokensCount = 16;
const atOnce = 16;

interface Ask {
  readonly path: string;
  readonly body?: object;
}

const mcpCall: Ask = {
  path: `/mcp?project=${shop}`,
  body: { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'session_list', arguments: {} } },
};

const asks: readonly { readonly name: string; readonly asks: readonly Ask[] }[] = [
  { name: 'GET /healthz', asks: [{ path: '/healthz' }] },
  { name: 'session_list', asks: [{ path: '/v1/tools/session_list', body: {} }] },
  {
    name: 'lock_acquire and lock_release',
    asks: [
      { path: '/v1/tools/lock_acquire', body: { resources: ['ci'] } },
      { path: '/v1/tools/lock_release', body: { resources: ['ci'] } },
    ],
  },
  { name: 'message_send', asks: [{ path: '/v1/tools/message_send', body: { to: ['listener'], body: 'Done.' } }] },
  { name: 'session_list over MCP', asks: [mcpCall] },
];

/** One client of a hub, by turns with each of several tokens. */
class Clients {
  readonly #url: string;
  readonly #headers: readonly Record<string, string>[];
  #turn = 0;

  constructor(url: string, headers: readonly Record<string, string>[]) {
    [this.#url, this.#headers] = [url, headers];
  }

  async all(asked: readonly Ask[]): Promise<void> {
    const headers = this.#headers[this.#turn++ % this.#headers.length];
    for (const { path, body } of asked)
      await send(this.#url + path, body && { ...body, ...unlikeBefore(path) }, headers);
  }
}

let sent = 0;

/** The same text twice to the same session is refused. */
function unlikeBefore(path: string): object {
  return path.endsWith('/message_send') ? { body: `Step ${++sent} is done.` } : {};
}

async function send(url: string, body: object | undefined, headers: Record<string, string> = {}): Promise<void> {
  const accept = 'application/json, text/event-stream';
  const init = {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { ...headers, accept, 'content-type': 'application/json' },
  };
  const answer = await fetch(url, body === undefined ? { headers } : init);
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${url}: ${answer.status} ${text}`);
}

async function timed(run: () => Promise<void>): Promise<number> {
  const begun = performance.now();
  await run();
  return performance.now() - begun;
}

/** Requests in a second, by clients that are many at once. */
async function throughput(count: number, run: () => Promise<void>): Promise<number> {
  let left = count;
  const worker = async () => {
    while (left-- > 0) await run();
  };
  const ms = await timed(async () => void (await Promise.all(Array.from({ length: atOnce }, worker))));
  return (count * 1_000) / ms;
}

export const hub: Row = {
  name: 'hub',
  title: 'A hub over HTTP, SQLite',
  floor:
    'the same requests to a web application on the same server that answers a constant, by turns with each of them',
  run: ({ programs, quick }) =>
    onStage(programs, async stage => {
      const { workspace } = stage;
      const tokens: string[] = [];
      for (let at = 0; at < tokensCount; at += 1) tokens.push(await makeToken(workspace, `bench-${at}`));
      const started = await Hub.start(workspace);
      const bare = new LineProcess([programs.bareHono], { cwd: workspace.repository, env: workspace.environment });
      const port = await new Promise<string>(resolve => {
        bare.onLine = resolve;
      });
      try {
        await started.as(tokens[0] as string).open({ handle: 'listener' });
        const clients = await Promise.all(tokens.map(token => started.as(token).open()));
        const headers = clients.map(({ token, session }) => ({
          ...{ authorization: `Bearer ${token}`, 'signalbox-project': shop, 'signalbox-session': session ?? '' },
        }));
        const [product, floor] = [new Clients(started.url, headers), new Clients(`http://127.0.0.1:${port}`, headers)];
        const figures: Figure[] = [];
        for (const { name, asks: asked } of asks) figures.push(...(await measure(name, asked, product, floor, quick)));
        figures.push(await bridged(stage, programs.product, started, tokens[0] as string, quick));
        return figures;
      } finally {
        await started.stop();
        bare.child.kill();
      }
    }),
};

async function measure(
  name: string,
  asked: readonly Ask[],
  product: Clients,
  floor: Clients,
  quick: boolean,
): Promise<Figure[]> {
  const [own, bare]: [number[], number[]] = [[], []];
  const rounds = quick ? 60 : 400;
  for (let round = -20; round < rounds; round += 1) {
    const [least, ms] = [await timed(() => floor.all(asked)), await timed(() => product.all(asked))];
    if (round < 0) continue;
    bare.push(least);
    own.push(ms);
  }
  const more = `p99 ${shown(p99(own))} ms, floor ${shown(p99(bare))} ms`;
  const count = quick ? 200 : 1_000;
  const perSecond = await throughput(count, () => product.all(asked));
  const most = await throughput(count, () => floor.all(asked));
  return [
    againstFloor(`${name}, p50`, 'ms', median(own), median(bare), undefined, more),
    atLeast(`${name}, ${atOnce} clients at once`, '/s', perSecond, most, undefined),
  ];
}

/** A call of a session whose server takes it to the hub, beside one on a store of its machine. */
async function bridged(
  stage: Parameters<Parameters<typeof onStage>[1]>[0],
  program: string,
  started: Hub,
  token: string,
  quick: boolean,
): Promise<Figure> {
  const { workspace } = stage;
  const environment = { SIGNALBOX_STORE: started.url, SIGNALBOX_TOKEN: token, SIGNALBOX_PROJECT: shop };
  const far = new RawServer([program, 'mcp'], {
    cwd: workspace.repository,
    env: { ...workspace.environment, ...environment },
  });
  const near = await stage.session();
  await far.initialize();
  const [over, local]: [number[], number[]] = [[], []];
  for (let round = -20; round < (quick ? 60 : 400); round += 1) {
    const [least, ms] = [await near.time('session_list', {}), await far.time('session_list', {})];
    if (round < 0) continue;
    local.push(least);
    over.push(ms);
  }
  far.child.kill();
  return againstFloor(
    'session_list over the bridge, p50 (floor: on a store of the machine)',
    'ms',
    median(over),
    median(local),
    undefined,
    `p99 ${shown(p99(over))} ms`,
  );
}
