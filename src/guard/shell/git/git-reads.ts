/** Verbs of git that change nothing of what is shared, but may write a file that they are told to. */

import { optionTable, parseOptions } from '../words/options.ts';
import { plainWord, type Word } from '../words/word.ts';
import { always, effects, reads, type VerbReader, type VerbReaders, type VerbReading } from './git-verb.ts';

const silent =
  `annotate blame cat-file check-attr check-ignore check-mailmap check-ref-format cherry column count-objects credential
  credential-cache describe diagnose diff-files diff-index diff-pairs diff-tree difftool fast-export fmt-merge-msg for-each-ref fsck
  fsck-objects get-tar-commit-id gitk grep help hook instaweb imap-send last-modified ls-files ls-remote ls-tree mailinfo mailsplit
  merge-base merge-tree name-rev patch-id pickaxe range-diff repo request-pull rev-list rev-parse send-email shell shortlog show-branch
  show-index show-ref status stripspace survey upload-archive upload-pack daemon http-backend url-parse var verify-commit verify-pack
  verify-tag version web--browse whatchanged`.split(/\s+/);

const objects =
  `commit-tree hash-object index-pack mktag mktree pack-objects unpack-file unpack-objects write-tree`.split(/\s+/);

const patchOptions = optionTable(
  'output= o|output-directory= n|numbered N|no-numbered numbered-files filename-max-length=',
);

/** `git diff --output=file`, the same for `log` and `show`. */
function compared(words: readonly Word[]): VerbReading {
  const files = words.flatMap((word, at) => {
    if (word.text.startsWith('--output='))
      return [{ ...word, text: word.text.slice('--output='.length), patternAt: null }];
    return word.text === '--output' ? words.slice(at + 1, at + 2) : [];
  });
  return { effects: ['read'], writes: files.map(word => ({ word, how: 'write' as const })) };
}

const archiveOptions = optionTable(
  '# format= prefix= o|output= l|list v|verbose remote= exec= add-file= add-virtual-file= worktree-attributes mtime=',
);

function archive(words: readonly Word[]): VerbReading {
  const files = parseOptions(words, archiveOptions).values('output');
  return { effects: ['read'], writes: files.map(word => ({ word, how: 'write' as const })) };
}

/** Makes files in a folder, under names of its own: `v2-0001-what-it-is-about.patch`, of which a setting may change the ending. */
function formatPatch(words: readonly Word[]): VerbReading {
  const given = parseOptions(words, patchOptions);
  if (words.some(word => word.text === '--stdout')) return reads;
  const one = given.values('output').at(-1);
  if (one) return { effects: ['create'], writes: [{ word: one, how: 'write' }] };
  const folder = given.values('output-directory').at(-1) ?? plainWord('.');
  const names = given.has('numbered-files', 'filename-max-length') ? '*' : '*[0123456789]-*';
  return { effects: ['create'], writes: [{ word: below(folder, names), how: 'write' }] };
}

function below(folder: Word, names: string): Word {
  const text = `${folder.text}/${names}`;
  return { text, patternAt: folder.patternAt ?? text.lastIndexOf('/') + 1, isMany: false };
}

const trailerOptions = optionTable(
  'in-place trim-empty where= if-exists= if-missing= only-trailers only-input unfold parse no-divider trailer= divider',
);

function trailers(words: readonly Word[]): VerbReading {
  const given = parseOptions(words, trailerOptions);
  if (!given.has('in-place')) return reads;
  return { effects: ['read'], writes: given.words.map(word => ({ word, how: 'write' as const })) };
}

/** Runs a command of git in other repositories. */
function eachRepository(words: readonly Word[]): VerbReading {
  const at = words.findIndex(word => !word.text.startsWith('-'));
  if (at < 0) return reads;
  const text = `git ${words
    .slice(at)
    .map(word => word.text)
    .join(' ')}`;
  return { effects: ['read'], runs: [plainWord(text)], runsElsewhere: true };
}

export const readVerbs: VerbReaders = {
  ...Object.fromEntries(silent.map((verb): [string, VerbReader] => [verb, always('read')])),
  ...Object.fromEntries(objects.map((verb): [string, VerbReader] => [verb, always('create')])),
  diff: compared,
  log: compared,
  show: compared,
  archive,
  'format-patch': formatPatch,
  'interpret-trailers': trailers,
  'for-each-repo': eachRepository,
  bugreport: () => effects('create'),
};
