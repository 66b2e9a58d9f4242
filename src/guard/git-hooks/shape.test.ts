import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type BlockProgram, guardedHooks } from './block.ts';
import { bytesOfText, textOfBytes } from './bytes.ts';
import { blockIn, hasNext, isShell, isWhollyOurs, ownFile, standInFile, withBlock, withoutBlock } from './shape.ts';

const program: BlockProgram = { node: "/opt/no'de", entry: '/opt/sb/git-hook.cjs', onFailure: 'allow' };
const other: BlockProgram = { node: '/usr/bin/node', entry: '/usr/lib/git-hook.cjs', onFailure: 'block' };

const shellLines = [
  '#!/bin/sh',
  '#! /bin/sh -e',
  '#!/usr/bin/env bash',
  '#!/usr/bin/env -S bash -eu',
  '#!/usr/bin/env -S FOO=1 sh',
  '#!/usr/local/bin/zsh',
  '#!/bin/dash',
  'echo no first line of its own',
  '',
];

const otherLines = [
  '#!/usr/bin/env python3',
  '#!/usr/bin/python',
  '#!/usr/bin/fish',
  '#!/bin/sh\r',
  '#!/usr/bin/perl -w',
  '\x7fELF\0\0',
  '#!/bin/shiny',
];

describe('a shell hook', () => {
  it('is known by its first line, or by having none', () => {
    const shells = [...shellLines, ...otherLines].filter(first => isShell(`${first}\necho x\n`));
    expect(shells).toEqual(shellLines);
  });
});

/** Any bytes, and often something like a hook. */
const texts = fc.oneof(
  fc.uint8Array({ maxLength: 80 }).map(textOfBytes),
  fc
    .tuple(
      fc.constantFrom('#!/bin/sh', '#!/usr/bin/env bash', ''),
      fc.constantFrom('', '\n', '\r\n', '\nx', '\n\n# gr\xfc\xdfe\n'),
    )
    .map(parts => parts.join('')),
);

describe('our lines in a hook', () => {
  it('come after its first line and go to the byte, whatever the hook holds and however often they are put in', () => {
    fc.assert(
      fc.property(texts, fc.constantFrom(...guardedHooks), (text, hook) => {
        const once = withBlock(text, hook, program);
        expect(withoutBlock(once)).toBe(text);
        expect(withBlock(withBlock(text, hook, other), hook, program)).toBe(once);
        const before = once.slice(0, once.indexOf(blockIn(once) ?? 'no block'));
        expect(before === '' || /^#![^\n]*\n$/.test(before)).toBe(true);
        expect(textOfBytes(bytesOfText(once))).toBe(once);
      }),
    );
  });

  it('go also when something was changed around them', () => {
    const text = withBlock('#!/bin/sh\necho one\n', 'pre-commit', program);
    expect(withoutBlock(`${text.replace('one', 'two')}echo three\n`)).toBe('#!/bin/sh\necho two\necho three\n');
  });
});

describe('a file that is wholly ours', () => {
  it('is known as such, and no longer once somebody has added to it', () => {
    const next = { kind: 'kept', folder: '../signalbox-kept' } as const;
    const alone = ownFile('pre-commit', program);
    const standIn = standInFile('pre-push', 'pre-push', next, program);
    const passing = standInFile(null, 'commit-msg', { kind: 'folder', folder: '/all/hooks' }, program);
    expect([alone, standIn, passing].map(isWhollyOurs)).toEqual([true, true, true]);
    expect([alone, standIn, passing].map(hasNext)).toEqual([false, true, true]);
    expect([alone, standIn, passing].map(text => isWhollyOurs(`${text}# theirs\n`))).toEqual([false, false, false]);
    expect(isWhollyOurs(withBlock('#!/bin/sh\n', 'pre-commit', program))).toBe(false);
  });
});
