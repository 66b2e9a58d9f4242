/** Partners of the profile `claude-duo`, each in a repository of its own beside one store, in the few words that its tests are written in. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { type SessionOptions, until, type Workspace } from '../../support/workspace.ts';
import { ForeignClient } from './foreign-client.ts';

export class Duo {
  readonly client: ForeignClient;
  /** Its id. */
  readonly id: string;
  readonly folder: string;

  private constructor(client: ForeignClient, id: string, folder: string) {
    [this.client, this.id, this.folder] = [client, id, folder];
  }

  /** A partner in a repository of its own, at that path below the workspace, registered. */
  static async start(place: Workspace, path: string, options: SessionOptions = {}): Promise<Duo> {
    const folder = join(place.folder, path);
    mkdirSync(folder, { recursive: true });
    if (!existsSync(join(folder, '.git'))) execFileSync('git', ['init', '-q'], { cwd: folder, env: place.environment });
    const client = await ForeignClient.start(place, 'claude-duo', { directory: folder, ...options });
    const [, id = ''] = /ID: (\S+)/.exec(await client.text('register')) ?? [];
    return new Duo(client, id, folder);
  }

  /** Says something; the id of the conversation and the rest of the answer. */
  async talk(message: string, more: object = {}) {
    const [first = '', ...rest] = (await this.client.text('talk', { message, ...more })).split('\n');
    return { conversation: first.split(' ').at(-1) ?? '', counts: rest.join('\n') };
  }

  listen(more: object = {}): Promise<string> {
    return this.client.text('listen', more);
  }

  /** What it hears now, as `from: text`; fails where nothing is unread. */
  async heard(more: object = {}): Promise<string[]> {
    return spoken(await this.listen(more));
  }

  /** Hears what is unread, and waits until that counts as read: it does once the answer is out. */
  async reads(): Promise<string[]> {
    const heard = await this.heard();
    await until('it is read', async () => Object.values(await this.unread()).every(count => count === 0));
    return heard;
  }

  /** Its unread counts, by conversation. */
  async unread(): Promise<Record<string, number>> {
    const text = await this.client.text('list_conversations');
    const blocks = [...text.matchAll(/\((\d+) unread\)\n {3}ID: `(\S+)`/g)];
    return Object.fromEntries(blocks.map(([, count, id]) => [id, Number(count)]));
  }

  /** Its line in somebody's list of partners. */
  async shownTo(other: Duo): Promise<string> {
    const lines = (await other.client.text('list_partners')).split('\n');
    return lines.find(line => line.includes(`(${this.id})`)) ?? '';
  }

  /** Waits until another one sees that it listens. */
  async listens(seenBy: Duo): Promise<void> {
    await until(`${this.id} listens`, async () => (await this.shownTo(seenBy)).includes('👂'));
  }

  async history(conversation: string, more: object = {}): Promise<string[]> {
    return spoken(await this.client.text('history', { conversation, ...more }));
  }

  /** The text of a refusal; fails where nothing is refused. */
  async refusal(name: string, input: object = {}): Promise<string> {
    const { content, isError } = await this.client.raw(name, input);
    expect(isError, `${name} ${JSON.stringify(input)}`).toBe(true);
    return content[0]?.text ?? '';
  }
}

/** What an answer shows as said, as `from: text`. */
export function spoken(text: string): string[] {
  return [...text.matchAll(/^ *\[[^\]]+\] \*\*([^*]+):\*\* (.*)$/gm)].map(([, from, body]) => `${from}: ${body}`);
}
