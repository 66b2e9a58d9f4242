/** Sessions that work in one checkout at the same time, each at its own files: nobody's work is taken for another's. No hooks of git. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ClientAtWork } from '../support/client-at-work.ts';
import { Workspace } from '../support/workspace.ts';

let place: Workspace;

beforeEach(() => {
  place = new Workspace();
  place.git('config', 'user.name', 'Ann');
  place.git('config', 'user.email', 'ann@example.invalid');
});

afterEach(() => place.dispose());

const start = (...handles: string[]) => Promise.all(handles.map(handle => ClientAtWork.start(place, handle)));

async function who(file: string): Promise<string[]> {
  const { edits } = JSON.parse((await place.command(['who', file, '--json'])).stdout);
  return edits.map(
    (edit: { session: string; change: string; by: string }) => `${edit.session} ${edit.change} by ${edit.by}`,
  );
}

/** What git has of a commit: its subject and its files. */
const commits = () =>
  place
    .git('log', '--format=%x00%s', '--name-only', '--reverse')
    .split('\0')
    .map(text => text.split('\n').filter(Boolean).join(' '))
    .filter(text => text.includes(' by '));

const notices = async (client: ClientAtWork) =>
  (await client.call('message_read')).messages.map((message: { body: string }) => message.body);

describe('a file that is being edited', () => {
  it('is that of the session that edits it, though the command of another ends before its client has told of the edit', async () => {
    const [otter, heron] = await start('otter', 'heron');
    let wrote = () => {};
    const written = new Promise<void>(resolve => {
      wrote = resolve;
    });
    let ended = () => {};
    const over = new Promise<void>(resolve => {
      ended = resolve;
    });
    let edit: Promise<unknown> | undefined;
    const ran = await otter?.runs('node -e 0', async () => {
      edit = heron?.edits('b.ts', 'heron\n', async () => {
        wrote();
        await over;
      });
      await written;
    });
    ended();
    await edit;
    expect(ran).toEqual({ denied: null, told: '' });
    expect(await who('b.ts')).toEqual(['heron modified by hook']);
    expect((await heron?.signalbox('stage'))?.stdout).toContain('b.ts');
  });
});

describe('a commit', () => {
  it('is that of the session whose command makes it, though another one’s tests run all the while', async () => {
    const [otter, heron] = await start('otter', 'heron');
    await heron?.edits('b.ts', 'heron\n');
    const ran = await otter?.runs('node -e 0', async () => {
      expect((await heron?.runs('git add b.ts && git commit -qm b -- b.ts'))?.denied).toBeNull();
    });
    expect(ran).toEqual({ denied: null, told: '' });
    expect(await who('b.ts')).toContain('heron created by commit');
    for (const client of [otter, heron]) if (client) expect(await notices(client)).toEqual([]);
    await heron?.stops();
    expect((await otter?.runs('git commit -q --amend -m mine'))?.denied).toContain("heron's");
  });
});

describe('a commit of what is staged', () => {
  it('takes nothing along that another session stages while the command runs', async () => {
    const [otter, heron] = await start('otter', 'heron');
    await otter?.edits('a.ts', 'otter\n');
    await heron?.edits('b.ts', 'heron\n');
    const tests = 'until test -e .git/tested || test ! -d .git; do sleep 0.05; done';
    let begun = () => {};
    const staged = new Promise<void>(resolve => {
      begun = resolve;
    });
    const running = otter?.runs(`git add a.ts && ${tests} && git commit -qm "a by otter"`, undefined, begun);
    await staged;
    expect((await heron?.runs('git add b.ts'))?.denied).toMatch(/otter .*is about to commit what is staged/);
    expect((await heron?.signalbox('stage'))?.stderr).toContain('Nothing was staged: otter');
    expect(await heron?.edits('b.ts', 'heron again\n')).toEqual({ denied: null, told: '' });
    place.write('.git/tested', '');
    expect((await running)?.denied).toBeNull();
    expect(commits()).toEqual(['a by otter a.ts']);
    expect((await heron?.runs('git add b.ts && git commit -qm "b by heron"'))?.denied).toBeNull();
    expect(commits()).toEqual(['a by otter a.ts', 'b by heron b.ts']);
  });
});

describe('sessions that edit, test, stage and commit all at once', () => {
  it('have commits of exactly their own files, and nobody is told of harm', async () => {
    const clients = await start('otter', 'heron', 'lynx', 'wren');
    const rounds = [1, 2, 3];
    const work = async (client: ClientAtWork) => {
      const own = `${client.handle}.ts`;
      for (const round of rounds) {
        expect(await client.edits(own, `${client.handle} ${round}\n`)).toEqual({ denied: null, told: '' });
        expect(await client.runs(`node -e 0 && cat ${own}`)).toEqual({ denied: null, told: '' });
        const staged = await client.signalbox('stage');
        expect(staged.stdout, staged.stderr).toContain(own);
        // Git itself lets one in at a time.
        const commit = `git commit -qm "${round} by ${client.handle}" -- ${own}`;
        const ran = await client.runs(
          `for i in 1 2 3 4 5 6 7 8 9; do ${commit} 2>/dev/null && exit 0; sleep 1; done; exit 1`,
        );
        expect(ran).toEqual({ denied: null, told: '' });
      }
    };
    await Promise.all(clients.map(work));
    const expected = clients.flatMap(({ handle }) => rounds.map(round => `${round} by ${handle} ${handle}.ts`));
    expect(commits().sort()).toEqual(expected.sort());
    for (const client of clients) expect(await notices(client)).toEqual([]);
  });
});
