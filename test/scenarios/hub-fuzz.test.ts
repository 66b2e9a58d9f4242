/** A hub and requests that nobody sends on purpose. `npm run soak -- --only fuzz` sends ten times as many. */
import { expect, it } from 'vitest';
import { fuzzHub } from '../soak/fuzz-hub.ts';
import { Workspace } from '../support/workspace.ts';

it('a hub lives through thousands of hostile requests without an error of its own, and tells no secret, path or stack', async () => {
  const place = new Workspace();
  const { SIGNALBOX_FUZZ_SEED, SIGNALBOX_FUZZ_REQUESTS, SIGNALBOX_FUZZ_ONLY, SIGNALBOX_TEST_SEED } = process.env;
  const seed = Number(SIGNALBOX_FUZZ_SEED || SIGNALBOX_TEST_SEED || Math.floor(Math.random() * 1e6));
  const requests = Number(SIGNALBOX_FUZZ_REQUESTS || 2_000);
  try {
    const only = SIGNALBOX_FUZZ_ONLY ? { only: Number(SIGNALBOX_FUZZ_ONLY) } : {};
    const { violations, numbers } = await fuzzHub(place, { seed, requests, ...only });
    expect(violations, `SIGNALBOX_FUZZ_SEED=${seed} shows it again`).toEqual([]);
    console.log(`fuzz with seed ${seed}: ${JSON.stringify(numbers)}`);
  } finally {
    await place.dispose();
  }
});
