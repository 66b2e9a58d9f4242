/** Whoever listens to the events of a hub. */
import { type Hub, shop } from './hub.ts';

export interface Heard {
  readonly events: { readonly sequence: number; readonly type: string }[];
  isOver: boolean;
  stop(): void;
}

export interface ListenOptions {
  readonly token: string;
  readonly cursor?: number;
  readonly project?: string;
}

/** Listens until it is stopped, or until the hub ends it. Fails with the hub's answer where it lets nobody listen. */
export async function listenTo(hub: Hub, { token, cursor, project = shop }: ListenOptions): Promise<Heard> {
  const stopped = new AbortController();
  const response = await fetch(`${hub.url}/v1/events?project=${project}`, {
    headers: {
      authorization: `Bearer ${token}`,
      ...(cursor === undefined ? {} : { 'last-event-id': String(cursor) }),
    },
    signal: stopped.signal,
  });
  const type = response.headers.get('content-type');
  if (response.status !== 200 || type !== 'text/event-stream')
    throw new Error(`${response.status} ${await response.text()}`);
  const heard: Heard = { events: [], isOver: false, stop: () => stopped.abort() };
  const read = async () => {
    let rest = '';
    for await (const piece of response.body as unknown as AsyncIterable<Uint8Array>) {
      const blocks = (rest + Buffer.from(piece).toString()).split('\n\n');
      rest = blocks.pop() ?? '';
      for (const block of blocks) {
        const [, data] = /^data: (.*)$/m.exec(block) ?? [];
        if (data) heard.events.push(JSON.parse(data));
      }
    }
  };
  void read()
    .catch(() => undefined)
    .finally(() => {
      heard.isOver = true;
    });
  return heard;
}
