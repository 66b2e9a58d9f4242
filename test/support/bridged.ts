/** A bridge within one process: wires without a network, and a hub's end of them on a bench. */
import type { Wire } from '../../src/bridge/link.ts';
import type { Principal } from '../../src/core/account.ts';
import type { AuditNote } from '../../src/core/audit.ts';
import type { Store } from '../../src/core/ports.ts';
import { Station } from '../../src/surfaces/bridge/station.ts';
import type { World } from '../../src/tools/world.ts';
import { aside } from './fake-git.ts';
import { FakeLog, FakeWorktrees } from './fakes.ts';
import { type Bench, project } from './rules.ts';
import { honest, StrangeMachine } from './strange-machine.ts';

type End = { heard(text: string): void; gone(why: string): void };

/** The two ends of one connection. What is sent arrives in order, a moment later; each end hears once that it is over. */
export function wires(): [Wire, Wire] {
  const ends: (End | undefined)[] = [undefined, undefined];
  let isOpen = true;
  let isOver = false;
  const end = (at: 0 | 1): Wire => ({
    send: text => {
      if (isOpen) queueMicrotask(() => isOver || ends[1 - at]?.heard(text));
    },
    waitingBytes: 0,
    listen(heard, gone) {
      ends[at] = { heard, gone };
    },
    close(why) {
      if (!isOpen) return;
      isOpen = false;
      queueMicrotask(() => {
        isOver = true;
        for (const each of ends) each?.gone(why);
      });
    },
  });
  return [end(0), end(1)];
}

export class BridgedHub {
  readonly world: World;
  readonly bench: Bench;
  /** What stands in the audit. */
  readonly notes: Omit<AuditNote, 'address'>[] = [];
  readonly stopping = new AbortController();
  /** What is asked whose a connection is, each time. */
  readonly asked: ('counted' | 'free')[] = [];
  /** Whose it is; may be changed, and may throw. */
  principal: (counts: 'counted' | 'free') => Principal | Promise<Principal>;
  /** What the store does before each unit of work, by what it is asked for; may throw. */
  before: (asked: string) => void = () => undefined;

  constructor(bench: Bench, about: Partial<Principal> = {}) {
    this.bench = bench;
    const ana: Principal = { id: 'ana-id', name: 'ana', role: 'write', projects: [], tools: [], ...about };
    this.principal = () => ana;
    const { clock, ids, wakeups, processes } = bench;
    const store = this.#guarded(bench.store);
    this.world = {
      ...{ store, clock, ids, wakeups, processes, worktrees: new FakeWorktrees(), log: new FakeLog(), ...aside() },
    };
  }

  #guarded(store: Store): Store {
    return new Proxy(store, {
      get: (target, name) => {
        const value = Reflect.get(target, name);
        if (typeof value !== 'function') return value;
        return async (...given: unknown[]) => {
          this.before(String(name));
          return value.apply(target, given);
        };
      },
    });
  }

  /** A machine that is connected with it. */
  machine(answers: Parameters<typeof StrangeMachine.over>[1] = honest(project)): StrangeMachine {
    const [ours, theirs] = wires();
    this.take(theirs);
    return StrangeMachine.over(ours, answers);
  }

  take(wire: Wire): Station {
    return new Station(wire, {
      world: this.world,
      audit: {
        digest: () => 'digest',
        elapsed: () => this.bench.clock.elapsed(),
        note: async note => void this.notes.push(note),
      },
      principal: async counts => {
        this.asked.push(counts);
        return this.principal(counts);
      },
      isKnown: async () => true,
      stopping: this.stopping.signal,
      log: (message, details) => this.world.log.error(message, details),
    });
  }

  /** What was logged that is none of a machine's doing. */
  get errors(): unknown[] {
    return (this.world.log as FakeLog).lines.filter(({ level }) => level === 'error');
  }
}
