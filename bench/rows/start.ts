/** What it costs a client to have a session: from starting the process to its list of tools, and the memory it then keeps. */
import { proportionalMemoryKib } from '../../test/support/process-facts.ts';
import type { RawServer } from '../support/client.ts';
import { residentMemoryKib } from '../support/process-memory.ts';
import { againstFloor, type Row, type RunOptions } from '../support/row.ts';
import { onStage, type Stage } from '../support/stage.ts';
import { median, quantile, shown } from '../support/statistics.ts';

export const start: Row = {
  name: 'start',
  title: 'Start of a session process, and its memory',
  floor: 'the bare server (one zod tool, same SDK, same bundler options), same handshake, started in turn with it',
  run: ({ programs, quick }: RunOptions) =>
    onStage(programs, async stage => {
      const repetitions = quick ? 5 : 20;
      const product: number[] = [];
      const bare: number[] = [];
      for (let round = 0; round <= repetitions; round++) {
        const both = [await timeToList(stage.startProduct()), await timeToList(stage.startBare())] as const;
        // The first of each brings the files into the system's cache.
        if (round === 0) continue;
        product.push(both[0]);
        bare.push(both[1]);
      }
      const best = `best ${shown(quantile(product, 0))} / ${shown(quantile(bare, 0))} ms`;
      return [
        againstFloor('spawn → tools/list answered', 'ms', median(product), median(bare), 1.4, best),
        ...(await memory(stage, quick ? 3 : 6)),
      ];
    }),
};

async function timeToList(server: RawServer): Promise<number> {
  const begun = performance.now();
  await server.initialize();
  const { at } = await server.request('tools/list', {});
  await server.close();
  return at - begun;
}

/** Pairs that live at the same time, so that what processes share is shared by both kinds alike. */
async function memory(stage: Stage, pairs: number) {
  const samples = { pss: [] as number[], rss: [] as number[], barePss: [] as number[], bareRss: [] as number[] };
  for (let pair = 0; pair < pairs; pair++) {
    const [product, bare] = [await stage.session(), await stage.bare()];
    await new Promise(resolve => setTimeout(resolve, 700));
    samples.pss.push(proportionalMemoryKib(product.pid) / 1024);
    samples.barePss.push(proportionalMemoryKib(bare.pid) / 1024);
    samples.rss.push(residentMemoryKib(product.pid) / 1024);
    samples.bareRss.push(residentMemoryKib(bare.pid) / 1024);
    await Promise.all([product.close(), bare.close()]);
  }
  return [
    againstFloor('memory of an idle session process, PSS', 'MiB', median(samples.pss), median(samples.barePss), 1.25),
    againstFloor('the same, RSS', 'MiB', median(samples.rss), median(samples.bareRss), undefined),
  ];
}
