/** The two output streams of a command: who reads them, whether colour is wanted, and when what was written has left. */

export type Environment = Readonly<Record<string, string | undefined>>;

/** What is used of `process.stdout` and `process.stderr`. */
export interface OutputStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string, done: (error?: Error | null) => void): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
}

export interface Terminal {
  /** Whether a person looks at standard output right now. */
  readonly isTerminal: boolean;
  readonly colour: boolean;
  readonly errorColour: boolean;
  /** Columns of the terminal; undefined when the output goes to a file or a pipe and nothing need be cut. */
  readonly columns: number | undefined;
  /** Writes to standard output. Resolves when the text has left: true, or false when nobody reads any more. Never rejects. */
  print(text: string): Promise<boolean>;
  /** Writes to standard error. Resolves when the text has left. Never rejects. */
  complain(text: string): Promise<boolean>;
  /** Shows one passing line on standard error if that is a terminal; undefined removes it. */
  progress(line: string | undefined): void;
}

/**
 * Whether to use colour on a stream. `FORCE_COLOR` decides first (`0` or `false`: never, anything else: always), then `NO_COLOR`
 * (https://no-color.org: any text that is not empty), then `TERM=dumb`, then whether the stream is a terminal.
 */
export function wantsColour(isTerminal: boolean, environment: Environment): boolean {
  const forced = environment.FORCE_COLOR;
  if (forced !== undefined && forced !== '') return forced !== '0' && forced.toLowerCase() !== 'false';
  if (environment.NO_COLOR) return false;
  return isTerminal && environment.TERM !== 'dumb';
}

export function createTerminal(environment: Environment, stdout: OutputStream, stderr: OutputStream): Terminal {
  const out = writer(stdout);
  const err = writer(stderr);
  const showsProgress = stderr.isTTY === true && environment.TERM !== 'dumb';
  let hasProgress = false;
  const clear = async () => {
    if (!hasProgress) return;
    hasProgress = false;
    await err('\r\u001b[K');
  };
  return {
    isTerminal: stdout.isTTY === true,
    colour: wantsColour(stdout.isTTY === true, environment),
    errorColour: wantsColour(stderr.isTTY === true, environment),
    columns: stdout.isTTY === true ? stdout.columns || 80 : undefined,
    print: async text => {
      await clear();
      return out(text);
    },
    complain: async text => {
      await clear();
      return err(text);
    },
    progress(line) {
      if (line === undefined) void clear();
      else if (showsProgress) {
        hasProgress = true;
        void err(`\r\u001b[K${line}`);
      }
    },
  };
}

/** A reader that went away (`| head -1`) is no failure: what is left is dropped, quietly. */
function writer(stream: OutputStream): (text: string) => Promise<boolean> {
  let isClosed = false;
  stream.on('error', () => {
    isClosed = true;
  });
  return text =>
    new Promise(resolve => {
      if (isClosed || text === '') return resolve(!isClosed);
      stream.write(text, error => resolve(!error));
    });
}
