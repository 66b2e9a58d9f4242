/** What happened, in lines that a person can follow. */
import type { FakeClock } from '../support/fakes.ts';
import type { Answer, Call, Client, Fate } from './seat.ts';
import type { Commit } from './state.ts';

export class Journal {
  readonly lines: string[] = [];
  step = 0;
  readonly #time: FakeClock;

  constructor(time: FakeClock) {
    this.#time = time;
  }

  say(line: string): void {
    this.lines.push(
      `${String(this.step).padStart(4)} ${(this.#time.elapsed() / 1000).toFixed(3).padStart(9)} s  ${line}`,
    );
  }

  call(seat: Client, { tool, input }: Call, { delayMs, cancelAfterMs, isAnswerLost }: Fate): void {
    const fate = [
      delayMs > 0 ? `${delayMs} ms late` : '',
      cancelAfterMs === null ? '' : `cancelled after ${cancelAfterMs} ms`,
      isAnswerLost ? 'its answer will be lost' : '',
    ].filter(Boolean);
    this.say(`${seat.name} → ${tool} ${JSON.stringify(input)}${fate.length > 0 ? ` (${fate.join(', ')})` : ''}`);
  }

  answer({ seat, session, call, output, error, isSeen }: Answer): void {
    const said = output === undefined ? `refused: ${(error as Error).message}` : brief(JSON.stringify(output));
    this.say(`${seat.name} ← ${call.tool}${isSeen ? '' : ' (unseen)'} ${said} [${session?.slice(0, 6) ?? 'nobody'}]`);
  }

  commit({ events, changes }: Commit): void {
    for (const { sequence, type, data } of events)
      this.say(`       · ${sequence} ${type} ${brief(JSON.stringify(data))}`);
    // A unit without an event would leave no trace otherwise; signs of life alone are not worth a line.
    const silent = events.length > 0 ? [] : changes.filter(({ kind }) => kind !== 'session');
    for (const { kind, id, after } of silent) this.say(`       · ${kind} ${id} ${after ? 'written' : 'removed'}`);
  }
}

function brief(text: string): string {
  return text.length > 300 ? `${text.slice(0, 300)}…` : text;
}
