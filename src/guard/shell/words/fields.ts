/** Collects the words that one word of the text becomes when it is filled in. */
import { limits } from '../../../core/limits.ts';
import { hole, unknownWords, type Word } from './word.ts';

const separators = /[ \t\n]+/;
/** A star, a question mark, or a bracket that is closed again. */
const wildcard = /[*?]|\[[^\]]+\]/;

export class Fields {
  readonly #done: Word[] = [];
  #text = '';
  #patternAt: number | null = null;
  #isMany = false;
  #isBegun = false;
  #content: string | undefined;
  #variable: string | undefined;
  #isFromOutside = false;

  /** Text that means itself. */
  quoted(text: string): void {
    this.#isBegun = true;
    this.#text += text;
  }

  /** Text in which wildcards are expanded. */
  bare(text: string): void {
    const at = text.search(wildcard);
    if (at >= 0) this.pattern(at);
    if (text.includes(hole)) this.#isMany = true;
    this.quoted(text);
  }

  /** The word is a pattern from here on, or so many characters further. */
  pattern(ahead = 0): void {
    this.#patternAt ??= this.#text.length + ahead;
  }

  /** What came from a variable or substitution outside of quotes: its blanks separate words. */
  split(text: string): void {
    const [first = '', ...others] = text.split(separators);
    if (first !== '') this.bare(first);
    for (const one of others) {
      this.next();
      if (one !== '') this.bare(one);
    }
  }

  /** Something unknown, from a variable if it has a name. */
  unknown(isQuoted: boolean, variable?: string): void {
    if (!this.#isBegun) this.#variable = variable;
    this.quoted(hole);
    if (!isQuoted) this.#isMany = true;
  }

  /** What follows comes from a variable that the text does not set. Only what a word begins with tells where it leads. */
  fromOutside(): void {
    if (!this.#isBegun) this.#isFromOutside = true;
  }

  /** The word names a file that holds this text. */
  holding(content: string): void {
    this.#content = content;
  }

  /** Ends the word if one has begun. */
  next(): void {
    if (this.#isBegun) this.#done.push(this.#word());
    this.#text = '';
    this.#patternAt = null;
    this.#isMany = false;
    this.#isBegun = false;
    this.#content = undefined;
    this.#variable = undefined;
    this.#isFromOutside = false;
  }

  /** All words so far. */
  finish(): readonly Word[] {
    this.next();
    return this.#done.length > limits.shellWordsOfWord ? [unknownWords] : this.#done;
  }

  /** Everything as one word. */
  finishAsOne(): Word {
    return this.#word();
  }

  #word(): Word {
    if (this.#text.length > limits.shellWordCharacters) return unknownWords;
    const isVariable = this.#variable !== undefined && this.#text === hole;
    return {
      text: this.#text,
      patternAt: this.#patternAt,
      isMany: this.#isMany,
      ...(this.#content === undefined ? {} : { content: this.#content }),
      ...(isVariable ? { variable: this.#variable } : {}),
      ...(this.#isFromOutside && this.#text.startsWith(hole) ? { isFromOutside: true } : {}),
    };
  }
}
