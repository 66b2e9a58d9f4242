/** Who is let in, and what it costs a hub that many are not. */
import { describe, expect, it } from 'vitest';
import { createHubApp } from '../../../test/support/hub-app.ts';
import { accountsProject } from '../../core/account.ts';
import { readAudit } from '../../core/audit.ts';
import { limits } from '../../core/limits.ts';

type App = ReturnType<typeof createHubApp>;

/** How many that were not let in stand in the audit, and in the log. */
async function notedOf({ bench, log }: App): Promise<[number, number]> {
  const query = { since: 0, before: null, principal: null, what: null, project: null, decision: null, limit: 10_000 };
  const { notes } = await bench.store.read(accountsProject, tx => readAudit(tx, query));
  const logged = log.filter(({ message }) => message === 'authentication failed');
  return [notes.filter(({ action }) => action === 'authentication').length, logged.length];
}

const many = 10 * limits.hubRefusalsPerMinute;
const times = <T>(count: number, ask: (at: number) => Promise<T>) =>
  Promise.all(Array.from({ length: count }, (_, at) => ask(at)));
const most = [limits.hubRefusalsPerMinute, limits.hubRefusalsPerMinute];

describe('Strangers from one address', () => {
  it('without a token are answered every time, and noted some times in a minute', async () => {
    const app = createHubApp();
    const ask = async () => (await app.request('/v1/tools/session_list', { method: 'POST' })).status;
    expect(new Set(await times(many, ask))).toEqual(new Set([401]));
    expect(await notedOf(app)).toEqual(most);
    await app.bench.clock.advance(60_000);
    await ask();
    expect(await notedOf(app)).toEqual(most.map(count => count + 1));
  });

  it('that try many tokens at once are told to wait as if they had come one after the other', async () => {
    const app = createHubApp();
    const ask = async (at: number) =>
      (await app.request('/metrics', { headers: { authorization: `Bearer sbx_${at}` } })).status;
    const statuses = await times(many, ask);
    expect(statuses.filter(status => status === 401)).toHaveLength(limits.hubRefusalsPerMinute);
    expect(new Set(statuses)).toEqual(new Set([401, 429]));
    expect(await notedOf(app)).toEqual(most);
  });
});

describe('A page in a browser', () => {
  const from = async (site: string) =>
    (await createHubApp().request('/healthz', { headers: { 'sec-fetch-site': site } })).status;

  it.each(['cross-site', 'same-site'])('that is %s is refused, also where its request tells no origin', async site => {
    expect(await from(site)).toBe(403);
  });

  it.each(['same-origin', 'none'])('that is %s is answered', async site => {
    expect(await from(site)).toBe(200);
  });
});
