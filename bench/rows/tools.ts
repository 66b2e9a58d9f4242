/** How long an agent waits for a tool: each core tool over stdio on SQLite, in a project with four sessions and three locks. */
import { againstFloor, type Figure, type Row } from '../support/row.ts';
import { onStage } from '../support/stage.ts';
import { median, p99, shown } from '../support/statistics.ts';
import { castOf, ToolRounds } from '../support/tool-round.ts';

export const tools: Row = {
  name: 'tools',
  title: 'Any core tool, stdio, SQLite',
  floor: 'the round trip of a tool that does nothing on the bare server, called before each call by the same client',
  run: ({ programs, quick }) =>
    onStage(programs, async stage => {
      const bare = await stage.bare();
      const floor: number[] = [];
      const rounds: ToolRounds = new ToolRounds(await castOf(stage), quick ? 60 : 400, async () => {
        const ms = await bare.time('noop');
        if (rounds.isMeasuring) floor.push(ms);
      });
      while (!rounds.isOver) await rounds.next();
      const figures: Figure[] = [...rounds.samples].map(([tool, samples]) =>
        againstFloor(`${tool} p50`, 'ms', median(samples), median(floor), 1.5, `p99 ${shown(p99(samples))} ms`),
      );
      return [
        ...figures,
        {
          what: 'a tool that does nothing, p50',
          unit: 'ms',
          value: median(floor),
          more: `p99 ${shown(p99(floor))} ms`,
        },
      ];
    }),
};
