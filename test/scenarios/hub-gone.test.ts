/** What clients leave behind at a hub that go in the middle of something. */
import { describe, it } from 'vitest';
import { asBroker, Broker } from '../profiles/support/broker.ts';
import type { McpOptions } from '../support/hub-mcp-client.ts';
import { ana, anaAndHub, hub, mcpClient, officeForEachTest } from '../support/office.ts';
import { openFiles } from '../support/process-facts.ts';
import { until } from '../support/workspace.ts';

officeForEachTest(() => anaAndHub(...asBroker));

const many = 12;
const each = <T>(make: (at: number) => Promise<T>) => Promise.all(Array.from({ length: many }, (_, at) => make(at)));

/** Begins a wait of each of many; the result breaks all of them off. */
type Waiting = () => Promise<() => void>;

const overRest: Waiting = async () => {
  const gone = new AbortController();
  const sessions = await each(at => ana.open({ handle: `rest-${at}` }));
  for (const session of sessions)
    void session.call('message_wait', { timeoutSeconds: 50 }, gone.signal).catch(() => undefined);
  return () => gone.abort();
};

const overMcp = (era: McpOptions['era']): Waiting => {
  return async () => {
    const clients = await each(at => mcpClient(era, { session: `mcp-${at}` }));
    for (const client of clients) void client.call('message_wait', { timeoutSeconds: 50 }).catch(() => undefined);
    return () => void Promise.all(clients.map(client => client.close()));
  };
};

const overBroker: Waiting = async () => {
  const broker = new Broker(() => hub, ana.token);
  const gone = new AbortController();
  await each(at => broker.register(`partner-${at}`));
  await each(async at => {
    void broker.listen(`partner-${at}`, '', gone.signal).catch(() => undefined);
  });
  return () => gone.abort();
};

describe('a client that goes while it waits', () => {
  it.each<[string, Waiting]>([
    ['REST', overRest],
    ['MCP of the legacy protocol', overMcp('legacy')],
    ['MCP of the modern protocol', overMcp('modern')],
    ['an interface of an earlier system', overBroker],
  ])('over %s leaves nobody listening for it', async (_way, begin) => {
    const before = openFiles(hub.pid);
    const leave = await begin();
    // A connection and a place for hints of each.
    await until('all wait', () => openFiles(hub.pid) >= before + 2 * many);
    leave();
    await until('nothing is left of them', () => openFiles(hub.pid) < before + many / 2);
  });
});
