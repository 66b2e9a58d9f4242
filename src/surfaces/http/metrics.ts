/** Figures of a hub in the text format of Prometheus (0.0.4). */
import type { ProviderState } from '../../core/identity-provider.ts';

export class Metrics {
  readonly #requests = new Map<string, number>();
  readonly #seconds = new Map<string, { sum: number; count: number }>();
  readonly #posts = { delivered: 0, failed: 0 };
  #open = 0;
  #heard = 0;
  #waiting = 0;
  #bridges = 0;

  begin(): void {
    this.#open += 1;
  }

  /** `route` is a pattern and not a path, so that nobody outside makes series. */
  end(route: string, status: number, ms: number): void {
    this.#open -= 1;
    const key = `route="${route}",status="${status}"`;
    this.#requests.set(key, (this.#requests.get(key) ?? 0) + 1);
    const spent = this.#seconds.get(route) ?? { sum: 0, count: 0 };
    this.#seconds.set(route, { sum: spent.sum + ms / 1_000, count: spent.count + 1 });
  }

  /** Counts an attempt to deliver an event to a webhook. */
  posted(outcome: 'delivered' | 'failed'): void {
    this.#posts[outcome] += 1;
  }

  /** A hint that came from some process on the store, this one too. */
  heard(): void {
    this.#heard += 1;
  }

  waiting(by: 1 | -1): void {
    this.#waiting += by;
  }

  /** A machine has connected, or is gone. */
  bridged(by: 1 | -1): void {
    this.#bridges += by;
  }

  text(version: string, provider?: ProviderState): string {
    return [
      '# HELP signalbox_info The version that runs.',
      '# TYPE signalbox_info gauge',
      `signalbox_info{version="${version}"} 1`,
      '# HELP signalbox_requests_total Requests that were answered.',
      '# TYPE signalbox_requests_total counter',
      ...[...this.#requests].map(([labels, count]) => `signalbox_requests_total{${labels}} ${count}`),
      '# HELP signalbox_request_seconds How long answers took.',
      '# TYPE signalbox_request_seconds summary',
      ...[...this.#seconds].flatMap(([route, { sum, count }]) => [
        `signalbox_request_seconds_sum{route="${route}"} ${sum.toFixed(6)}`,
        `signalbox_request_seconds_count{route="${route}"} ${count}`,
      ]),
      '# HELP signalbox_requests_open Requests under way.',
      '# TYPE signalbox_requests_open gauge',
      `signalbox_requests_open ${this.#open}`,
      '# HELP signalbox_webhook_posts_total Attempts to deliver events to webhooks.',
      '# TYPE signalbox_webhook_posts_total counter',
      ...Object.entries(this.#posts).map(
        ([outcome, count]) => `signalbox_webhook_posts_total{outcome="${outcome}"} ${count}`,
      ),
      '# HELP signalbox_hints_heard_total Hints that woke somebody who waits or listens here.',
      '# TYPE signalbox_hints_heard_total counter',
      `signalbox_hints_heard_total ${this.#heard}`,
      '# HELP signalbox_waits How many wait for a message, a lock or an answer.',
      '# TYPE signalbox_waits gauge',
      `signalbox_waits ${this.#waiting}`,
      '# HELP signalbox_bridges Machines that are connected.',
      '# TYPE signalbox_bridges gauge',
      `signalbox_bridges ${this.#bridges}`,
      ...(provider ? aboutProvider(provider) : []),
      '',
    ].join('\n');
  }
}

function aboutProvider({ isReached, keys, keysAgeMs }: ProviderState): readonly string[] {
  const age = keysAgeMs === null ? [] : [`signalbox_provider_keys_age_seconds ${Math.round(keysAgeMs / 1_000)}`];
  return [
    '# HELP signalbox_provider_up Whether the last look for the keys of the OpenID provider found them.',
    '# TYPE signalbox_provider_up gauge',
    `signalbox_provider_up ${isReached ? 1 : 0}`,
    '# HELP signalbox_provider_keys Its keys that are known.',
    '# TYPE signalbox_provider_keys gauge',
    `signalbox_provider_keys ${keys}`,
    '# HELP signalbox_provider_keys_age_seconds How long they are known.',
    '# TYPE signalbox_provider_keys_age_seconds gauge',
    ...age,
  ];
}
