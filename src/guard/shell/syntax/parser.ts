/** Finds the commands of a text: lists, pipelines and plain commands. What begins with a word of its own is in `compound.ts`. */
import { CompoundReader } from './compound.ts';
import type { Assignment, Node, Redirect, SourceWord, Statement } from './nodes.ts';
import { Unreadable } from './nodes.ts';
import { Source } from './source.ts';
import { assignmentOf, reservedWord } from './source-word.ts';
import { type Token, Tokens } from './tokens.ts';

export interface ParsedText {
  /** Each a line of commands, or several lines that belong together. */
  readonly lines: readonly Node[];
  /** From where on the text could not be read; null if all of it could. */
  readonly brokenAt: number | null;
  readonly problem: string | null;
}

/** Never throws: what comes before a mistake is read, since a shell would have run it. */
export function parseText(text: string, level = 0): ParsedText {
  const source = new Source(text, { substitution, separate }, level);
  const lines: Node[] = [];
  let start = 0;
  try {
    const parser = new Parser(source);
    for (;;) {
      parser.skipNewlines();
      start = parser.position;
      const line = parser.line();
      if (line === null) return { lines, brokenAt: null, problem: null };
      lines.push(line);
    }
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    return { lines, brokenAt: start, problem: error.message };
  }
}

function substitution(source: Source): Node {
  return new Parser(source).untilBracket();
}

/** A text that has to be right as a whole. */
function separate(text: string, level: number): Node {
  return new Parser(new Source(text, { substitution, separate }, level)).untilEnd();
}

/** Words that end a list of commands, and are no command themselves. */
const closers = new Set(['then', 'else', 'elif', 'fi', 'do', 'done', 'esac', '}']);

class Parser {
  readonly #source: Source;
  readonly #tokens: Tokens;
  readonly #compounds: CompoundReader;

