/**
 * What sessions cost that do nothing: 20 of them, each joined, with nothing to do. They stand for a while before it is measured:
 * V8 tidies the heap of any new process in its first half minute, which costs more than everything that follows.
 */
import { processorTimeMs } from '../../test/support/process-facts.ts';
import type { LineProcess } from '../support/client.ts';
import { below, type Row } from '../support/row.ts';
import { onStage } from '../support/stage.ts';

export const idle: Row = {
  name: 'idle',
  title: '20 idle sessions',
  floor: '20 bare servers that were called once, idle over the same time',
  run: ({ programs, quick, note }) =>
    onStage(programs, async stage => {
      const count = quick ? 6 : 20;
      const [settled, seconds] = quick ? [5, 8] : [40, 30];
      const sessions = await stage.sessions(count);
      const bares = await stage.bares(count);
      note(`${count} sessions and ${count} bare servers stand idle for ${settled} + ${seconds} s`);
      await pause(settled * 1000);
      const begun = performance.now();
      const before = [used(sessions), used(bares)] as const;
      await pause(seconds * 1000);
      const ms = performance.now() - begun;
      const [own, floor] = [(100 * (used(sessions) - before[0])) / ms, (100 * (used(bares) - before[1])) / ms];
      const what = 'processor time of all together, of one core';
      const more = `${count} sessions over ${seconds} s, ${settled} s after their start`;
      const ratio = floor > 0 ? { ratio: own / floor } : {};
      // So soon after their start the figure says nothing about idleness.
      if (quick) return [{ what, unit: '%', value: own, floor, ...ratio, more }];
      return [{ ...below(what, '%', own, 0.5, more), floor, ...ratio }];
    }),
};

function used(processes: readonly LineProcess[]): number {
  return processes.reduce((sum, { pid }) => sum + processorTimeMs(pid), 0);
}

function pause(ms: number): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, ms));
}
