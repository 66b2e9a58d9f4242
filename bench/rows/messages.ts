/**
 * How fast a message gets to a session that waits for one. Twice: from process to process (the sender's call begins → the
 * recipient's process has the message out of the store), which is what the product adds to a bare socket; and from client to
 * client (before the send request is written → the answer to `message_wait` is here), which adds both stdio hops.
 */
import { connect } from 'node:net';
import { compose } from '../../src/compose.ts';
import { callTool } from '../../src/tools/call-tool.ts';
import { tools } from '../../src/tools/index.ts';
import { againstFloor, below, type Figure, type Row, type RunOptions } from '../support/row.ts';
import { onStage, type Stage } from '../support/stage.ts';
import { median, p99, shown } from '../support/statistics.ts';

// A session may send 120 messages a minute. The first ones of each sender are not measured.
const perSender = 100;
const warmUps = 10;

export const messages: Row = {
  name: 'messages',
  title: 'Message sent → recipient has it',
  floor:
    'a line over a Unix socket to another Node process and back; client to client: a line from the client through two processes with a socket between them and back',
  run: ({ programs, quick }: RunOptions) =>
    onStage(programs, async stage => [
      ...(await betweenProcesses(stage, quick ? 40 : 300)),
      ...(await betweenClients(stage, quick ? 40 : 300)),
    ]),
};

async function betweenProcesses(stage: Stage, rounds: number): Promise<Figure[]> {
  const { environment, repository } = stage.workspace;
  const parts = await compose({}, environment, repository, 'session');
  const me = parts.callers({ name: 'bench-recipient', version: '1.0.0' }).main;
  const id = await me.session();
  const handle = await me.read(async (_view, session) => session.handle);
  let wokenAt = 0n;
  const stopListening = await parts.world.wakeups.listen(id, () => {
    wokenAt ||= process.hrtime.bigint();
  });
  const context = {
    caller: me,
    signal: new AbortController().signal,
    path: 'calls' as const,
    progress: () => {},
    afterAnswer: (action: () => Promise<void>) => void action(),
  };
  const echo = connect(await stage.echo()).setNoDelay();
  const [had, woken, floor]: [number[], number[], number[]] = [[], [], []];
  const senders = await Promise.all(sendersFor(rounds).map(() => stage.sender()));
  for (let round = -warmUps * senders.length; round < rounds; round++) {
    const sender = senders.at(round % senders.length);
    if (!sender) throw new Error('no sender');
    const waiting = callTool(tools, 'message_wait', { timeoutSeconds: 20 }, context);
    // It waits once it has looked in vain.
    await new Promise(resolve => setTimeout(resolve, 3));
    wokenAt = 0n;
    const line = sender.line();
    sender.write(`${handle} round-${round}`);
    const { output } = await waiting;
    const now = process.hrtime.bigint();
    if (output.timedOut) throw new Error('a message did not come');
    const begun = BigInt((await line).text);
    await new Promise(resolve => setTimeout(resolve, 3));
    const sent = process.hrtime.bigint();
    const back = new Promise(resolve => echo.once('data', resolve));
    echo.write('x');
    await back;
    const returned = process.hrtime.bigint();
    if (round < 0) continue;
    had.push(Number(now - begun) / 1e6);
    woken.push(Number(wokenAt - begun) / 1e6);
    floor.push(Number(returned - sent) / 1e6);
  }
  echo.destroy();
  await stopListening();
  await me.leave('done');
  await parts.close();
  const floorP99 = `floor p99 ${shown(p99(floor))} ms`;
  return [
    againstFloor('process to process, p50', 'ms', median(had), median(floor), 3, floorP99),
    below('process to process, p99', 'ms', p99(had), 10, floorP99),
    againstFloor(
      '… until the recipient is woken, p50',
      'ms',
      median(woken),
      median(floor),
      undefined,
      `p99 ${shown(p99(woken))} ms`,
    ),
  ];
}

async function betweenClients(stage: Stage, rounds: number): Promise<Figure[]> {
  const [recipient, ...senders] = await stage.sessions(1 + sendersFor(rounds).length);
  const { talk, listen } = await stage.relay();
  if (!recipient) throw new Error('too few sessions');
  const samples: number[] = [];
  const floor: number[] = [];
  for (let round = -warmUps * senders.length; round < rounds; round++) {
    const sender = senders.at(round % senders.length);
    const waiting = recipient.callAt('message_wait', { timeoutSeconds: 20 });
    // A later answer of the same server says that the earlier request was taken up.
    await recipient.request('ping', {});
    await new Promise(resolve => setTimeout(resolve, 3));
    const begun = performance.now();
    const sent = sender?.call('message_send', { to: [recipient.handle], body: `round ${round}` });
    const { output, at } = await waiting;
    if (output.timedOut) throw new Error('a message did not come');
    await sent;
    const line = listen.line();
    const said = performance.now();
    talk.write('x');
    const heard = await line;
    if (round < 0) continue;
    samples.push(at - begun);
    floor.push(heard.at - said);
  }
  const floorP99 = `floor p99 ${shown(p99(floor))} ms`;
  return [
    againstFloor('client to client over stdio, p50', 'ms', median(samples), median(floor), undefined, floorP99),
    below('client to client over stdio, p99', 'ms', p99(samples), 10, floorP99),
  ];
}

/** One entry for each sender that so many messages need. */
function sendersFor(rounds: number): undefined[] {
  return Array.from({ length: Math.ceil(rounds / perSender) });
}
