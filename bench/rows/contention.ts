/** Eight processes that want one lock at the same moment, again and again. */
import type { Row } from '../support/row.ts';
import { onStage } from '../support/stage.ts';
import { median, p99, shown } from '../support/statistics.ts';

const resource = 'race';
const racers = 8;

export const contention: Row = {
  name: 'contention',
  title: '8 processes fighting for one lock',
  floor: 'the same calls to 8 bare servers: eight at once, then one; in turn with it, round by round',
  run: ({ programs, seconds }) =>
    onStage(programs, async stage => {
      const sessions = await stage.sessions(racers);
      const bares = await stage.bares(racers);
      const samples: number[] = [];
      const floor: number[] = [];
      const grants = new Map<number, number>();
      let errors = 0;
      for (const end = performance.now() + seconds * 1000; performance.now() < end; ) {
        const begun = performance.now();
        const answers = await Promise.all(
          sessions.map(session =>
            session.call('lock_acquire', { resources: [resource] }).catch(() => {
              errors += 1;
              return undefined;
            }),
          ),
        );
        const winners = sessions.filter((_, index) => answers[index]?.granted);
        grants.set(winners.length, (grants.get(winners.length) ?? 0) + 1);
        await Promise.all(winners.map(winner => winner.call('lock_release', { resources: [resource] })));
        const between = performance.now();
        samples.push(between - begun);
        await Promise.all(bares.map(bare => bare.call('noop')));
        await bares[0]?.call('noop');
        floor.push(performance.now() - between);
      }
      const rounds = samples.length;
      const isFair = grants.size === 1 && grants.has(1) && errors === 0;
      const shares = [...grants].map(([winners, count]) => `${count} rounds with ${winners}`).join(', ');
      return [
        {
          what: 'rounds with exactly one grant, no error',
          unit: `of ${rounds}`,
          value: grants.get(1) ?? 0,
          target: 'all, 0 errors',
          met: isFair,
          more: `${shares}; ${errors} errors`,
        },
        {
          what: 'a round, p50',
          unit: 'ms',
          value: median(samples),
          floor: median(floor),
          ratio: median(samples) / median(floor),
          more: `p99 ${shown(p99(samples))} ms; ${shown(1000 / mean(samples))} rounds/s`,
        },
      ];
    }),
};

function mean(samples: readonly number[]): number {
  return samples.reduce((sum, sample) => sum + sample, 0) / samples.length;
}
