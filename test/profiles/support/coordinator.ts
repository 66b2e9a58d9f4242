/** A client of the profile `session-coordinator`, in the few words that its tests are written in. */
import type { SessionOptions, Workspace } from '../../support/workspace.ts';
import { ForeignClient } from './foreign-client.ts';

export class Coordinator {
  readonly client: ForeignClient;

  private constructor(client: ForeignClient) {
    this.client = client;
  }

  static async start(place: Workspace, options: SessionOptions = {}): Promise<Coordinator> {
    return new Coordinator(await ForeignClient.start(place, 'session-coordinator', options));
  }

  call(name: string, input: object = {}) {
    return this.client.json(name, input);
  }

  /** Begins a session of the project `my-app`; what acts as it. */
  async register(name: string, more: object = {}): Promise<Acting> {
    const { session_id } = await this.call('session_register', { name, project: 'my-app', ...more });
    return new Acting(this, session_id);
  }

  /** The names of the sessions that are listed. */
  async names(filter: object = {}): Promise<string[]> {
    return (await this.call('session_list', filter)).map(({ name }: { name: string }) => name);
  }

  /** What is locked, and by whom. */
  async locked(filter: object = {}): Promise<string[]> {
    const locks: Record<string, string>[] = await this.call('lock_list', filter);
    return locks.map(({ file_path, lock_type, holder_name }) => `${file_path} ${lock_type} ${holder_name}`);
  }

  /** For how many seconds the one lock on a file was taken. */
  async lasting(file_path: string): Promise<number> {
    const [lock] = await this.call('lock_list', { file_path });
    return (Date.parse(lock.expires_at) - Date.parse(lock.acquired_at)) / 1000;
  }

  /** The document by which a call is refused as a failure; fails where it is not. */
  async failure(name: string, input: object): Promise<{ error: string; next: string }> {
    const { content, isError } = await this.client.raw(name, input);
    if (!isError) throw new Error(`${name} took ${JSON.stringify(input)}`);
    return JSON.parse(content[0]?.text ?? '');
  }
}

/** One session of a connection. */
export class Acting {
  readonly on: Coordinator;
  readonly id: string;

  constructor(on: Coordinator, id: string) {
    [this.on, this.id] = [on, id];
  }

  call(name: string, input: object = {}) {
    return this.on.call(name, { session_id: this.id, ...input });
  }

  lock(file_path: string, more: object = {}) {
    return this.call('lock_acquire', { file_path, ...more });
  }

  release(file_path: string) {
    return this.call('lock_release', { file_path });
  }

  announce(intent_type: string, target: string, more: object = {}) {
    return this.call('intent_announce', { intent_type, target, ...more });
  }

  check(intent_type: string, more: object = {}) {
    return this.call('conflict_check', { intent_type, ...more });
  }

  send(content: string, more: object = {}) {
    return this.on.call('message_send', { from_session: this.id, content, ...more });
  }

  inbox(more: object = {}): Promise<Record<string, string>[]> {
    return this.call('message_list', more);
  }

  /** The texts of what is unread. */
  async texts(more: object = {}): Promise<(string | undefined)[]> {
    return (await this.inbox(more)).map(({ content }) => content);
  }

  deregister() {
    return this.call('session_deregister');
  }
}
