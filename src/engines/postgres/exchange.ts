/** Several prepared statements in one message to the server, answered by one message: what a round trip can carry. */
import type { Submittable, Connection as Wire } from 'pg';

/** A statement as it is sent: its parameters are texts already. */
export interface Prepared {
  /** Its name on this connection; the server keeps the plan under it. */
  readonly name: string;
  /** Given with its first use, undefined later. */
  readonly text: string | undefined;
  readonly values: readonly (string | null)[];
}

/** What came back for one statement: rows by position, and the word with which the server says that it is done. */
export interface Answer {
  readonly rows: readonly (readonly (string | null)[])[];
  readonly tag: string;
}

/** The part of the driver's connection that the protocol needs (https://www.postgresql.org/docs/current/protocol-flow.html). */
interface Messages {
  readonly stream: { cork(): void; uncork(): void };
  parse(statement: { name: string; text: string; types: readonly number[] }): void;
  bind(portal: { portal: string; statement: string; values: readonly (string | null)[]; binary: boolean }): void;
  execute(portal: { portal: string; rows: number }): void;
  sync(): void;
}

/**
 * The driver sends one statement at a time and asks for the types of its answer. This is the driver's own way to do it otherwise
 * (its cursors do the same): parse where needed, bind, execute, for each statement, and one sync at the end. The server
 * stops at the first error, skips the rest, and says so once.
 */
export class Exchange implements Submittable {
  readonly #statements: readonly Prepared[];
  readonly #answers: Answer[] = [];
  #rows: (string | null)[][] = [];
  #settle: { resolve(answers: readonly Answer[]): void; reject(error: unknown): void } | undefined;
  /** All answers, in order; rejects with the first error. */
  readonly answers: Promise<readonly Answer[]>;
  /** The driver puts its limit of time around this, if there is one; it is to be called at the end. */
  callback: ((error: unknown) => void) | undefined;

  constructor(statements: readonly Prepared[]) {
    this.#statements = statements;
    this.answers = new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
    });
  }

  submit(connection: Wire): void {
    const wire = connection as unknown as Messages;
    wire.stream.cork();
    try {
      for (const { name, text, values } of this.#statements) {
        if (text !== undefined) wire.parse({ name, text, types: [] });
        wire.bind({ portal: '', statement: name, values, binary: false });
        wire.execute({ portal: '', rows: 0 });
      }
      wire.sync();
    } finally {
      wire.stream.uncork();
    }
  }

  handleDataRow({ fields }: { fields: (string | null)[] }): void {
    this.#rows.push(fields);
  }

  handleCommandComplete({ text }: { text: string }): void {
    this.#answers.push({ rows: this.#rows, tag: text });
    this.#rows = [];
  }

  handleReadyForQuery(): void {
    this.#end(undefined);
  }

  handleError(error: unknown): void {
    this.#end({ error });
  }

  /** Nobody asks for descriptions, portals without end, or copies. */
  handleRowDescription(): void {}
  handlePortalSuspended(): void {}
  handleEmptyQuery(): void {}
  handleCopyInResponse(): void {}
  handleCopyData(): void {}

  #end(failure: { readonly error: unknown } | undefined): void {
    const settle = this.#settle;
    if (settle === undefined) return;
    this.#settle = undefined;
    this.callback?.(failure?.error);
    if (failure) settle.reject(failure.error);
    else settle.resolve(this.#answers);
  }
}

/** A list as the server reads it: `{"a","b"}`. */
export function arrayText(values: readonly (string | number | null)[]): string {
  const elements = values.map(value => {
    if (value === null) return 'NULL';
    return typeof value === 'number' ? String(value) : `"${value.replace(/[\\"]/g, '\\$&')}"`;
  });
  return `{${elements.join(',')}}`;
}
