/** A client of the profile `claude-presence` on one project, in the few words that its tests are written in. */
import type { SessionOptions, Workspace } from '../../support/workspace.ts';
import { ForeignClient } from './foreign-client.ts';

export class Presence {
  readonly client: ForeignClient;
  readonly project: string;

  constructor(client: ForeignClient, project: string) {
    [this.client, this.project] = [client, project];
  }

  static async start(place: Workspace, options: SessionOptions = {}): Promise<Presence> {
    return new Presence(await ForeignClient.start(place, 'claude-presence', options), place.repository);
  }

  /** The same connection on another project. */
  on(project: string): Presence {
    return new Presence(this.client, project);
  }

  register(session_id: string, more: object = {}) {
    return this.client.json('session_register', { session_id, project: this.project, ...more });
  }

  unregister(session_id: string) {
    return this.client.json('session_unregister', { session_id });
  }

  claim(session_id: string, resource: string, more: object = {}) {
    return this.client.json('resource_claim', { session_id, project: this.project, resource, ...more });
  }

  release(session_id: string, resource: string, more: object = {}) {
    return this.client.json('resource_release', { session_id, project: this.project, resource, ...more });
  }

  post(session_id: string, message: string, more: object = {}) {
    return this.client.json('broadcast', { session_id, project: this.project, message, ...more });
  }

  inbox(session_id: string, more: object = {}) {
    return this.client.json('read_inbox', { session_id, project: this.project, ...more });
  }

  /** The ids of the sessions on the project. */
  async names(more: object = {}): Promise<string[]> {
    const { sessions } = await this.client.json('session_list', { project: this.project, ...more });
    return sessions.map(({ id }: { id: string }) => id);
  }

  /** One session as it is listed. */
  async listed(session_id: string) {
    const { sessions } = await this.client.json('session_list', { project: this.project });
    return sessions.find(({ id }: { id: string }) => id === session_id);
  }

  /** What is locked on the project, by its name. */
  async locked(): Promise<string[]> {
    const { locks } = await this.client.json('resource_list', { project: this.project });
    return locks.map(({ resource }: { resource: string }) => resource);
  }

  /** The texts of an inbox, the newest first. */
  async texts(session_id: string, more: object = {}): Promise<string[]> {
    const { messages } = await this.inbox(session_id, more);
    return messages.map(({ message }: { message: string }) => message);
  }

  /** The text by which a call is refused for what it was given; fails where it is not refused. */
  async refusal(name: string, input: object): Promise<string> {
    const { content, isError } = await this.client.raw(name, input);
    if (!isError) throw new Error(`${name} took ${JSON.stringify(input)}`);
    return content[0]?.text ?? '';
  }
}
