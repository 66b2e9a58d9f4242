import * as z from 'zod/v4';
import { locksOf } from '../core/blocking.ts';
import { SignalboxError } from '../core/errors.ts';
import { end } from '../core/session.ts';
import { defineTool } from './define-tool.ts';

export default defineTool({
  name: 'session_end',
  title: 'Leave',
  set: 'more',
  effect: 'destroy',
  idempotent: true,
  description:
    'Leave: frees all your locks and queue places at once; mail is kept. Use when done while the client stays open. ' +
    'Your next call brings you back.',
  input: z.strictObject({}),
  output: z.object({ ended: z.string(), released: z.array(z.string()) }),
  examples: [{ title: 'Leave', input: {} }],
  async run({ caller }) {
    return caller.transact(async (unit, me) => {
      if (me.kind === 'operator') {
        throw new SignalboxError(
          'forbidden',
          'You act as the operator, who cannot leave.',
          'Use lock release --all to give locks back.',
        );
      }
      const locks = await locksOf(unit.tx, me.id);
      await end(unit, me.id, 'left');
      return { ended: me.handle, released: locks.map(lock => lock.name) };
    });
  },
  text: out => `${out.ended} has left.${out.released.length > 0 ? ` Released: ${out.released.join(', ')}.` : ''}`,
});
