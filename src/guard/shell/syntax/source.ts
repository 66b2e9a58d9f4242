/** The text of a command, and how far it has been read. */
import { limits } from '../../../core/limits.ts';
import { type HereDocument, type Node, Unreadable } from './nodes.ts';

/** Reads commands that stand inside a word. */
export interface InnerReader {
  /** From behind `$(` up to and with its closing bracket. */
  substitution(source: Source): Node;
  /** A text of its own, such as that between backticks. */
  separate(text: string, level: number): Node;
}

export interface PendingDocument {
  readonly document: HereDocument;
  readonly delimiter: string;
  readonly stripsTabs: boolean;
  /** Nothing in it is expanded. */
  readonly isQuoted: boolean;
}

export class Source {
  readonly text: string;
  readonly inner: InnerReader;
  at = 0;
  /** Here-documents whose text begins behind the end of this line. */
  pending: PendingDocument[] = [];
  #level: number;
  #retries = 0;

  constructor(text: string, inner: InnerReader, level: number) {
    this.text = text;
    this.inner = inner;
    this.#level = level;
  }

  get level(): number {
    return this.#level;
  }

  /** The character at the place, or so many behind it; empty beyond the end. */
  peek(ahead = 0): string {
    return this.text[this.at + ahead] ?? '';
  }

  get isAtEnd(): boolean {
    return this.at >= this.text.length;
  }

  startsWith(text: string): boolean {
    return this.text.startsWith(text, this.at);
  }

  /** Reads something inside of something else. Fails where that goes too deep. */
  nested<T>(read: () => T): T {
    if (this.#level >= limits.shellNestingLevels) throw new Unreadable('commands nested too deep');
    this.#level += 1;
    const found = read();
    this.#level -= 1;
    return found;
  }

  /** What `read` finds; if that is null, or breaks off, everything is as before. */
  attempt<T>(read: () => T | null): T | null {
    const [at, level, pending] = [this.at, this.#level, [...this.pending]];
    const found = readOrNull(read);
    if (found !== null) return found;
    this.#retries += 1;
    if (this.#retries > limits.shellRetries) throw new Unreadable('brackets that could mean several things');
    this.at = at;
    this.#level = level;
    this.pending = pending;
    return null;
  }

  /** Goes on to the next character that is no blank; a backslash at the end of a line counts as one. */
  skipBlanks(): void {
    for (;;) {
      const character = this.peek();
      if (character === ' ' || character === '\t') this.at += 1;
      else if (character === '\\' && this.peek(1) === '\n') this.at += 2;
      else return;
    }
  }

  /** Goes on to the end of the line. */
  skipComment(): void {
    const end = this.text.indexOf('\n', this.at);
    this.at = end < 0 ? this.text.length : end;
  }
}

function readOrNull<T>(read: () => T | null): T | null {
  try {
    return read();
  } catch (error) {
    if (error instanceof Unreadable) return null;
    throw error;
  }
}
