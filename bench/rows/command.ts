/** What a command costs at a shell. */
import { againstFloor, type Row } from '../support/row.ts';
import { onStage } from '../support/stage.ts';
import { median, quantile, shown } from '../support/statistics.ts';

export const command: Row = {
  name: 'command',
  title: 'A command at a shell',
  floor: 'an empty Node process (`node -e 0`), run in turn with it',
  run: ({ programs, quick }) =>
    onStage(programs, async stage => {
      const session = await stage.session();
      await session.call('lock_acquire', { paths: ['src/auth.ts'], reason: 'move login to sessions' });
      const listing: number[] = [];
      const empty: number[] = [];
      for (let round = 0; round <= (quick ? 5 : 20); round++) {
        const both = [
          await stage.run([programs.product, 'lock', 'list', '--json']),
          await stage.run(['-e', '0']),
        ] as const;
        if (round === 0) continue;
        listing.push(both[0]);
        empty.push(both[1]);
      }
      const best = `best ${shown(quantile(listing, 0))} / ${shown(quantile(empty, 0))} ms`;
      return [againstFloor('signalbox lock list --json', 'ms', median(listing), median(empty), undefined, best)];
    }),
};
