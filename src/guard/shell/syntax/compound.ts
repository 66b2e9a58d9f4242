/** Finds the commands that begin with a word or bracket of their own: branches, loops, groups, functions. */

import { type Node, type Redirect, type SourceWord, Unreadable } from './nodes.ts';
import { arithmeticParts } from './parts.ts';
import { reservedWord } from './source-word.ts';
import type { Tokens } from './tokens.ts';

/** How commands inside of others are read. */
export interface CommandReader {
  list(): Node;
  command(): Node;
  redirects(): Redirect[];
  skipNewlines(): void;
}

export class CompoundReader {
  readonly #tokens: Tokens;
  readonly #reader: CommandReader;

  constructor(tokens: Tokens, reader: CommandReader) {
    this.#tokens = tokens;
    this.#reader = reader;
  }

  /** The command at the place if it is such a one; null if it is a plain one. */
  compound(): Node | null {
    const body = this.#body();
    if (!body) return null;
    const redirects = body.kind === 'function' ? [] : this.#reader.redirects();
    return redirects.length === 0 ? body : { kind: 'redirected', body, redirects };
  }

  #body(): Node | null {
    const token = this.#tokens.peek();
    if (token.kind === 'operator') return token.text === '(' ? this.#bracket() : null;
    const word = token.kind === 'word' ? reservedWord(token.word) : '';
    const read = this.#beginnings[word];
    if (!read || !Object.hasOwn(this.#beginnings, word)) return null;
    this.#tokens.next();
    return read();
  }

  readonly #beginnings: Readonly<Record<string, () => Node>> = {
    '{': () => this.#closedBy('}'),
    if: () => this.#if(),
    while: () => this.#loop(false),
    until: () => this.#loop(true),
    for: () => this.#for(),
    select: () => this.#for(),
    case: () => this.#case(),
    function: () => this.#function(),
    '[[': () => this.#test(),
  };

  /** The function whose name has been read, from its `()` on. */
  functionNamed(name: SourceWord | undefined): Node {
    this.#tokens.next();
    this.#expectOperator(')');
    return this.#functionBody(name);
  }

