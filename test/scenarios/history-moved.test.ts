/** What git commands do to history, as the ledger knows it: real git, real shells, a real server for each client, no hooks of git. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ClientAtWork } from '../support/client-at-work.ts';
import { Workspace } from '../support/workspace.ts';

let place: Workspace;
let otter: ClientAtWork;
let heron: ClientAtWork;

beforeEach(async () => {
  place = new Workspace();
  place.git('config', 'user.name', 'Ann');
  place.git('config', 'user.email', 'ann@example.invalid');
  place.write('signalbox.json', '{ "guard": { "graceSeconds": 0 } }');
  place.git('add', '-A');
  place.git('commit', '-q', '-m', 'Policy');
  [otter, heron] = [await ClientAtWork.start(place, 'otter'), await ClientAtWork.start(place, 'heron')];
  await heron.stops();
});

afterEach(() => place.dispose());

const passes = { denied: null, told: '' };

describe('what a session had committed', () => {
  it('is its uncommitted work again after a reset that leaves the files as they are', async () => {
    for (const path of ['a.ts', 'b.ts']) {
      await otter.edits(path, 'one\n');
      expect(await otter.runs(`git add ${path} && git commit -qm ${path}`)).toEqual(passes);
    }
    await otter.stops();
    expect((await heron.runs('git add -A')).denied).toBeNull();
    await heron.stops();
    expect(await otter.runs('git reset -q --soft HEAD~2')).toEqual(passes);
    await otter.stops();
    expect((await heron.runs('git add -A')).denied).toMatch(/otter .*in 2 files \(a\.ts, b\.ts\)/);
    await heron.stops();
    // What it was reset away with is nobody's any more.
    expect(await otter.runs('git commit -qm again -- a.ts b.ts && git reset -q --hard HEAD~1')).toEqual(passes);
    await otter.stops();
    expect((await heron.runs('git add -A')).denied).toBeNull();
  });
});

describe('what a session has put onto the stash', () => {
  it('is not taken or dropped by another, and its own to take', async () => {
    await otter.edits('src/auth.ts', 'otter\n');
    expect(await otter.runs('git stash')).toEqual(passes);
    await otter.stops();
    await heron.edits('README.md', 'heron\n');
    expect(await heron.runs('git stash -q')).toEqual(passes);
    for (const command of ['git stash pop stash@{1}', 'git stash drop 1', 'git stash clear'])
      expect((await heron.runs(command)).denied, command).toContain("otter's");
    expect(await heron.runs('git stash drop -q')).toEqual(passes);
    await heron.stops();
    expect((await otter.runs('git stash pop -q')).denied).toBeNull();
  });
});

describe('what a session has staged', () => {
  it('stays its uncommitted work when another puts away only a file of its own', async () => {
    await heron.edits('src/auth.ts', 'heron\n');
    expect((await heron.runs('git add src/auth.ts')).denied).toBeNull();
    await heron.stops();
    await otter.edits('README.md', 'otter\n');
    // Git puts all that is staged into the entry, and does not take it back while it is changed.
    expect((await otter.runs('git stash push -q -- README.md')).denied).toContain(
      'into your entry of the stash as well',
    );
    place.git('stash', 'push', '-q', '--', 'README.md');
    expect(place.git('status', '--short')).toMatch(/^M {2}src\/auth\.ts$/m);
    expect((await otter.runs('git commit -qam mine')).denied).toMatch(/heron .*src\/auth\.ts/);
    await otter.stops();
    expect(await heron.runs('git commit -qm auth -- src/auth.ts')).toEqual(passes);
  });
});

describe('a repository within the checkout', () => {
  it('is not taken back or moved over what another session has changed in it', async () => {
    place.git('init', '-q', 'vendor/lib');
    place.write('vendor/lib/x.ts', 'one\n');
    const inner = ['-C', 'vendor/lib', '-c', 'user.name=Ann', '-c', 'user.email=ann@example.invalid'];
    place.git(...inner, 'add', '-A');
    place.git(...inner, 'commit', '-q', '-m', 'Inner');
    await heron.edits('vendor/lib/x.ts', 'heron\n');
    await heron.stops();
    for (const command of ['git -C vendor/lib reset -q --hard', 'cd vendor/lib && git stash -q'])
      expect((await otter.runs(command)).denied, command).toMatch(/heron .*vendor\/lib\/x\.ts/);
    expect(await otter.runs('git -C vendor/lib status --short')).toEqual(passes);
  });
});
