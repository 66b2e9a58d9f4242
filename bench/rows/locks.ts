/** How fast a lock finds its next holder: after a release, and after the holder's process was killed without a word. */
import { below, type Figure, type Row, type RunOptions } from '../support/row.ts';
import { onStage, type Stage } from '../support/stage.ts';
import { median, p99, quantile, shown } from '../support/statistics.ts';

const wait = { waitSeconds: 30 };

export const locks: Row = {
  name: 'locks',
  title: 'A lock passes on',
  floor: 'a line from the client through two processes with a socket between them and back (no work on the way)',
  run: ({ programs, quick }: RunOptions) =>
    onStage(programs, async stage => [
      ...(await afterRelease(stage, quick ? 40 : 250)),
      ...(await afterKill(stage, quick ? 6 : 24)),
    ]),
};

/** From before the release is written until the answer of who waited is here. The two take turns. */
async function afterRelease(stage: Stage, rounds: number): Promise<Figure[]> {
  const [holder, waiter] = await stage.sessions(2);
  const { talk, listen } = await stage.relay();
  if (!holder || !waiter) throw new Error('too few sessions');
  const samples: number[] = [];
  const floor: number[] = [];
  await holder.call('lock_acquire', { paths: ['src/auth.ts'] });
  let [from, to] = [holder, waiter];
  for (let round = 0; round < rounds; round++) {
    const granted = to.callAt('lock_acquire', { paths: ['src/auth.ts'], ...wait });
    await untilWaiting(from, 1);
    const begun = performance.now();
    const released = from.call('lock_release', { paths: ['src/auth.ts'] });
    const { output, at } = await granted;
    if (!output.granted) throw new Error('a released lock was not granted');
    samples.push(at - begun);
    await released;
    [from, to] = [to, from];
    const line = listen.line();
    const sent = performance.now();
    talk.write('granted');
    floor.push((await line).at - sent);
  }
  await from.call('lock_release', { all: true });
  const value = median(samples);
  return [
    {
      what: 'release → waiter granted, p50',
      unit: 'ms',
      value,
      floor: median(floor),
      ratio: value / median(floor),
      more: `p99 ${shown(p99(samples))} ms, floor p99 ${shown(p99(floor))} ms`,
    },
  ];
}

/** From the kill until the answer of who waited is here. A holder's death is noticed by looking, so the time is spread. */
async function afterKill(stage: Stage, rounds: number): Promise<Figure[]> {
  const [waiter] = await stage.sessions(1);
  if (!waiter) throw new Error('too few sessions');
  const samples: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const holder = await stage.session();
    const resources = [`takeover:${round}`];
    await holder.call('lock_acquire', { resources });
    const granted = waiter.callAt('lock_acquire', { resources, ...wait });
    await untilWaiting(holder, 1);
    // Not in step with the looking.
    await new Promise(resolve => setTimeout(resolve, (round * 97) % 250));
    const begun = performance.now();
    holder.kill();
    const { output, at } = await granted;
    if (!output.granted) throw new Error('the lock of a killed holder was not granted');
    samples.push(at - begun);
  }
  const spread = [0, 0.5, 0.9].map(part => shown(quantile(samples, part))).join(' / ');
  return [
    below('holder killed → waiter granted, worst', 'ms', Math.max(...samples), 1000, `best / p50 / p90: ${spread} ms`),
  ];
}

async function untilWaiting(observer: { call(name: string): Promise<{ waiting: unknown[] }> }, count: number) {
  while ((await observer.call('lock_list')).waiting.length < count);
}
