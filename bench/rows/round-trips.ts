/** How often a tool waits for a distant server: counted on the wire, because that is what it costs, however fast the machine is. */
import { compose } from '../../src/compose.ts';
import { callTool } from '../../src/tools/call-tool.ts';
import { tools } from '../../src/tools/index.ts';
import { startProxy } from '../../test/support/servers/proxy.ts';
import { onServers, type Place, type Room } from '../support/engine-rooms.ts';
import { below, type Figure, type Row } from '../support/row.ts';
import { onStage, type Stage } from '../support/stage.ts';
import { median } from '../support/statistics.ts';

const standardPorts: Readonly<Record<string, number>> = { PostgreSQL: 5432, Redis: 6379 };

export const roundTrips: Row = {
  name: 'round-trips',
  title: 'Round trips of a tool to a server',
  floor: 'none: they are counted, not timed',
  run: ({ programs, quick, note }) =>
    onStage(programs, stage =>
      onServers(note, place => place.inRoom(room => count(stage, place, room, quick ? 10 : 50))),
    ),
};

async function count(stage: Stage, { engine }: Place, room: Room, calls: number): Promise<Figure[]> {
  const { environment, repository } = stage.workspace;
  const address = new URL(room.store);
  const proxy = await startProxy(Number(address.port || standardPorts[engine]), address.hostname);
  address.hostname = '127.0.0.1';
  address.port = String(proxy.port);
  const parts = await compose({ store: address.href }, environment, repository, 'session');
  const caller = parts.callers({ name: 'bench-counted', version: '1.0.0' }).main;
  const context = {
    caller,
    signal: new AbortController().signal,
    path: 'calls' as const,
    progress: () => {},
    afterAnswer: () => {},
  };
  const counted: number[] = [];
  try {
    await caller.session();
    // The first call finds the statements unprepared, or the scripts unloaded.
    for (let call = -1; call < calls; call++) {
      proxy.resetCounters();
      const { output } = await callTool(tools, 'lock_acquire', { paths: [`src/part-${call + 1}.ts`] }, context);
      if (!output.granted) throw new Error('a lock that nobody holds was not granted');
      if (call >= 0) counted.push(proxy.counters.roundTrips);
    }
  } finally {
    await caller.leave('done');
    await parts.close();
    await proxy.close();
  }
  const most = `at most ${Math.max(...counted)} in ${calls} calls`;
  return [below(`${engine}, lock_acquire that nobody contends, p50`, 'round trips', median(counted), 4, most)];
}
