/** Cuts the text of a command into words and operators, and finds the texts of here-documents. */

import type { HereDocument, Part, SourceWord } from './nodes.ts';
import { documentParts, wordAt } from './parts.ts';
import { type PendingDocument, Source } from './source.ts';
import { reservedWord } from './source-word.ts';

export type Token =
  | { readonly kind: 'word'; readonly word: SourceWord }
  | { readonly kind: 'operator'; readonly text: string }
  | { readonly kind: 'redirect'; readonly text: string; readonly descriptor: string | null }
  | { readonly kind: 'newline' }
  | { readonly kind: 'end' };

/** Words behind which a command begins. */
const beginsCommand = new Set(['!', 'time', 'if', 'then', 'else', 'elif', 'while', 'until', 'do', '{', '}', 'coproc']);

const operator = /&&|\|\||;;&|;&|;;|\|&|[;&|()]/y;
const redirect = /&>>|&>|<<<|<<-|<<|<&|<>|>>|>&|>\||>!|<|>/y;
const numbered = /(?:[0-9]+|\{[A-Za-z_][A-Za-z0-9_]*\})(?=[<>])/y;

export class Tokens {
  readonly source: Source;
  #next: Token | null = null;
  #from = 0;
  /** The last token was a word that commands do not begin behind. */
  #isBehindWord = false;

  constructor(source: Source) {
    this.source = source;
  }

  peek(): Token {
    this.#next ??= this.#read();
    return this.#next;
  }

  next(): Token {
    const token = this.peek();
    this.#next = null;
    this.#isBehindWord = token.kind === 'word' && !beginsCommand.has(reservedWord(token.word));
    return token;
  }

  /** Where the next token begins. */
  get position(): number {
    this.peek();
    return this.#from;
  }

  /** The text that the lines behind this one will give. */
  expectDocument(delimiter: SourceWord, stripsTabs: boolean): HereDocument {
    const document: HereDocument = { parts: [] };
    this.source.pending.push({
      document,
      delimiter: delimiter.parts.map(asWritten).join(''),
      stripsTabs,
      isQuoted: delimiter.parts.some(part => part.kind !== 'text' || part.isQuoted),
    });
    return document;
  }

  #read(): Token {
    const { source } = this;
    source.skipBlanks();
    if (source.peek() === '#') source.skipComment();
    this.#from = source.at;
    if (source.isAtEnd) return { kind: 'end' };
    if (source.peek() === '\n') {
      source.at += 1;
      readDocuments(source);
      return { kind: 'newline' };
    }
    return this.#redirect() ?? this.#operator() ?? { kind: 'word', word: wordAt(source, !this.#isBehindWord) };
  }

  #redirect(): Token | null {
    const { source } = this;
    const start = source.at;
    const descriptor = take(numbered, source);
    const isSubstitution = /[<>]/.test(source.peek()) && source.peek(1) === '(';
    const text = isSubstitution && descriptor === null ? null : take(redirect, source);
    if (text !== null) return { kind: 'redirect', text, descriptor };
    source.at = start;
    return null;
  }

  #operator(): Token | null {
    const text = take(operator, this.source);
    return text === null ? null : { kind: 'operator', text };
  }
}

function take(pattern: RegExp, source: Source): string | null {
  pattern.lastIndex = source.at;
  const found = pattern.exec(source.text)?.[0] ?? null;
  source.at += found?.length ?? 0;
  return found;
}

function asWritten(part: Part): string {
  if (part.kind === 'text') return part.text;
  return part.kind === 'parameter' ? `$${part.name}` : '';
}

/** The texts of all here-documents of the line that has just ended, one behind the other. */
function readDocuments(source: Source): void {
  const pending = source.pending;
  source.pending = [];
  for (const one of pending) readDocument(source, one);
}

/** Up to the line that is the delimiter, or the end of the text. */
function readDocument(source: Source, pending: PendingDocument): void {
  const lines: string[] = [];
  while (!source.isAtEnd) {
    const start = source.at;
    source.skipComment();
    const line = source.text.slice(start, source.at);
    source.at = Math.min(source.at + 1, source.text.length);
    const text = pending.stripsTabs ? line.replace(/^\t+/, '') : line;
    if (text === pending.delimiter) break;
    lines.push(`${text}\n`);
  }
  const text = lines.join('');
  if (pending.isQuoted) pending.document.parts = [{ kind: 'text', text, isQuoted: true }];
  else pending.document.parts = documentParts(new Source(text, source.inner, source.level));
}
