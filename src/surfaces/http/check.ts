/** `signalbox hub --check`: asks a hub on this machine whether it serves, for whoever starts and watches it. */
import { limits } from '../../core/limits.ts';
import { addressOf, inAddress } from './listen-address.ts';

export interface Health {
  readonly isReady: boolean;
  readonly url: string;
  /** What it answered, or why it did not. */
  readonly said: string;
}

/** Asks the hub that listens at `listen`. Never fails. Errors: `invalid_input` for what is no address. */
export async function checkHub(listen: string): Promise<Health> {
  const { host, port } = addressOf(listen);
  // What listens everywhere listens here.
  const here = { '0.0.0.0': '127.0.0.1', '::': '[::1]' }[host] ?? inAddress(host);
  const url = `http://${here}:${port}/readyz`;
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(limits.hubCheckMs), redirect: 'error' });
    const { status } = (await answer.json()) as { status?: unknown };
    return {
      isReady: answer.status === 200 && status === 'ok',
      url,
      said: `${answer.status} ${String(status).slice(0, 40)}`,
    };
  } catch (error) {
    const { name, cause } = error as Error & { cause?: { code?: string } };
    return { isReady: false, url, said: cause?.code ?? name };
  }
}
