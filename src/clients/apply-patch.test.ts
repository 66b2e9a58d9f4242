import { describe, expect, it } from 'vitest';
import { limits } from '../core/limits.ts';
import { patchAction, patchOfCommand } from './apply-patch.ts';

const patch = (...lines: string[]) => ['*** Begin Patch', ...lines, '*** End Patch'].join('\n');
const told = (text: string) => {
  const action = patchAction(text);
  return action.kind === 'edit' ? action.files.map(({ path, change }) => `${change} ${path}`) : action;
};

describe('a patch', () => {
  it('tells all files that it changes, a moved one at both places, and each once', () => {
    const all = patch(
      ...['*** Add File: added.txt', '+hello', '*** Update File: a.txt', '@@ one', ' one', '-two', '+TWO'],
      ...['*** End of File', '*** Delete File: b.txt'],
      ...['*** Update File: sub/c.txt', '*** Move to: sub/moved.txt', '@@', '-cee', '+CEE'],
      ...['*** Update File: a.txt', '@@', '-three', '+THREE', '*** Update File: added.txt', '@@', '-hello', '+HELLO'],
    );
    expect(told(all)).toEqual([
      'created added.txt',
      'modified a.txt',
      'deleted b.txt',
      'deleted sub/c.txt',
      'created sub/moved.txt',
    ]);
  });

  // Each was tried with Codex 0.169.0, which changes just these files.
  it.each([
    [patch('  *** Delete File: b.txt  '), 'deleted b.txt'],
    [patch('\u00a0*** Delete File: b.txt\u00a0'), 'deleted b.txt'],
    [patch('*** Add File:   spaced name.txt ', '+x'), 'created   spaced name.txt'],
    [patch('*** Add File: empty.txt'), 'created empty.txt'],
    [patch('*** Environment ID: local', '*** Delete File: b.txt'), 'deleted b.txt'],
    [`\n\n  ${patch('*** Delete File: b.txt')}  \n\n`, 'deleted b.txt'],
    [patch('*** Delete File: b.txt').replaceAll('\n', '\r\n'), 'deleted b.txt'],
    [`<<'EOF'\n${patch('*** Delete File: b.txt')}\nEOF`, 'deleted b.txt'],
    [patch('*** Add File: x.txt', '+a\r*** Delete File: b.txt', '+\v*** Delete File: b.txt'), 'created x.txt'],
    [patch('*** Add File: x.txt', '+*** Delete File: b.txt'), 'created x.txt'],
  ])('is read as the programs read it that apply it: %j', (text, file) => {
    expect(told(text)).toEqual([file]);
  });

  it('tells a file as well whose head stands among unchanged lines, because some programs take it for one', () => {
    const text = patch('*** Update File: a.txt', '@@', ' two', ' *** Delete File: b.txt', '-three', '+THREE');
    expect(told(text)).toEqual(['modified a.txt', 'deleted b.txt']);
  });

  it.each([
    ['', 'its patch has no beginning'],
    ['here:\n*** Begin Patch\n*** Delete File: b.txt\n*** End Patch', 'its patch has no beginning'],
    ['*** begin patch\n*** Delete File: b.txt\n*** end patch', 'its patch has no beginning'],
    ['*** Begin Patch', 'its patch has no end'],
    [`${patch('*** Delete File: b.txt')}\nand more`, 'its patch has no end'],
    [patch(), 'its patch names no file'],
    [patch('*** Delete File:b.txt'), 'its patch has a line that begins no file: "*** Delete File:b.txt"'],
    [patch('*** Frob File: a.txt', '+x'), 'its patch has a line that begins no file: "*** Frob File: a.txt"'],
    [patch('*** Move to: b.txt'), 'its patch has a line that begins no file: "*** Move to: b.txt"'],
    [
      patch('*** Update File: b.txt', '@@', '-bee', '+BEE', '*** Move to: bb.txt'),
      'its patch has a line that begins no file: "*** Move to: bb.txt"',
    ],
    [
      `${patch('*** Delete File: b.txt')}\n${patch('*** Delete File: a.txt')}`,
      'its patch has a line that begins no file: "*** End Patch"',
    ],
  ])('that nobody could apply says why it cannot be read: %j', (text, why) => {
    expect(patchAction(text)).toEqual({ kind: 'unreadable', why });
  });

  it('of more files than anybody asks for cannot be read, and a long line is not repeated whole', () => {
    const heads = Array.from({ length: limits.filesOfPatch + 1 }, (_, index) => `*** Delete File: ${index}`);
    expect(patchAction(patch(...heads))).toMatchObject({
      kind: 'unreadable',
      why: expect.stringContaining('more than'),
    });
    expect(patchAction(patch(...heads.slice(1)))).toMatchObject({ kind: 'edit' });
    const long = patchAction(patch(`*** ${'x'.repeat(5_000)}`));
    expect(long.kind === 'unreadable' && long.why.length).toBeLessThan(200);
  });

  it('never hides a file: of any lines at all either every head is told or nothing is read', () => {
    const pieces = [
      ...['*** Add File: a', ' *** Update File: b', '\t*** Delete File: c', '*** Move to: d', '*** End of File'],
      ...['+*** Add File: no', '-*** Delete File: no', '@@', '+x', ' y', '', 'z', '* e', '*** Environment ID: f'],
    ];
    const heads: Readonly<Record<string, string>> = {
      '*** Add File: a': 'a',
      ' *** Update File: b': 'b',
      '\t*** Delete File: c': 'c',
    };
    for (let number = 0; number < pieces.length ** 3; number++) {
      const lines = [0, 1, 2].map(place => pieces[Math.floor(number / pieces.length ** place) % pieces.length] ?? '');
      const action = patchAction(patch(...lines));
      if (action.kind !== 'edit') continue;
      const paths = action.files.map(({ path }) => path);
      expect(paths, lines.join('|')).toEqual(expect.arrayContaining(lines.flatMap(line => heads[line] ?? [])));
      expect(paths, lines.join('|')).not.toContain('no');
    }
  });
});

