/** Whether the tools stay as fast when the store is full: each core tool on a store with a month of work and on an empty one. */
import { againstFloor, type Row, type RunOptions } from '../support/row.ts';
import { seed, type Volume } from '../support/seed.ts';
import { onStage, type Stage } from '../support/stage.ts';
import { median, p99, shown } from '../support/statistics.ts';
import { castOf, ToolRounds } from '../support/tool-round.ts';

const living = 12;

export const volume: Row = {
  name: 'volume',
  title: 'A full store',
  floor: `the same tool, called in turn by the same client, on a store with nothing but the same ${living + 4} living sessions`,
  run: ({ programs, quick, note }: RunOptions) =>
    onStage(programs, full =>
      onStage(programs, async empty => {
        const size: Volume = quick
          ? { living, ended: 200 - living, locks: 200, messages: 10_000 }
          : { living, ended: 1000 - living, locks: 1000, messages: 100_000 };
        const begun = performance.now();
        await seed(full, size);
        await seed(empty, { living, ended: 0, locks: 0, messages: 0 });
        const what = `${size.messages} messages, ${size.living + size.ended} sessions (${living} living), ${size.locks} locks`;
        note(`${what} stored in ${shown((performance.now() - begun) / 1000)} s`);
        return (await measure(full, empty, quick ? 50 : 300)).map((figure, index) =>
          index === 0 ? { ...figure, more: `${figure.more}; store: ${what}` } : figure,
        );
      }),
    ),
};

async function measure(full: Stage, empty: Stage, rounds: number) {
  const casts = [await castOf(full), await castOf(empty)] as const;
  const nothing = async () => {};
  const [own, floor] = [new ToolRounds(casts[0], rounds, nothing), new ToolRounds(casts[1], rounds, nothing)];
  while (!own.isOver) {
    await own.next();
    await floor.next();
  }
  const figures = [...own.samples].map(([tool, samples]) => {
    const other = floor.samples.get(tool) ?? [];
    const more = `p99 ${shown(p99(samples))} / ${shown(p99(other))} ms`;
    return againstFloor(`${tool} p50`, 'ms', median(samples), median(other), 1.3, more);
  });
  const listing: number[] = [];
  const shorter: number[] = [];
  for (let round = 0; round < Math.ceil(rounds / 10); round++) {
    listing.push(await casts[0].subject.time('lock_list'));
    shorter.push(await casts[1].subject.time('lock_list'));
  }
  const answer = 'an answer of 500 locks instead of 3';
  return [
    ...figures,
    againstFloor('lock_list of everything p50', 'ms', median(listing), median(shorter), undefined, answer),
  ];
}
