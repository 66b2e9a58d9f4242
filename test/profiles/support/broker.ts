/** Programs that use the broker of `claude-duo` as a hub serves it: the requests that the old broker answered, with a token. */
import type { Hub, HubAnswer } from '../../support/hub.ts';
import { until } from '../../support/workspace.ts';

/** A moment as the old database wrote it. */
export const moment = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/;

/** Options by which a hub serves the requests of the broker. */
export const asBroker = ['--profile', 'claude-duo'] as const;

export class Broker {
  readonly #hub: () => Hub;
  readonly #token: string;
  readonly #project: string | null;

  /** `hub` is asked at each request: it may be another one by then. */
  constructor(hub: () => Hub, token: string, project: string | null = null) {
    [this.#hub, this.#token, this.#project] = [hub, token, project];
  }

  /** The same token, with requests that name a project. */
  in(project: string): Broker {
    return new Broker(this.#hub, this.#token, project);
  }

  async post(path: string, body: object): Promise<HubAnswer> {
    const headers = { ...this.#headers, 'content-type': 'application/json' };
    return this.#hub().request(path, { method: 'POST', headers, body: JSON.stringify(body) });
  }

  async get(path: string, signal?: AbortSignal): Promise<HubAnswer> {
    return this.#hub().request(path, { headers: this.#headers, ...(signal ? { signal } : {}) });
  }

  register(partnerId: string, more: object = {}): Promise<HubAnswer> {
    return this.post('/register', { partnerId, ...more });
  }

  talk(fromId: string, content: string, more: object): Promise<HubAnswer> {
    return this.post('/talk', { fromId, content, ...more });
  }

  listen(partner: string, query = '', signal?: AbortSignal): Promise<HubAnswer> {
    return this.get(`/listen/${partner}${query}`, signal);
  }

  /** What a partner hears now or next, as `from: text`. */
  async heard(partner: string): Promise<string[]> {
    const { body } = await this.listen(partner);
    return body.messages.map((message: Record<string, string>) => `${message.from_id}: ${message.content}`);
  }

  /** Unread counts of a partner, by conversation. */
  async unread(partner: string): Promise<Record<string, number>> {
    const { body } = await this.get(`/conversations/${partner}`);
    const rows: { id: string; unread_count: number }[] = body.conversations;
    return Object.fromEntries(rows.map(row => [row.id, row.unread_count]));
  }

  /** Waits until what was heard counts as read. */
  async hasRead(partner: string): Promise<void> {
    await until('it is read', async () => Object.values(await this.unread(partner)).every(count => count === 0));
  }

  /** A partner's row; undefined for none. */
  async row(partner: string) {
    const { body } = await this.get('/partners');
    return body.partners.find(({ id }: { id: string }) => id === partner);
  }

  async listens(partner: string): Promise<void> {
    await until(`${partner} listens`, async () => (await this.row(partner))?.isListening === true);
  }

  get #headers(): Record<string, string> {
    const headers: Record<string, string> = { authorization: `Bearer ${this.#token}` };
    if (this.#project !== null) headers['signalbox-project'] = this.#project;
    return headers;
  }
}