  #function(): Node {
    const token = this.#tokens.next();
    if (token.kind !== 'word') throw new Unreadable('a function without a name');
    const following = this.#tokens.peek();
    if (following.kind === 'operator' && following.text === '(') return this.functionNamed(token.word);
    return this.#functionBody(token.word);
  }

  #functionBody(name: SourceWord | undefined): Node {
    this.#reader.skipNewlines();
    const text = name ? reservedWord(name) : '';
    if (text === '') throw new Unreadable('a function with a strange name');
    return { kind: 'function', name: text, body: this.#reader.command() };
  }

  #bracket(): Node {
    this.#tokens.next();
    const numbers = this.#numbers();
    if (numbers) return numbers;
    const body = this.#reader.list();
    this.#expectOperator(')');
    return { kind: 'subshell', body };
  }

  /** Behind a first `(`: the arithmetic that a second one begins, if it is arithmetic. */
  #numbers(): Node | null {
    const { source } = this.#tokens;
    if (source.peek() !== '(') return null;
    const parts = source.attempt(() => {
      source.at += 1;
      return arithmeticParts(source);
    });
    return parts && { kind: 'test', words: [{ parts }] };
  }

  #closedBy(word: string): Node {
    const list = this.#reader.list();
    this.#expectWord(word);
    return list;
  }

  #if(): Node {
    const branches: { condition: Node; body: Node }[] = [];
    for (;;) {
      const condition = this.#closedBy('then');
      branches.push({ condition, body: this.#reader.list() });
      const word = this.#nextReserved();
      if (word === 'fi') return { kind: 'if', branches, otherwise: null };
      if (word === 'else') return { kind: 'if', branches, otherwise: this.#closedBy('fi') };
      if (word !== 'elif') throw new Unreadable('an if without its fi');
    }
  }

  #loop(isUntil: boolean): Node {
    const condition = this.#closedBy('do');
    return { kind: 'loop', isUntil, condition, body: this.#closedBy('done') };
  }

  #for(): Node {
    const token = this.#tokens.next();
    if (token.kind === 'operator' && token.text === '(') return this.#countingFor();
    const name = token.kind === 'word' ? reservedWord(token.word) : '';
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) throw new Unreadable('a for without a variable');
    this.#reader.skipNewlines();
    const words = this.#wordsOfFor();
    return { kind: 'for', name, words, body: this.#bodyOfFor() };
  }

  #wordsOfFor(): SourceWord[] | null {
    if (this.#peekReserved() !== 'in') return null;
    this.#tokens.next();
    const words: SourceWord[] = [];
    for (;;) {
      const token = this.#tokens.peek();
      if (token.kind !== 'word') return words;
      words.push(token.word);
      this.#tokens.next();
    }
  }

  /** `for ((…; …; …))`: how often is unknown, as with `while`. */
  #countingFor(): Node {
    const condition = this.#numbers();
    if (!condition) throw new Unreadable('a for without a variable');
    return { kind: 'loop', isUntil: false, condition, body: this.#bodyOfFor() };
  }

  #bodyOfFor(): Node {
    const token = this.#tokens.peek();
    if (token.kind === 'operator' && token.text === ';') this.#tokens.next();
    this.#reader.skipNewlines();
    const word = this.#nextReserved();
    if (word === 'do') return this.#closedBy('done');
    if (word === '{') return this.#closedBy('}');
    throw new Unreadable('a for without its do');
  }

  #case(): Node {
    const subject = this.#tokens.next();
    if (subject.kind !== 'word') throw new Unreadable('a case of nothing');
    this.#reader.skipNewlines();
    this.#expectWord('in');
    const branches: { patterns: SourceWord[]; body: Node }[] = [];
    for (;;) {
      this.#reader.skipNewlines();
      if (this.#peekReserved() === 'esac') break;
      branches.push({ patterns: this.#patterns(), body: this.#reader.list() });
      const end = this.#tokens.peek();
      if (end.kind === 'operator' && end.text.startsWith(';')) this.#tokens.next();
      else if (this.#peekReserved() !== 'esac') throw new Unreadable('a case without its esac');
    }
    this.#tokens.next();
    return { kind: 'case', subject: subject.word, branches };
  }

  /** `(a | b)`, of which the first bracket may be missing. */
  #patterns(): SourceWord[] {
    const patterns: SourceWord[] = [];
    const first = this.#tokens.peek();
    if (first.kind === 'operator' && first.text === '(') this.#tokens.next();
    for (;;) {
      const token = this.#tokens.next();
      if (token.kind !== 'word') throw new Unreadable('a case without a pattern');
      patterns.push(token.word);
      const after = this.#tokens.next();
      if (after.kind === 'operator' && after.text === ')') return patterns;
      if (after.kind !== 'operator' || after.text !== '|') throw new Unreadable('a case without a pattern');
    }
  }

  /** Everything up to `]]`; brackets and operators in it compare, or belong to a regular expression. */
  #test(): Node {
    const words: SourceWord[] = [];
    for (;;) {
      const token = this.#tokens.next();
      if (token.kind === 'end') throw new Unreadable('an unbalanced bracket');
      if (token.kind !== 'word') continue;
      if (reservedWord(token.word) === ']]') return { kind: 'test', words };
      words.push(token.word);
    }
  }

  #peekReserved(): string {
    const token = this.#tokens.peek();
    return token.kind === 'word' ? reservedWord(token.word) : '';
  }

  #nextReserved(): string {
    const word = this.#peekReserved();
    this.#tokens.next();
    return word;
  }

  #expectWord(word: string): void {
    if (this.#nextReserved() !== word) throw new Unreadable(`a missing ${word}`);
  }

  #expectOperator(text: string): void {
    const token = this.#tokens.next();
    if (token.kind !== 'operator' || token.text !== text) throw new Unreadable('an unbalanced bracket');
  }
}
