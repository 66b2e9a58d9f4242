/** What is known behind commands that are joined by `&&` and `||`. */
import { describe, expect, it } from 'vitest';
import type { Outcome, Printed } from './machine.ts';
import { bothOf, eitherOf } from './outcomes.ts';
import { readShell } from './read-shell.ts';
import { initialState, type State } from './state.ts';

const at = (directory: string): State => initialState({ directory, home: null, root: null });
const [start, one, two, other] = [at('/start'), at('/one'), at('/two'), at('/other')];
const prints = (text: string): Printed => ({ text, isSure: true });
const outcome = (ok: State | null, failed: State | null, output: Printed | null = prints('')): Outcome => ({
  ok,
  failed,
  output,
});
const folders = (state: State | null) => state?.places.map(({ directory }) => directory) ?? null;

describe('after `a || b`', () => {
  it('it has succeeded where either did, and failed only where the second one did', () => {
    const { ok, failed } = eitherOf(outcome(one, start), outcome(two, other));
    expect(folders(ok)).toEqual(['/one', '/two']);
    expect(folders(failed)).toEqual(['/other']);
  });

  it('nothing of the second counts where the first never fails', () => {
    const { ok, failed, output } = eitherOf(outcome(one, null, prints('a')), outcome(two, other, prints('b')));
    expect([folders(ok), failed, output]).toEqual([['/one'], null, prints('a')]);
  });

  it('it has succeeded only by the second where the first never does', () => {
    const { ok, failed } = eitherOf(outcome(null, start), outcome(two, other));
    expect([folders(ok), folders(failed)]).toEqual([['/two'], ['/other']]);
  });

  it('it has not failed where the second never does, and not come back where it ends the shell', () => {
    expect(eitherOf(outcome(one, start), outcome(two, null)).failed).toBeNull();
    const { ok, failed } = eitherOf(outcome(one, start), outcome(null, null));
    expect([folders(ok), failed]).toEqual([['/one'], null]);
  });

  it('what is printed is sure only where the second prints nothing', () => {
    const printed = (text: string) =>
      eitherOf(outcome(one, start, prints('a')), outcome(two, other, prints(text))).output;
    expect(printed('')).toEqual(prints('a'));
    expect(printed('b')).toEqual({ text: 'ab', isSure: false });
  });
});

describe('after `a && b`', () => {
  it('it has succeeded only by the second, and failed where either did', () => {
    const { ok, failed } = bothOf(outcome(one, start), outcome(two, other));
    expect([folders(ok), folders(failed)]).toEqual([['/two'], ['/other', '/start']]);
  });
});

describe('a git command behind `||`', () => {
  const foldersOf = (command: string) =>
    readShell(command, { directory: '/shop', home: null, root: '/shop' }).git.map(({ directory }) => directory);

  it('acts where the shell is if the first command failed', () => {
    expect(foldersOf('cd /shop-2 || git stash')).toEqual(['/shop']);
    expect(foldersOf('cd /shop-2 || exit 1; git stash')).toEqual(['/shop-2']);
  });
});
