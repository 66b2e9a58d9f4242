/** What the tests of `find` say of the things that an action of it is about. */
import { matchesText } from '../../../core/glob.ts';
import { lastPart } from '../paths.ts';
import { globOf } from '../wildcards.ts';
import { hole, isLiteral, type Word } from '../words/word.ts';

/** All that is found in a folder, and itself, as far as nothing more is known. */
export interface Asked {
  /** The pattern that their names match, as `-name` has it; null for any. */
  readonly name: string | null;
  /** They are folders. */
  readonly isFolder: boolean;
}

const anything: Asked = { name: null, isFolder: false };

/** Words of an expression behind which none follows that belongs to them, and those behind which one does. */
const alone =
  wordSet(`-a -and -daystart -depth -empty -executable -false -ignore_readdir_race -ls -mount -noleaf -nogroup -nouser
  -print -print0 -prune -quit -readable -true -writable -xdev -delete`);
const withOne =
  wordSet(`-amin -anewer -atime -cmin -cnewer -ctime -fls -fprint -fprint0 -fstype -gid -group -ilname -iname -inum
  -ipath -iregex -iwholename -links -lname -maxdepth -mindepth -mmin -mtime -newer -path -perm -printf -regex -regextype -samefile
  -size -uid -used -user -wholename -xtype`);
const runs = wordSet('-exec -execdir -ok -okdir');

function wordSet(text: string): ReadonlySet<string> {
  return new Set(text.split(/\s+/));
}

/**
 * Behind which tests each word of an expression stands that all have to hold, by the place of the word. What stands in brackets, is
 * negated or is unknown says nothing; behind an unknown word nobody can tell which words are tests.
 */
export function askedBefore(words: readonly Word[]): readonly Asked[] {
  const asked = words.map(() => anything);
  let [known, depth, isNegated] = [anything, 0, false];
  for (let at = words.findIndex(word => /^[-(!]/.test(word.text)); at >= 0 && at < words.length; ) {
    const text = words[at]?.text ?? '';
    const length = lengthOf(words, at);
    // What is many words may be other tests.
    if (length === null || words.slice(at, at + length).some(word => word.isMany)) break;
    for (let one = at; one < at + length && one < words.length; one += 1) asked[one] = known;
    if (text === '(' || text === ')') depth += text === '(' ? 1 : -1;
    else if (depth === 0 && /^(-or?|,)$/.test(text)) known = anything;
    else if (depth === 0 && !isNegated) known = narrowed(known, text, words[at + 1]);
    isNegated = text === '!' || text === '-not';
    at += length;
  }
  return asked;
}

/** How many words belong to what begins at a place; null where that is unknown. */
function lengthOf(words: readonly Word[], at: number): number | null {
  const text = words[at]?.text ?? '';
  if (!isLiteral(words[at] as Word)) return null;
  if (/^(?:[(),!]|-not|-or?|-[PH])$/.test(text) || alone.has(text)) return 1;
  if (withOne.has(text) || /^-(name|type|newer[aBcm][aBcmt])$/.test(text)) return 2;
  if (text === '-fprintf') return 3;
  if (!runs.has(text)) return null;
  const end = words.findIndex(
    (word, place) => place > at && (word.text === ';' || (word.text === '+' && place > at + 1)),
  );
  return end < 0 ? null : end - at + 1;
}

function narrowed(known: Asked, text: string, value: Word | undefined): Asked {
  if (text === '-type') return { ...known, isFolder: known.isFolder || value?.text === 'd' };
  const isName = text === '-name' && value !== undefined && value.text !== '' && !/[/\0]/.test(value.text);
  return isName ? { ...known, name: value.text } : known;
}

/** What is found in a folder, as a word: the folder with all that is in it where no more is known of it. */
export function foundIn(folder: Word, { name }: Asked): Word {
  if (folder.text.includes(hole)) return folder;
  const known = folder.text.replace(/\/+$/, '');
  const patternAt = folder.patternAt ?? known.length + 1;
  const isNamed = name !== null && isLiteral(folder) && !mayBe(name, lastPart(folder.text));
  return { text: isNamed ? `${known}/**/${name}` : `${known}/**`, patternAt, isMany: false };
}

/** Whether a pattern matches a name, that of `.` and `..` as well. */
function mayBe(pattern: string, name: string): boolean {
  return matchesText(`x${globOf(pattern)}`, `x${name}`);
}
