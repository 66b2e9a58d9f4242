/**
 * `signalbox hook <client> <event>`: asks the server of the client's session over its socket, which needs nothing but Node. Only
 * where none answers the store itself is opened. Whatever happens, the client goes on: exit code 0, unless the client is told otherwise on purpose,
 * or the words end with `--fail-closed`: then whatever was not answered ends with exit code 1, which the line around it makes a refusal.
 */
import { limits } from './core/limits.ts';
import { clientPid } from './system/client-process.ts';
import { askServer, type HookReply, hookFolder } from './system/hook-client.ts';
import { hookSocketsOf } from './system/hook-socket.ts';

type Environment = Readonly<Record<string, string | undefined>>;

interface Request {
  readonly client: string;
  readonly event: unknown;
  readonly input: Readonly<Record<string, unknown>>;
  readonly teller: string;
  readonly failsClosed: boolean;
  readonly environment: Environment;
}

/** Runs the command; resolves to its exit code when everything is written. `words` are those behind `hook`. Never rejects. */
export async function runHook(words: readonly string[], environment: Environment): Promise<number> {
  const started: { failed?: () => Promise<number> } = {};
  const failsClosed = words.includes('--fail-closed');
  const unanswered = failsClosed ? 1 : 0;
  const failed = async () => (await started.failed?.().catch(() => unanswered)) ?? unanswered;
  const stop = setTimeout(() => {
    setTimeout(() => process.exit(unanswered), limits.hookFailedMs);
    void failed().then(code => process.exit(code));
  }, limits.hookTotalMs);
  // A client that has stopped to listen, or whatever else nobody foresaw: it goes on, and no trace of ours is on its screen.
  process.on('uncaughtException', () => process.exit(unanswered));
  try {
    const [client = '', event = ''] = words;
    const at = words.indexOf('--home');
    const told = at >= 0 ? { ...environment, SIGNALBOX_HOME: words[at + 1] } : environment;
    const input = await readInput();
    if (input === undefined && failsClosed) return unanswered;
    if (event === waiting && !isAtScreen(environment)) return 0;
    const pid = processOf(client, environment);
    const teller = words.slice(0, 2).join(' ');
    const request = { client, event, input: input ?? {}, teller, failsClosed, environment: marksOf(environment) };
    const sockets = hookSocketsOf(hookFolder(told), pid);
    if (event === waiting) return await standBy(sockets, request, () => clearTimeout(stop));
    const directly = async () => {
      const { answerDirectly, answerFailed } = await import('./surfaces/hook/direct.ts');
      const { createFailureMark } = await import('./system/failure-mark.ts');
      const call = { ...request, event, pid, tellsFailure: createFailureMark(hookFolder(told), pid) };
      return { answer: () => answerDirectly(call, told), failed: () => answerFailed(call, told) };
    };
    started.failed = async () => (await directly()).failed();
    for (const path of sockets) {
      const answered = await ask(path, request);
      // Who took it may still do what the event asks for, so nobody else is asked.
      if (answered === 'silent') return await failed();
      if (answered !== 'none') return answered;
    }
    return await (await directly()).answer();
  } catch {
    return failed();
  } finally {
    clearTimeout(stop);
  }
}

/** The word in place of an event for a command that stands beside a resting session and ends when that is to be woken. */
const waiting = 'Wake';

/** Without a screen the client stays until all of its hooks have ended, so waiting would hold it up. */
function isAtScreen(environment: Environment): boolean {
  return environment.CLAUDE_CODE_ENTRYPOINT === 'cli';
}

/**
 * Waits as long as the server of the session does, which is told the event that the waiting began with. The server ends with its
 * client, and so does this; without one there is nobody to wake the session. `isTaken` is called when a server has heard it.
 */
async function standBy(sockets: readonly string[], request: Request, isTaken: () => void): Promise<number> {
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.once(signal, () => process.exit(0));
  const event = request.input.hook_event_name;
  for (const path of sockets) {
    const answered = await ask(path, { ...request, event }, isTaken);
    if (answered !== 'none') return answered === 'silent' ? 0 : answered;
  }
  return 0;
}

/**
 * The client is whoever started us, but for shells in between. What it tells of its pid itself saves a look where it fits and where
 * there is nothing to look at; else it may have been left by another client, in whose shell this one was started.
 */
function processOf(client: string, environment: Environment): number {
  const told = client === 'claude-code' ? Number(environment.CLAUDE_PID) : Number.NaN;
  const isGiven = Number.isSafeInteger(told) && told > 1;
  return isGiven && (told === process.ppid || process.platform === 'win32') ? told : clientPid(process.ppid);
}

/** The variables by which one client is told from another; nothing else leaves this process. */
function marksOf(environment: Environment): Environment {
  const marks = [
    'CLAUDECODE',
    'CLAUDE_PID',
    'CLAUDE_CODE_ENTRYPOINT',
    'COPILOT_CLI',
    'COPILOT_HOOK_DIR',
    'GEMINI_SESSION_ID',
  ];
  return Object.fromEntries(
    marks.flatMap(name => (environment[name] === undefined ? [] : [[name, environment[name]]])),
  );
}

/** What the client tells; undefined where that cannot be read. */
async function readInput(): Promise<Record<string, unknown> | undefined> {
  if (process.stdin.isTTY) return {};
  const pieces: Buffer[] = [];
  let bytes = 0;
  // By its events, because the iterator of a stream has to be loaded, which takes a millisecond.
  await new Promise<void>((resolve, reject) => {
    process.stdin.on('end', resolve).on('error', reject);
    process.stdin.on('data', (piece: Buffer) => {
      bytes += piece.length;
      // Too much is read to its end all the same: the client may not expect that nobody takes it.
      if (bytes <= limits.hookReadBytes) pieces.push(piece);
    });
  });
  if (bytes > limits.hookReadBytes) return undefined;
  const input = parsed(Buffer.concat(pieces).toString('utf8'));
  // What a file is to hold may be long, and is nobody's business here; which file it is stands in a short field.
  return bytes > limits.hookInputBytes ? (shortened(input) as Record<string, unknown>) : input;
}

function shortened(value: unknown): unknown {
  if (typeof value === 'string') return value.slice(0, limits.hookTextCharacters);
  if (Array.isArray(value)) return value.map(shortened);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, shortened(inner)]));
}

/** The object that a text is as JSON; undefined where it is none. */
function parsed(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

/**
 * The exit code once the answer of the server at a socket is written; `none` when nobody there takes the event, `silent` when the
 * one that took it did not answer. With `waits`, which is
 * called once the server has taken it, the answer has all the time of a session that rests.
 */
async function ask(path: string, request: Request, waits?: () => void): Promise<number | 'none' | 'silent'> {
  let exitCode: number | undefined;
  const show = (reply: HookReply) => {
    exitCode = reply.exitCode ?? 0;
    return write(reply);
  };
  const isTaken = await askServer(path, { request: { ...request }, show, ...(waits ? { waits } : {}) });
  return isTaken ? (exitCode ?? 'silent') : 'none';
}

/** A stream that nothing is written to is not opened: that takes longer than to ask. */
async function write({ stdout = '', stderr = '' }: HookReply): Promise<void> {
  for (const [stream, text] of [
    [() => process.stderr, stderr],
    [() => process.stdout, stdout],
  ] as const) {
    if (text !== '') await new Promise<void>(done => stream().write(text, () => done()));
  }
}
