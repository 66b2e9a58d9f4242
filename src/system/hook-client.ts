/** The other end of the hook socket: how the command of a hook, and the plugin of a client, ask the server of a session. */
import { connect } from 'node:net';
import { resolve } from 'node:path';
import { limits } from '../core/limits.ts';
import { runtimeFolder, stateFolder } from './folders.ts';
import { pidNamespace } from './hook-socket.ts';
import { userHome } from './user-home.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** What a server answers. */
export interface HookReply {
  readonly stdout?: string;
  readonly stderr?: string;
  readonly exitCode?: number;
}

export interface HookQuestion {
  /** The request, without what says where it comes from. */
  readonly request: Readonly<Record<string, unknown>>;
  /** Shows the answer to the client. Once that resolves, what is in it counts as shown. What it throws is swallowed. */
  show(reply: HookReply): Promise<void> | void;
  /** For a request that may stay unanswered for as long as a session rests; called when a server has taken it. */
  waits?(): void;
  /** Ends a request; it counts as taken then. */
  readonly signal?: AbortSignal;
  /** Asked in the client's own process: what waits does not keep it alive, and its runtime may not say when something is written. */
  readonly isInClient?: boolean;
}

/** The folder of the sockets that servers with this environment have. */
export function hookFolder(environment: Environment): string {
  const home = environment.SIGNALBOX_HOME;
  const told = home ? { ...environment, SIGNALBOX_HOME: resolve(home) } : environment;
  const state = stateFolder(told, process.platform, userHome());
  return runtimeFolder(told, process.platform, process.getuid?.(), state);
}

/**
 * Whether the server at a socket took the event: not when nobody is there, when it has no room for one more or dies on the way, or
 * when the event is another server's. One that takes it and does not answer in time is not gone round: it may still do what the event
 * asks for. Rejects, before anything is told, for a request that no text can hold.
 */
export async function askServer(path: string, question: HookQuestion): Promise<boolean> {
  const { request, show, waits, signal, isInClient = false } = question;
  // Before anything else: of lists within lists within lists this fails, and nothing of that may be thrown in a listener.
  const line = `${JSON.stringify({ ...request, namespace: pidNamespace(), ...(waits ? { wait: true } : {}) })}\n`;
  return new Promise(resolveWith => {
    const socket = connect(path).setEncoding('utf8');
    let text = '';
    let isTaken = false;
    let isAnswered = false;
    const finish = (result: boolean) => {
      signal?.removeEventListener('abort', hangUp);
      socket.destroy();
      resolveWith(result);
    };
    const hangUp = () => finish(true);
    signal?.addEventListener('abort', hangUp, { once: true });
    const gone = () => {
      if (!isAnswered) finish(false);
    };
    if (waits && isInClient) socket.unref();
    socket.setTimeout(limits.hookSocketMs, () => {
      if (!isAnswered) finish(isTaken);
    });
    socket.on('connect', () => {
      isTaken = true;
      if (waits) socket.setTimeout(0);
      waits?.();
      socket.write(line);
    });
    socket.on('error', gone);
    socket.on('close', gone);
    socket.on('data', piece => {
      text += piece;
      if (!text.endsWith('\n') || isAnswered) return;
      const reply = replyIn(text);
      if (reply?.pass) return finish(false);
      isAnswered = true;
      signal?.removeEventListener('abort', hangUp);
      void shownBy(show, reply).then(isShown => {
        if (isInClient || socket.destroyed) resolveWith(true);
        socket.on('close', () => resolveWith(true));
        if (isShown && !waits) socket.end('{"shown":true}\n', () => resolveWith(true));
        else finish(true);
      });
      return undefined;
    });
  });
}

/** The object on a line; undefined where it is none, which says nothing to show. */
function replyIn(text: string): (HookReply & { readonly pass?: boolean }) | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Whether there was an answer, and it is shown. */
async function shownBy(show: HookQuestion['show'], reply: HookReply | undefined): Promise<boolean> {
  try {
    if (reply) await show(reply);
    return reply !== undefined;
  } catch {
    return false;
  }
}
