/** `signalbox import SYSTEM PATH`: takes over what an earlier system has stored. */
import { resolve } from 'node:path';
import type { Composition } from '../../../compose.ts';
import { SignalboxError } from '../../../core/errors.ts';
import type { OldStore, Tally } from '../../../core/old-store.ts';
import type { Profile } from '../../../profiles/define-profile.ts';
import { profileNamed } from '../../../profiles/index.ts';
import { deskOf } from '../compat.ts';
import { exitCodes } from '../exit-codes.ts';
import { type Invocation, pageFor, printResult, withComposition } from '../invocation.ts';
import { oneLine } from '../layout.ts';
import type { Style } from '../style.ts';
import { assertLasting } from './open-store.ts';
import type { TakeoverRequest } from './requests.ts';

/** Joins no session. What is taken is taken for good, one thing after the other: broken off and done again it goes on where it was. */
export async function runTakeOver({ system, path }: TakeoverRequest, invocation: Invocation): Promise<number> {
  const profile = await profileNamed(system);
  if (!profile?.takeOver) {
    throw new SignalboxError('not_found', `What ${system} has stored cannot be taken over.`, 'Choose another system.');
  }
  const from = resolve(invocation.workingDirectory(), path);
  return withComposition(invocation, async parts => {
    assertLasting(parts);
    const tallies = await parts.withOldStore(from, old => takenOver(profile, old, parts));
    const { style } = pageFor(invocation, parts.world.clock.now());
    await printResult(invocation, { system, path: from, tallies }, () => spoken(system, from, tallies, style));
    return exitCodes.ok;
  });
}

async function takenOver(profile: Profile, old: OldStore, parts: Composition): Promise<readonly Tally[]> {
  const { desk, leave } = deskOf(parts, profile.name);
  try {
    return (await profile.takeOver?.(desk, old)) ?? [];
  } finally {
    await leave();
  }
}

function spoken(system: string, from: string, tallies: readonly Tally[], style: Style): string {
  const taken = tallies.reduce((sum, tally) => sum + tally.taken, 0);
  const lines = tallies.flatMap(({ what, taken: count, left }) => [
    `  ${what}: ${count} taken`,
    ...left.map(({ why, count: rest }) => `    ${style.quiet(`${rest} not: ${why}`)}`),
  ]);
  const head = `${taken > 0 ? style.good('✓') : style.careful('!')} ${system}, ${oneLine(from)}: ${taken} taken over.`;
  return `${[head, ...lines, style.quiet('  Nothing was changed there.')].join('\n')}\n`;
}
