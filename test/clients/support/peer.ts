/** Another session on the same code base, without a model: what it does, the test says. */
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { binary, LiveSession, until } from '../../support/workspace.ts';
import type { Bench } from './bench.ts';
import type { Home } from './home.ts';

/** A session as `session_list` shows it. */
export interface Seen {
  readonly handle: string;
  readonly client: string | null;
  readonly task: string | null;
  readonly branch: string | null;
  readonly checkout: string;
  readonly state: string;
  readonly reach: string;
  readonly locks: number;
}

export class Peer {
  readonly handle: string;
  readonly #session: LiveSession;

  private constructor(handle: string, session: LiveSession) {
    this.handle = handle;
    this.#session = session;
  }

  /** Joins the sessions of a home's store. It ends with the bench. */
  static async join(bench: Bench, home: Home, handle = 'nimble-peer'): Promise<Peer> {
    const transport = new StdioClientTransport({
      command: process.execPath,
      args: [binary, 'mcp', '--handle', handle, '--tools', 'all'],
      cwd: bench.folder,
      env: home.environment,
      stderr: 'pipe',
    });
    const client = new Client({ name: 'peer', version: '1.0.0' }, { versionNegotiation: { mode: 'legacy' } });
    await client.connect(transport);
    const peer = new Peer(handle, new LiveSession(client, transport));
    await peer.call('session_list');
    return peer;
  }

  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every tool
  call(tool: string, input: object = {}): Promise<any> {
    return this.#session.call(tool, input);
  }

  /** The other sessions that are here, those of a client. */
  async others(client?: string): Promise<Seen[]> {
    const { sessions } = await this.call('session_list');
    return (sessions as Seen[]).filter(
      seen => seen.handle !== this.handle && (client === undefined || seen.client === client),
    );
  }

  /** Waits until exactly so many others are here; they. */
  async meets(count: number, client?: string): Promise<Seen[]> {
    let seen: Seen[] = [];
    await until(`${count} others are here`, async () => {
      seen = await this.others(client);
      return seen.length === count;
    }).catch(error => {
      throw new Error(`${error.message}: ${JSON.stringify(seen)}`);
    });
    return seen;
  }

  /** Waits until the only other session is as described; it. */
  async sees(what: Partial<Seen>): Promise<Seen> {
    let last: Seen[] = [];
    const fits = (seen: Seen) => Object.entries(what).every(([key, value]) => seen[key as keyof Seen] === value);
    await until(`a session is seen as ${JSON.stringify(what)}`, async () => {
      last = await this.others();
      return last.some(fits);
    }).catch(error => {
      throw new Error(`${error.message}: ${JSON.stringify(last)}`);
    });
    return last.find(fits) as Seen;
  }

  /** Sends a message; its id. */
  async send(to: string, body: string, more: object = {}): Promise<string> {
    return (await this.call('message_send', { to: [to], body, ...more })).message;
  }

  /** The state of a message at its one recipient. */
  async stateOf(message: string): Promise<string | undefined> {
    const { messages } = await this.call('conversation_history', { conversation: message });
    return messages.find(({ id }: { id: string }) => id === message)?.recipients?.[0]?.state;
  }
}
