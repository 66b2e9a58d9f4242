/** Notes which session a caller was in a call, whatever becomes of that session. */
import type { Participant } from '../../src/tools/participant.ts';

export class Noted {
  /** The session of the last unit or view of the call; null before the first. */
  session: string | null = null;

  over(caller: Participant): Participant {
    const note = (id: string) => {
      this.session = id;
    };
    return {
      world: caller.world,
      directory: caller.directory,
      transact: (work, ahead) =>
        caller.transact((unit, me) => {
          note(me.id);
          return work(unit, me);
        }, ahead),
      read: work =>
        caller.read((view, me) => {
          note(me.id);
          return work(view, me);
        }),
      observe: work => caller.observe(work),
      later: work => caller.later(work),
      watchQueue: () => caller.watchQueue(),
      hints: () => caller.hints(),
      place: () => caller.place(),
      resources: (...names) => caller.resources(...names),
    };
  }
}
