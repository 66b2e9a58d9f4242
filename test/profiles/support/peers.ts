/** A client of the profile `claude-peers`, in the few words that its tests are written in. */
import { expect } from 'vitest';
import { type SessionOptions, until, type Workspace } from '../../support/workspace.ts';
import { ForeignClient } from './foreign-client.ts';

export interface Pushed {
  readonly content: string;
  readonly meta: Readonly<Record<string, string>>;
}

/** The lines of a peer in a list, by their names. */
export type Listed = Readonly<Record<string, string>>;

export class Peer {
  readonly client: ForeignClient;
  readonly pushed: Pushed[] = [];

  private constructor(client: ForeignClient) {
    this.client = client;
    client.session.client.fallbackNotificationHandler = async ({ method, params }) => {
      if (method === 'notifications/claude/channel') this.pushed.push(params as never);
    };
  }

  /** One that has only connected. */
  static async connect(place: Workspace, options: SessionOptions = {}): Promise<Peer> {
    return new Peer(await ForeignClient.start(place, 'claude-peers', options));
  }

  /** One that is registered: its first call has seen to that. */
  static async start(place: Workspace, options: SessionOptions = {}): Promise<Peer> {
    const peer = await Peer.connect(place, options);
    expect(await peer.check()).toBe('No new messages.');
    return peer;
  }

  get pid(): number {
    return this.client.session.pid;
  }

  check(): Promise<string> {
    return this.client.text('check_messages');
  }

  send(to_id: string, message: string): Promise<string> {
    return this.client.text('send_message', { to_id, message });
  }

  summarize(summary: string): Promise<string> {
    return this.client.text('set_summary', { summary });
  }

  text(scope: unknown = 'machine'): Promise<string> {
    return this.client.text('list_peers', { scope });
  }

  async list(scope: unknown = 'machine'): Promise<Listed[]> {
    const [, ...blocks] = (await this.text(scope)).split('\n\n');
    return blocks.map(block => Object.fromEntries(block.split('\n').map(line => line.trim().split(/: (.*)/s))));
  }

  async ids(scope: unknown = 'machine'): Promise<string[]> {
    return (await this.list(scope)).map(({ ID }) => ID ?? '');
  }

  /** Another peer as this one sees it. */
  async seen(other: Peer): Promise<Listed> {
    const found = (await this.list()).find(({ PID }) => PID === String(other.pid));
    if (!found) throw new Error('it is not listed');
    return found;
  }

  async idOf(other: Peer): Promise<string> {
    return (await this.seen(other)).ID ?? '';
  }

  /** The text by which a call is refused; fails where it is not. */
  async refusal(name: string, input: object = {}): Promise<string> {
    const { content, isError } = await this.client.raw(name, input);
    if (!isError) throw new Error(`${name} took ${JSON.stringify(input)}`);
    return content[0]?.text ?? '';
  }

  /** What it was pushed, once it is that many. */
  async heard(count: number): Promise<Pushed[]> {
    await until(`${count} pushes`, () => this.pushed.length >= count);
    return this.pushed;
  }
}
