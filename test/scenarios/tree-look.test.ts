/** What shell commands do to a working tree that several sessions share: real git, real shells, a real server for each client. */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { limits } from '../../src/core/limits.ts';
import { ClientAtWork } from '../support/client-at-work.ts';
import { pause, until, Workspace } from '../support/workspace.ts';

let place: Workspace;
let otter: ClientAtWork;
let heron: ClientAtWork;

beforeEach(async () => {
  place = new Workspace();
  // What the guard refuses is looked at elsewhere: here commands do what they like.
  place.write('signalbox.json', '{ "guard": { "git": "off" } }');
  place.git('add', '-A');
  place.git('-c', 'user.name=Test', '-c', 'user.email=test@example.invalid', 'commit', '-q', '-m', 'Policy');
  [otter, heron] = [await ClientAtWork.start(place, 'otter'), await ClientAtWork.start(place, 'heron')];
});

afterEach(() => place.dispose());

/** What the ledger tells of a file, newest first. */
async function ledger(file: string): Promise<string[]> {
  const { edits } = JSON.parse((await place.command(['who', file, '--json'])).stdout);
  return edits.map(
    (edit: { session: string; change: string; by: string }) => `${edit.session} ${edit.change} by ${edit.by}`,
  );
}

const notices = async (client: ClientAtWork) =>
  (await client.call('message_read')).messages.map((message: { body: string }) => message.body);

/** Until what a command changes now comes after what was told of edits before for sure, by the same measure. */
const editsAreTold = () => pause(limits.fileTimeLagMs * 2);

/** Until what begins now began after a file was written for sure: times of files lag a little behind the clock. */
async function past(file: string): Promise<void> {
  const { ctimeMs } = statSync(join(place.repository, file));
  await until('it is past', () => Date.now() - ctimeMs > limits.fileTimeLagMs);
}

describe('a shell command', () => {
  it('has its changes in the ledger under its session, those of edit tools and of other times not', async () => {
    place.write('person.md', 'by hand, before\n');
    await heron.edits('heron.md', 'one\n');
    const command = 'echo two >> src/auth.ts && echo new > new.ts && rm README.md && mkdir -p deep && mv new.ts deep/';
    expect(await otter.runs(command)).toEqual({ denied: null, told: '' });
    expect(await ledger('src/auth.ts')).toEqual(['otter modified by tree']);
    expect(await ledger('deep/new.ts')).toEqual(['otter created by tree']);
    expect(await ledger('heron.md')).toEqual(['heron modified by hook']);
    expect(await ledger('person.md')).toEqual([]);
    await otter.runs('git checkout -- README.md && rm src/auth.ts');
    expect(await ledger('src/auth.ts')).toEqual(['otter deleted by tree', 'otter modified by tree']);
  });

  it('that only reads records nothing, whatever is changed there', async () => {
    place.write('person.md', 'by hand\n');
    await past('person.md');
    await otter.runs('cat person.md src/auth.ts && git status && git diff');
    expect(await ledger('person.md')).toEqual([]);
    expect(await ledger('src/auth.ts')).toEqual([]);
  });

  it('that ran beside one of another session is not said to have made what either may have made', async () => {
    await otter.runs('echo a > early.ts', async () => {
      await past('early.ts');
      await heron.runs('echo b > common.ts');
    });
    expect(await ledger('early.ts')).toEqual(['otter created by tree']);
    expect(await ledger('common.ts')).toEqual(['heron or otter created by tree']);
    expect((await place.command(['who', 'common.ts'])).stdout).toContain('one of them, not known which');
  });

  it('leaves an edit that another made meanwhile to that one', async () => {
    await otter.runs('echo a > a.ts', async () => {
      await heron.edits('src/auth.ts', 'export const b = 1;\n');
    });
    expect(await ledger('src/auth.ts')).toEqual(['heron modified by hook']);
    expect(await ledger('a.ts')).toEqual(['otter created by tree']);
  });

  it('that changed what another is editing is told to both', async () => {
    await heron.edits('src/auth.ts', 'export const b = 1;\n');
    await heron.stops();
    await editsAreTold();
    // What a script does cannot be read.
    place.write('change.sh', 'echo "// x" >> src/auth.ts\n');
    await past('change.sh');
    const { denied, told } = await otter.runs('sh change.sh');
    expect(denied).toBeNull();
    expect(told).toMatch(/Your command changed src\/auth\.ts, in which heron has changes that are not committed\./);
    expect(await notices(heron)).toEqual([
      expect.stringMatching(/^A shell command of otter changed src\/auth\.ts, in which you have changes/),
    ]);
  });

  it('that threw away what another had not committed is told to both, and the next look knows it', async () => {
    await heron.edits('src/auth.ts', 'export const b = 1;\n');
    await heron.edits('new.ts', 'new\n');
    await heron.stops();
    await editsAreTold();
    const { denied, told } = await otter.runs('git checkout -q -- . && git clean -fdq');
    expect(denied).toBeNull();
    expect(told).toMatch(/Your command undid changes of heron in new\.ts, src\/auth\.ts that were not committed/);
    expect(await notices(heron)).toEqual([expect.stringMatching(/undid your uncommitted changes in new\.ts, src/)]);
    expect(await ledger('new.ts')).toEqual(['otter reverted by tree', 'heron modified by hook']);
    const { stdout } = await place.command(['who', '--uncommitted']);
    expect(stdout).toContain('Nothing in');
  });

  it('that brings back from a stash what another had not committed does not make it its own', async () => {
    await heron.edits('src/auth.ts', 'export const b = 1;\n');
    await heron.stops();
    await editsAreTold();
    expect((await otter.runs('git stash -q')).told).toMatch(/Your command undid changes of heron in src\/auth\.ts/);
    await otter.runs('git stash pop -q');
    const { stdout } = await otter.signalbox('stage', '--json');
    expect(JSON.parse(stdout)).toMatchObject({ staged: [], mixed: [{ file: 'src/auth.ts', by: ['heron'] }] });
  });

  it('that commits has the commit in the ledger, and a pull or a switch of branches nothing', async () => {
    await otter.edits('src/auth.ts', 'export const b = 1;\n');
    await heron.stops();
    expect(await otter.runs('git commit -q -m Login src/auth.ts')).toEqual({ denied: null, told: '' });
    expect((await ledger('src/auth.ts')).sort()).toEqual(['otter modified by commit', 'otter modified by hook']);
    const branches =
      'git switch -q -c next && echo c > c.ts && git add c.ts && git commit -q -m c && git switch -q main';
    // Git notes moves of HEAD by the second.
    await otter.runs(`sleep 1 && ${branches}`);
    expect(await ledger('c.ts')).toEqual(['otter created by commit']);
    await otter.runs('git merge -q next');
    expect(await ledger('c.ts')).toEqual(['otter created by commit']);
  });
});
