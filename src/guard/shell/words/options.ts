/** Takes the options out of the words of a program, the way git and most others read them. */
import { hole, type Word } from './word.ts';

interface Option {
  readonly name: string;
  /** Whether a value follows, or may stand directly behind it. */
  readonly value: 'none' | 'needed' | 'attached';
}

export interface OptionTable {
  readonly short: ReadonlyMap<string, Option>;
  readonly long: ReadonlyMap<string, Option>;
  /** `-5` is an option. */
  readonly hasNumbers: boolean;
}

export interface ParsedOptions {
  /** Whether the option is given and not taken back by its `no-` form. */
  has(...names: readonly string[]): boolean;
  /** The values it is given, the last one at the end. */
  values(name: string): readonly Word[];
  /** What is no option. */
  readonly words: readonly Word[];
  /** How many of these stand before `--`; null without one. */
  readonly dashesAt: number | null;
  /** There is an option that the table does not have, or that is not known by its text. */
  readonly isUncertain: boolean;
}

/**
 * `q|quiet m|message= color?`: names of the same option are separated by bars; `=` needs a value and `?` may have one
 * attached; `#` takes numbers. An option goes by its last name.
 */
export function optionTable(description: string): OptionTable {
  const short = new Map<string, Option>();
  const long = new Map<string, Option>();
  const entries = description.split(/\s+/).filter(entry => entry !== '' && entry !== '#');
  for (const entry of entries) {
    const value = entry.endsWith('=') ? 'needed' : entry.endsWith('?') ? 'attached' : 'none';
    const names = entry.replace(/[=?]$/, '').split('|');
    const option: Option = { name: names.at(-1) ?? '', value };
    for (const name of names) (name.length === 1 ? short : long).set(name, option);
  }
  return { short, long, hasNumbers: description.split(/\s+/).includes('#') };
}

/** With `stopsAtWord` everything behind the first word that is no option belongs to the words, as in `sudo -u x git -C y`. */
export function parseOptions(words: readonly Word[], table: OptionTable, stopsAtWord = false): ParsedOptions {
  const parser = new OptionParser(table);
  for (let at = 0; at < words.length; ) {
    const word = words[at] as Word;
    if (isOption(word)) {
      at += 1 + parser.option(word, words[at + 1]);
    } else if (word.text === '--' && word.patternAt === null) {
      parser.dashes(words.slice(at + 1));
      break;
    } else if (stopsAtWord) {
      parser.rest(words.slice(at));
      break;
    } else {
      parser.rest([word]);
      at += 1;
    }
  }
  return parser;
}

function isOption(word: Word): boolean {
  return word.text.startsWith('-') && word.text !== '-' && word.text !== '--';
}

class OptionParser implements ParsedOptions {
  readonly words: Word[] = [];
  dashesAt: number | null = null;
  isUncertain = false;
  readonly #table: OptionTable;
  readonly #given = new Map<string, Word[]>();

  constructor(table: OptionTable) {
    this.#table = table;
  }

  has(...names: readonly string[]): boolean {
    return names.some(name => this.#given.has(name));
  }

  values(name: string): readonly Word[] {
    return this.#given.get(name) ?? [];
  }

  dashes(words: readonly Word[]): void {
    this.dashesAt = this.words.length;
    this.rest(words);
  }

  rest(words: readonly Word[]): void {
    for (const word of words) this.words.push(word);
  }

  /** Gives how many of the words behind it belong to it. */
  option(word: Word, next: Word | undefined): number {
    return word.text.startsWith('--') ? this.#long(word, next) : this.#cluster(word, next);
  }

  #long(word: Word, next: Word | undefined): number {
    const equals = word.text.indexOf('=');
    const name = equals < 0 ? word.text.slice(2) : word.text.slice(2, equals);
    const meant = name.includes(hole) ? [] : candidates(this.#table, name);
    if (meant.length === 0) this.isUncertain = true;
    const takesNext =
      equals < 0 && meant.length > 0 && meant.every(one => one.option.value === 'needed' && !one.isNegated);
    const value = equals >= 0 ? tail(word, equals + 1) : takesNext ? next : undefined;
    for (const { option, isNegated } of meant) {
      // Of several options that an abbreviation may mean none is taken back: the stronger meaning counts.
      if (!isNegated) this.#give(option, value);
      else if (meant.length === 1) this.#given.delete(option.name);
      if (isNegated) this.#give({ name: `no-${option.name}`, value: 'none' }, undefined);
    }
    return takesNext ? 1 : 0;
  }

  /** `-fd`, `-mtext`: each letter an option, up to one with a value. */
  #cluster(word: Word, next: Word | undefined): number {
    if (this.#table.hasNumbers && /^-\d+$/.test(word.text)) return 0;
    for (let at = 1; at < word.text.length; at += 1) {
      const option = this.#table.short.get(word.text[at] ?? '');
      const isLast = at === word.text.length - 1;
      if (!option) {
        this.isUncertain = true;
      } else if (option.value === 'none') this.#give(option, undefined);
      else {
        this.#give(option, isLast ? (option.value === 'needed' ? next : undefined) : tail(word, at + 1));
        return isLast && option.value === 'needed' ? 1 : 0;
      }
    }
    return 0;
  }

  #give(option: Option, value: Word | undefined): void {
    const values = this.#given.get(option.name) ?? [];
    this.#given.set(option.name, value ? [...values, value] : values);
  }
}

interface Candidate {
  readonly option: Option;
  readonly isNegated: boolean;
}

/** The options that a long name may mean: git takes any beginning that only one option has. */
function candidates(table: OptionTable, name: string): readonly Candidate[] {
  const exact = table.long.get(name);
  if (exact) return [{ option: exact, isNegated: false }];
  const opposite = name.startsWith('no-') ? table.long.get(name.slice(3)) : undefined;
  if (opposite) return [{ option: opposite, isNegated: true }];
  const found: Candidate[] = [];
  for (const [long, option] of table.long) {
    if (long.startsWith(name)) found.push({ option, isNegated: false });
    else if (`no-${long}`.startsWith(name)) found.push({ option, isNegated: true });
  }
  return found;
}

/** The word from a place on. */
function tail(word: Word, from: number): Word {
  const patternAt = word.patternAt === null ? null : Math.max(0, word.patternAt - from);
  return { text: word.text.slice(from), patternAt, isMany: word.isMany };
}
