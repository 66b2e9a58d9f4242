/** A merge or rebase that stops in a conflict, in a checkout that two sessions share: real git, real shells, a server for each client. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ClientAtWork } from '../support/client-at-work.ts';
import { Workspace } from '../support/workspace.ts';

let place: Workspace;
let otter: ClientAtWork;
let heron: ClientAtWork;

/** Two branches that changed one file each their own way; the other one has a file more. */
beforeEach(async () => {
  place = new Workspace();
  place.git('config', 'user.name', 'Ann');
  place.git('config', 'user.email', 'ann@example.invalid');
  const committed = (message: string) => {
    place.git('add', '-A');
    place.git('commit', '-q', '-m', message);
  };
  place.write('c.ts', 'base\n');
  committed('Base');
  place.git('switch', '-q', '-c', 'upstream');
  place.write('c.ts', 'theirs\n');
  place.write('up.ts', 'up\n');
  committed('Upstream');
  place.git('switch', '-q', '-');
  place.write('c.ts', 'ours\n');
  committed('Ours');
  [otter, heron] = [await ClientAtWork.start(place, 'otter'), await ClientAtWork.start(place, 'heron')];
});

afterEach(() => place.dispose());

const parents = () => place.git('rev-list', '--parents', '-1', 'HEAD').trim().split(' ').length - 1;

describe('while a session solves a conflict', () => {
  it('no other one ends its merge by a commit, or takes out of the index what it brought; both get their commits', async () => {
    await heron.stops();
    await otter.runs('git merge upstream || true');
    expect(place.git('status', '--short')).toMatch(/^UU c\.ts$/m);
    await otter.stops();
    await heron.edits('b.ts', 'heron\n');
    for (const command of [
      'git add b.ts && git commit -qm b',
      'git restore --staged -- c.ts up.ts',
      'git merge --abort',
    ])
      expect((await heron.runs(command)).denied, command).toContain('is in the middle of a merge in this checkout');
    await heron.stops();
    // Its own end of it is let through, with the edit of the other left where it is.
    await otter.edits('c.ts', 'both\n');
    expect((await otter.runs('git add c.ts && git commit -qm merged')).denied).toBeNull();
    await otter.stops();
    expect(parents()).toBe(2);
    expect(place.git('show', '--stat', '--format=', '-m', '--first-parent', 'HEAD')).toContain('up.ts');
    expect((await heron.runs('git add b.ts && git commit -qm b')).denied).toBeNull();
    expect(place.git('show', '--name-only', '--format=', 'HEAD').trim()).toBe('b.ts');
  });

  it('no other one commits onto its rebase, where an abort would leave the commit behind', async () => {
    await heron.stops();
    await otter.runs('git rebase upstream || true');
    await otter.stops();
    await heron.edits('b.ts', 'heron\n');
    expect((await heron.runs('git add b.ts && git commit -qm b -- b.ts')).denied).toContain(
      'in the middle of a rebase',
    );
    await heron.stops();
    expect(await heron.runs('git diff --stat')).toMatchObject({ denied: null });
    expect((await otter.runs('git rebase --abort')).denied).toBeNull();
    expect(readFileSync(join(place.repository, 'b.ts'), 'utf8')).toBe('heron\n');
    await otter.stops();
    expect((await heron.runs('git add b.ts && git commit -qm b')).denied).toBeNull();
  });
});