  constructor(source: Source) {
    this.#source = source;
    this.#tokens = new Tokens(source);
    this.#compounds = new CompoundReader(this.#tokens, {
      list: () => this.#list(),
      command: () => this.#command(),
      redirects: () => this.#redirects(),
      skipNewlines: () => this.skipNewlines(),
    });
  }

  /** Where the next token begins. */
  get position(): number {
    return this.#tokens.position;
  }

  skipNewlines(): void {
    while (this.#tokens.peek().kind === 'newline') this.#tokens.next();
  }

  /** Commands up to the end of their line; null at the end of the text. */
  line(): Node | null {
    if (this.#tokens.peek().kind === 'end') return null;
    const statements = this.#statements(false);
    const after = this.#tokens.peek();
    if (statements.length === 0 || (after.kind !== 'newline' && after.kind !== 'end')) {
      throw new Unreadable('a mistake in its grammar');
    }
    return { kind: 'list', statements };
  }

  untilBracket(): Node {
    const list = this.#list();
    const closing = this.#tokens.next();
    if (closing.kind !== 'operator' || closing.text !== ')') throw new Unreadable('an unbalanced bracket');
    return list;
  }

  untilEnd(): Node {
    const list = this.#list();
    if (this.#tokens.next().kind !== 'end') throw new Unreadable('a mistake in its grammar');
    return list;
  }

  /** Commands over any number of lines, up to something that cannot begin one. */
  #list(): Node {
    return { kind: 'list', statements: this.#statements(true) };
  }

  #statements(isOverLines: boolean): Statement[] {
    const statements: Statement[] = [];
    for (;;) {
      if (isOverLines) this.skipNewlines();
      if (!this.#canBegin()) return statements;
      const node = this.#andOr();
      const token = this.#tokens.peek();
      const isSeparator = token.kind === 'operator' && (token.text === ';' || token.text === '&');
      statements.push({ node, isBackground: isSeparator && token.text === '&' });
      if (isSeparator) this.#tokens.next();
      else if (token.kind !== 'newline' || !isOverLines) return statements;
    }
  }

  #canBegin(): boolean {
    const token = this.#tokens.peek();
    if (token.kind === 'redirect') return true;
    if (token.kind === 'operator') return token.text === '(';
    return token.kind === 'word' && !closers.has(reservedWord(token.word));
  }

  #andOr(): Node {
    const first = this.#pipeline();
    const rest: { operator: '&&' | '||'; node: Node }[] = [];
    for (;;) {
      const token = this.#tokens.peek();
      if (token.kind !== 'operator' || (token.text !== '&&' && token.text !== '||')) break;
      this.#tokens.next();
      this.skipNewlines();
      rest.push({ operator: token.text, node: this.#pipeline() });
    }
    return rest.length === 0 ? first : { kind: 'and-or', first, rest };
  }

  #pipeline(): Node {
    const { isNegated, isPrefixed } = this.#prefixes();
    // `!` and `time` may stand alone.
    if (isPrefixed && !this.#canBegin()) return { kind: 'list', statements: [] };
    const stages = [this.#command()];
    for (;;) {
      const token = this.#tokens.peek();
      if (token.kind !== 'operator' || (token.text !== '|' && token.text !== '|&')) break;
      this.#tokens.next();
      this.skipNewlines();
      this.#prefixes();
      stages.push(this.#command());
    }
    const only = stages[0];
    return only && stages.length === 1 && !isNegated ? only : { kind: 'pipeline', stages, isNegated };
  }

  /** `!`, `time` and `coproc`, in any order; `!` turns the outcome around. */
  #prefixes(): { readonly isNegated: boolean; readonly isPrefixed: boolean } {
    let isNegated = false;
    let isPrefixed = false;
    for (;;) {
      const token = this.#tokens.peek();
      const word = token.kind === 'word' ? reservedWord(token.word) : '';
      if (word !== '!' && word !== 'time' && word !== 'coproc') return { isNegated, isPrefixed };
      this.#tokens.next();
      isPrefixed = true;
      if (word === '!') isNegated = !isNegated;
      const following = this.#tokens.peek();
      if (word === 'time' && following.kind === 'word' && reservedWord(following.word) === '-p') this.#tokens.next();
    }
  }

  #command(): Node {
    return this.#source.nested(() => this.#compounds.compound() ?? this.#simple());
  }

  #simple(): Node {
    const assignments: Assignment[] = [];
    const words: SourceWord[] = [];
    const redirects: Redirect[] = [];
    for (;;) {
      const token = this.#tokens.peek();
      if (token.kind === 'redirect') redirects.push(this.#redirect());
      else if (token.kind === 'word') {
        this.#tokens.next();
        const assignment = words.length === 0 ? assignmentOf(token.word) : null;
        if (assignment) assignments.push(assignment);
        else words.push(token.word);
      } else if (isOpening(token) && words.length === 1 && assignments.length === 0) {
        return this.#compounds.functionNamed(words[0]);
      } else break;
    }
    if (words.length + assignments.length + redirects.length === 0) throw new Unreadable('a mistake in its grammar');
    return { kind: 'simple', assignments, words, redirects };
  }

  #redirects(): Redirect[] {
    const redirects: Redirect[] = [];
    while (this.#tokens.peek().kind === 'redirect') redirects.push(this.#redirect());
    return redirects;
  }

  #redirect(): Redirect {
    const token = this.#tokens.next();
    const target = this.#tokens.next();
    if (token.kind !== 'redirect' || target.kind !== 'word') throw new Unreadable('a redirect to nothing');
    const isDocument = token.text === '<<' || token.text === '<<-';
    const document = isDocument ? this.#tokens.expectDocument(target.word, token.text === '<<-') : null;
    return { operator: token.text, descriptor: token.descriptor, target: target.word, document };
  }
}

function isOpening(token: Token): boolean {
  return token.kind === 'operator' && token.text === '(';
}