describe('a shell command that is a patch', () => {
  const body = patch('*** Add File: her.txt', '+x', '*** Delete File: /abs/b.txt');
  const filesOf = (command: string) => {
    const action = patchOfCommand(command);
    return action?.kind === 'edit' ? action.files.map(({ path }) => path) : action;
  };

  it.each([
    [`apply_patch <<'EOF'\n${body}\nEOF\n`, 'her.txt'],
    [`  applypatch << PATCH\n${body}\nPATCH`, 'her.txt'],
    [`cd sub && apply_patch <<'EOF'\n${body}\nEOF`, 'sub/her.txt'],
    [`cd "my sub/" && apply_patch <<"EOF"\n${body}\nEOF`, 'my sub/her.txt'],
    [`cd '/other' && apply_patch <<EOF\n${body}\nEOF`, '/other/her.txt'],
  ])('is taken for the edit that it is: %j', (command, first) => {
    expect(filesOf(command)).toEqual([first, '/abs/b.txt']);
  });

  it('goes on to the mark of its end, and not to a line of the file that looks like it', () => {
    const script = patch('*** Update File: run.sh', '@@', ' cat <<EOF', '-a', '+b', ' EOF');
    expect(filesOf(`apply_patch <<'EOF'\n${script}\nEOF`)).toEqual(['run.sh']);
  });

  it('says that no hook will tell of its end, and a patch by itself does not', () => {
    expect(patchOfCommand(`cd sub && apply_patch <<'EOF'\n${body}\nEOF`)).toMatchObject({ isEndUntold: true });
    expect(patchAction(body)).not.toHaveProperty('isEndUntold');
  });

  it('whose patch cannot be read is no command either', () => {
    expect(patchOfCommand("apply_patch <<'EOF'\nnonsense\nEOF")).toMatchObject({ kind: 'unreadable' });
  });

  it.each([
    `echo hi; apply_patch <<'EOF'\n${body}\nEOF`,
    `apply_patch <<'EOF'\n${body}\nEOF\necho done`,
    `cd "$HOME" && apply_patch <<'EOF'\n${body}\nEOF`,
    `cd a b && apply_patch <<'EOF'\n${body}\nEOF`,
    `cd sub || apply_patch <<'EOF'\n${body}\nEOF`,
    `apply_patch <<'EOF'\n${body}`,
    'apply_patch',
    'git apply <<EOF\nx\nEOF',
    '',
  ])('is the shell’s when it does anything else: %j', command => {
    expect(patchOfCommand(command)).toBeNull();
  });
});
