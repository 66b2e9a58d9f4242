/** Fills in the words of a command: variables, substitutions, braces, the home folder. */

import type { Printed } from '../machine.ts';
import type { ShellPlace } from '../reading.ts';
import type { State } from '../state.ts';
import type { Node, Part, SourceWord } from '../syntax/nodes.ts';
import { expandBraces } from './braces.ts';
import { Fields } from './fields.ts';
import { operated, type Parameter, valueOfParameter } from './parameter.ts';
import { hole, plainWord, unknownWord, unknownWords, type Word } from './word.ts';

/** What filling in needs from the reader of commands. */
export interface Substitutes {
  readonly place: ShellPlace;
  /** Reads the commands of a substitution, and says what they print; null if that is unknown. */
  output(script: Node, state: State): Printed | null;
  /** Counts what has been filled in, and stops the reading when it is too much. */
  spend(characters: number): void;
}

/** The words that a program gets for one word of the text: none, one or several. */
export function wordsOf(word: SourceWord, state: State, substitutes: Substitutes): readonly Word[] {
  const spelled = expandBraces(word.parts);
  if (spelled === null) {
    new Filling(state, substitutes, true).all(word.parts);
    return [unknownWords];
  }
  return spelled.flatMap(parts => {
    const filling = new Filling(state, substitutes, true);
    filling.all(parts);
    return filling.words();
  });
}

/** The one text that a word stands for where it is not taken apart: in an assignment, behind a redirect, in a here-document. */
export function textOf(word: SourceWord, state: State, substitutes: Substitutes): Word {
  const filling = new Filling(state, substitutes, false);
  filling.all(word.parts);
  return filling.text();
}

/** The words of an array behind `name=`; null for a plain value. */
export function arrayOf(word: SourceWord, state: State, substitutes: Substitutes): readonly Word[] | null {
  const [part] = word.parts;
  if (part?.kind !== 'array') return null;
  return part.words.flatMap(one => wordsOf(one, state, substitutes));
}

class Filling {
  readonly #fields = new Fields();
  readonly #state: State;
  readonly #substitutes: Substitutes;
  readonly #isSplit: boolean;

  constructor(state: State, substitutes: Substitutes, isSplit: boolean) {
    this.#state = state;
    this.#substitutes = substitutes;
    this.#isSplit = isSplit;
  }

  all(parts: readonly Part[]): void {
    for (const [at, part] of parts.entries()) this.#part(part, at === 0 && parts.length === 1, at === 0);
  }

  words(): readonly Word[] {
    const words = this.#fields.finish();
    this.#substitutes.spend(words.reduce((sum, word) => sum + word.text.length + 1, 0));
    return words;
  }

  text(): Word {
    const word = this.#fields.finishAsOne();
    this.#substitutes.spend(word.text.length + 1);
    return word;
  }

  #part(part: Part, isAlone: boolean, isFirst: boolean): void {
    if (part.kind === 'text') this.#text(part.text, part.isQuoted, isAlone, isFirst);
    else if (part.kind === 'parameter') this.#parameter(part);
    else if (part.kind === 'command') this.#printed(this.#substitutes.output(part.script, this.#state), part.isQuoted);
    else if (part.kind === 'process') this.#process(part.script);
    else if (part.kind === 'pattern') this.#pattern(part.text, part.parts);
    else if (part.kind === 'arithmetic') this.#number(part.parts);
    else {
      for (const word of part.words) wordsOf(word, this.#state, this.#substitutes);
      this.#fields.unknown(false);
    }
  }

  #text(text: string, isQuoted: boolean, isAlone: boolean, isFirst: boolean): void {
    if (isQuoted) this.#fields.quoted(text);
    else if (isFirst && text.startsWith('~')) this.#tilde(text, isAlone);
    else this.#fields.bare(text);
  }

  #tilde(text: string, isAlone: boolean): void {
    const slash = text.indexOf('/');
    const name = slash < 0 ? text : text.slice(0, slash);
    // What follows directly belongs to the name: it is not in this text then.
    const isWhole = slash >= 0 || isAlone;
    const home = name === '~' && isWhole ? this.#substitutes.place.home : null;
    this.#fields.quoted(home ?? hole);
    this.#fields.bare(text.slice(name.length));
  }

  #parameter(part: Parameter): void {
    const value = valueOfParameter(part, this.#state, this.#substitutes.place);
    const operand = this.#operand(part.operand);
    const words = value && operated(part.operator, value, operand);
    if (words === null ? !this.#state.variables.has(part.name) : words[0]?.isFromOutside) this.#fields.fromOutside();
    if (words === null) this.#fields.unknown(part.isQuoted && !listsAll(part), part.name);
    else if (this.#isSplit && part.isQuoted && listsAll(part)) this.#eachAsWord(words);
    else if (!this.#isSplit || part.isQuoted) this.#asOne(words);
    else for (const [at, word] of words.entries()) this.#splitWord(word, at > 0);
  }

  #operand(parts: readonly Part[]): Word {
    return parts.length === 0 ? plainWord('') : textOf({ parts }, this.#state, this.#substitutes);
  }

  /** A value that a loop takes from a pattern is any of the names that the pattern stands for, in quotes too. */
  #asOne(words: readonly Word[]): void {
    const [word, ...more] = words;
    if (word && more.length === 0 && word.patternAt !== null) this.#fields.pattern(word.patternAt);
    this.#fields.quoted(joinedText(words));
  }

  #eachAsWord(words: readonly Word[]): void {
    for (const [at, word] of words.entries()) {
      if (at > 0) this.#fields.next();
      if (word.isMany) this.#fields.unknown(false);
      else this.#asOne([word]);
    }
  }

  #splitWord(word: Word, isNext: boolean): void {
    if (isNext) this.#fields.next();
    this.#fields.split(word.text);
  }

  #printed(output: Printed | null, isQuoted: boolean): void {
    if (!output?.isSure) this.#fields.unknown(isQuoted);
    else if (isQuoted || !this.#isSplit) this.#fields.quoted(withoutEnd(output.text));
    else this.#fields.split(withoutEnd(output.text));
  }

  #process(script: Node): void {
    const output = this.#substitutes.output(script, this.#state);
    this.#fields.quoted(`/dev/fd/${hole}`);
    if (output !== null) this.#fields.holding(output.text);
  }

  #pattern(text: string, parts: readonly Part[]): void {
    textOf({ parts }, this.#state, this.#substitutes);
    this.#fields.pattern();
    this.#fields.quoted(text);
  }

  #number(parts: readonly Part[]): void {
    textOf({ parts }, this.#state, this.#substitutes);
    this.#fields.quoted(unknownWord.text);
  }
}

/** Several words as one text. Of those that may be none the blanks around them may be missing as well. */
function joinedText(words: readonly Word[]): string {
  const text = words.map(word => word.text).join(' ');
  return words.some(word => word.isMany) ? text.replaceAll(/ ?\0+ ?/g, hole) : text;
}

function listsAll({ name, subscript }: Parameter): boolean {
  return name === '@' || subscript === '@';
}

/** Without the line ends that a substitution cuts off. Behind something unknown it is unknown whether there is one. */
function withoutEnd(printed: string): string {
  const output = printed.replaceAll(`${hole}\n`, hole);
  let end = output.length;
  while (end > 0 && output[end - 1] === '\n') end -= 1;
  return output.slice(0, end);
}
