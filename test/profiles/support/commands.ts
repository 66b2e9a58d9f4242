/** The commands of claude-presence beside sessions of a real server, in the few words that their tests are written in. */
import { expect } from 'vitest';
import { Workspace } from '../../support/workspace.ts';
import { Presence } from './presence.ts';

export class Commands {
  readonly place: Workspace;
  readonly presence: Presence;
  /** The options by which the workspace's repository is meant. */
  readonly onShop: readonly [string, string];

  private constructor(place: Workspace, presence: Presence) {
    [this.place, this.presence] = [place, presence];
    this.onShop = ['--project', place.repository];
  }

  static async start(): Promise<Commands> {
    const place = new Workspace();
    return new Commands(place, await Presence.start(place));
  }

  run(words: readonly string[], options: { directory?: string; environment?: Record<string, string> } = {}) {
    return this.place.command(['compat', 'claude-presence', ...words], options);
  }

  /** The JSON that a command prints; fails where it does not exit with 0 and in silence. */
  async json(...words: string[]) {
    const { code, stdout, stderr } = await this.run([...words, '--json']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    return JSON.parse(stdout);
  }

  inbox(session: string, ...more: string[]) {
    return this.json('inbox', '--session', session, ...this.onShop, ...more);
  }

  /** Fails where a command that lacks an option does not say so, to programs and to people. */
  async expectMissing(option: string, words: readonly string[]): Promise<void> {
    const told = { code: 1, stdout: `${JSON.stringify({ error: `missing ${option}` })}\n`, stderr: '' };
    expect(await this.run([...words, '--json'])).toEqual(told);
    const said = { code: 1, stdout: '', stderr: `claude-presence: missing ${option}\n` };
    expect(await this.run(words)).toEqual(said);
  }
}

export function textsOf({ messages }: { messages: readonly { message: string }[] }): string[] {
  return messages.map(({ message }) => message);
}

export function idsOf(rows: readonly { id: string }[]): string[] {
  return rows.map(({ id }) => id);
}
