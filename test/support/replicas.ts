/** Two hubs on one store, which are stopped, killed and started again, and programs that use whichever of them answers. */
import { limits } from '../../src/core/limits.ts';
import { Hub, type HubAnswer, type HubClient, makeToken } from './hub.ts';
import { pause, Workspace } from './workspace.ts';

export class Replicas {
  readonly place: Workspace;
  readonly #hubs: Hub[] = [];
  #turn = 0;

  private constructor(place: Workspace) {
    this.place = place;
  }

  /** `server` is the address of the store's server. */
  static async start(server: string): Promise<Replicas> {
    const replicas = new Replicas(new Workspace(server));
    replicas.#hubs.push(await Hub.start(replicas.place), await Hub.start(replicas.place));
    return replicas;
  }

  at(index: number): Hub {
    return this.#hubs[index % this.#hubs.length] as Hub;
  }

  /** Never the one that it was the last time. */
  readonly next = (): Hub => {
    this.#turn += 1;
    return this.at(this.#turn);
  };

  token(name: string): Promise<string> {
    return makeToken(this.place, name);
  }

  /** Starts it again where it was, after its end. */
  async startAgain(index: number): Promise<void> {
    this.#hubs[index] = await Hub.start(this.place, [], {}, this.at(index).port);
  }

  async dispose(): Promise<void> {
    await Promise.all(this.#hubs.map(hub => hub.stop()));
    await this.place.dispose();
  }
}

/** What came of one attempt; `gone` is a connection that broke before its answer. */
export type Attempt = 'answered' | 'told to come again' | 'refused' | 'gone';

/**
 * Posts as a program does that knows both hubs: where one refuses the connection, breaks it off, or says when to come again, it repeats
 * the request at the other. Whatever else is answered is its answer.
 */
export async function insist(
  replicas: Replicas,
  client: HubClient,
  path: string,
  body: object,
  note: (attempt: Attempt) => void,
): Promise<HubAnswer> {
  for (let index = replicas.at(0) === client.hub ? 0 : 1; ; index += 1) {
    const answer = await client
      .at(replicas.at(index))
      .post(path, body)
      .catch((error: { readonly cause?: { readonly code?: string } }) => error.cause?.code ?? 'unknown');
    if (typeof answer === 'string') {
      note(answer === 'ECONNREFUSED' ? 'refused' : 'gone');
      await pause(limits.hubDrainLookMs);
      continue;
    }
    const after = answer.headers.get('retry-after');
    note(answer.status === 503 && after ? 'told to come again' : 'answered');
    if (answer.status !== 503 || !after) return answer;
    await pause(Number(after) * 1_000);
  }
}
