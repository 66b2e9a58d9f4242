/** A client of the profile `claude-session-coordinator`, in the few words that its tests are written in. */
import { join } from 'node:path';
import { type SessionOptions, Workspace } from '../../support/workspace.ts';
import { ForeignClient } from './foreign-client.ts';

// biome-ignore lint/suspicious/noExplicitAny: tests look into documents of every shape
type Document = any;

export class Coordinator {
  readonly client: ForeignClient;

  private constructor(client: ForeignClient) {
    this.client = client;
  }

  static async start(place: Workspace, options: SessionOptions = {}): Promise<Coordinator> {
    return new Coordinator(await ForeignClient.start(place, 'claude-session-coordinator', options));
  }

  /** The instance that it is from then on; without an id the first one that is free. */
  async signOn(session_id?: string | null): Promise<string> {
    return (await this.client.json('sign_on', session_id === undefined ? {} : { session_id })).session_id;
  }

  signOff(): Promise<Document> {
    return this.client.json('sign_off');
  }

  store(scope: string, key: string, value: unknown) {
    return this.done('store_data', { scope, key, value });
  }

  /** The texts that a value comes as. */
  async retrieve(scope: string, key: string): Promise<string[]> {
    const { content } = await this.done('retrieve_data', { scope, key });
    return content.map(({ text }) => text);
  }

  delete(scope: string, key: string): Promise<Document> {
    return this.result('delete_data', { scope, key });
  }

  keys(scope: string): Promise<Document> {
    return this.result('list_keys', { scope });
  }

  scopes(pattern?: string | null): Promise<Document> {
    return this.result('list_scopes', pattern === undefined ? {} : { pattern });
  }

  deleteScope(scope: string): Promise<Document> {
    return this.result('delete_scope', { scope });
  }

  decide(adapter: string, scope: string, reason = 'So it was said'): Promise<Document> {
    return this.client.json('update_storage_settings', { adapter, scope, reason });
  }

  /** An answer that is no error. */
  async done(name: string, input: object) {
    const answer = await this.client.raw(name, input);
    if (answer.isError) throw new Error(answer.content[0]?.text);
    return answer;
  }

  /** What stands under `result` for programs. */
  async result(name: string, input: object): Promise<Document> {
    return ((await this.done(name, input)).structuredContent as { result: unknown }).result;
  }

  /** The text by which a call is refused; fails where it is not. */
  async refusal(name: string, input: object = {}): Promise<string> {
    const { content, isError } = await this.client.raw(name, input);
    if (!isError) throw new Error(`${name} took ${JSON.stringify(input)}`);
    return content[0]?.text ?? '';
  }

  /** A resource, read as the JSON that it is. */
  async resource(uri: string): Promise<Document> {
    const { contents } = await this.client.session.client.readResource({ uri });
    return JSON.parse((contents[0] as { text: string }).text);
  }

  context(): Promise<Document> {
    return this.resource('session://context');
  }

  /** Which instances are taken. */
  async taken(): Promise<string[]> {
    const { instances } = await this.context();
    return Object.keys(instances).filter(name => instances[name] === 'taken');
  }

  state(instance: string): Promise<Document> {
    return this.resource(`session://state/${encodeURIComponent(instance)}`);
  }

  /** The text of a prompt; fails where it is not one message of the user. */
  async prompt(name: string): Promise<string> {
    const { messages } = await this.client.session.client.getPrompt({ name });
    const [message] = messages;
    if (messages.length !== 1 || message?.role !== 'user' || message.content.type !== 'text')
      throw new Error(`${name} is ${JSON.stringify(messages)}`);
    return message.content.text;
  }

  crash(): void {
    this.client.session.crash();
  }
}

/** A workspace whose repository has a remote. */
export function workspaceOf(origin: string): Workspace {
  const place = new Workspace();
  place.git('remote', 'add', 'origin', origin);
  return place;
}

/** The file in which users of the old program configure it for a project. */
export function configure(place: Workspace, config: unknown): void {
  place.write(join('.claude', 'session-coordinator-config.json'), JSON.stringify(config));
}
