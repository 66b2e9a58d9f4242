/** What the sessions do while they are disturbed: writers send and lock, readers read. */
import type { FakeIds } from '../support/fakes.ts';
import { pause } from '../support/workspace.ts';
import type { Ledger } from './ledger.ts';
import { interrupted, type Seat } from './slot.ts';

/** Below the product's own limit of 120 a minute, with room for what was stored but never acknowledged. */
const sendsPerMinute = 100;

interface Letter {
  readonly key: string;
  readonly to: readonly string[];
  readonly body: string;
}

/** Letters whose send was interrupted, by slot: they are sent again with the same key until they are acknowledged. */
const unsure = new WeakMap<Seat, Letter[]>();

/** Sends to random readers and takes random locks until it is over. */
export async function write(
  slot: Seat,
  readers: readonly string[],
  ledger: Ledger,
  random: FakeIds,
  isOver: () => boolean,
): Promise<void> {
  const sentAt: number[] = [];
  const letters: Letter[] = [];
  unsure.set(slot, []);
  while (!isOver()) {
    const recent = sentAt.filter(at => at > performance.now() - 60_000).length;
    const wish = random.below(10);
    if (wish < 5 && recent < sendsPerMinute) {
      sentAt.push(performance.now());
      letters.push(newLetter(slot, letters.length, readers, random));
      await send(slot, letters.at(-1), ledger);
    } else if (wish === 5) await send(slot, letters[random.below(Math.max(1, letters.length))], ledger);
    else await useLock(slot, ledger, random);
    await retry(slot, ledger);
  }
}

/** Sends what is still unsure. */
export async function flush(slot: Seat, ledger: Ledger): Promise<void> {
  while ((unsure.get(slot) ?? []).length > 0) await retry(slot, ledger);
}

/** Takes messages out of the inbox until it is over. */
export async function read(slot: Seat, ledger: Ledger, isOver: () => boolean): Promise<void> {
  while (!isOver()) {
    const answer = await slot.call('message_wait', { timeoutSeconds: 1 });
    if (answer === interrupted) ledger.interruptions += 1;
    else ledger.shown(slot.name, answer.messages);
  }
}

function newLetter(slot: Seat, number: number, readers: readonly string[], random: FakeIds): Letter {
  const first = random.below(readers.length);
  const to = readers.filter((_, index) => index === first || random.below(3) === 0);
  return { key: `${slot.name}/${number}`, to, body: `Letter ${number} of ${slot.name}.` };
}

async function retry(slot: Seat, ledger: Ledger): Promise<void> {
  const waiting = unsure.get(slot) ?? [];
  unsure.set(slot, []);
  for (const letter of waiting) await send(slot, letter, ledger);
}

async function send(slot: Seat, letter: Letter | undefined, ledger: Ledger): Promise<void> {
  if (!letter) return;
  const answer = await slot.call('message_send', { ...letter });
  if (answer !== interrupted) {
    ledger.sent({ key: letter.key, from: slot.name, to: letter.to, id: answer.message });
    return;
  }
  ledger.interruptions += 1;
  unsure.get(slot)?.push(letter);
}

async function useLock(slot: Seat, ledger: Ledger, random: FakeIds): Promise<void> {
  const resource = ledger.resources[random.below(ledger.resources.length)] ?? 'ci';
  const { deaths } = slot;
  const answer = await slot.call('lock_acquire', { resources: [resource], waitSeconds: random.below(3) });
  // What a dead process was granted is no longer its own.
  if (answer === interrupted || slot.deaths > deaths) {
    ledger.interruptions += 1;
    return;
  }
  if (!answer.granted) {
    ledger.refusals += 1;
    return;
  }
  ledger.granted(resource, slot.name, answer.locks[0].fence);
  await pause(random.below(15));
  ledger.released(resource, slot.name);
  // Interrupted or not, it is free afterwards: the dead hold nothing.
  await slot.call('lock_release', { resources: [resource] });
}
