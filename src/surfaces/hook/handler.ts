/** Answers hooks that come over the socket of a server process. */
import type { ClientHooks } from '../../clients/define-client.ts';
import { callingClient } from '../../clients/index.ts';
import type { Composition } from '../../compose.ts';
import { idOf } from '../../tools/quietly.ts';
import { noteRest } from '../../tools/resting.ts';
import { answerHook, type EventDesk, type HookCall } from './answer.ts';
import { statusLine, statusLineEvent } from './status-line.ts';
import { Waiters } from './wait.ts';

type Handler = Parameters<Composition['hearHooks']>[0];
type Connection = Parameters<Handler>[1];

/** The handler for the socket. What is no hook, or of a client without hooks, is answered with nothing to say. */
export function hookHandler(desk: EventDesk): Handler {
  const waiters = new Waiters(desk);
  return (request, connection) => {
    void answer(desk, waiters, request, connection).catch(() => {
      // To a hook that was set up to fail closed this says that it was not answered.
      connection.reply(request.failsClosed === true ? { exitCode: 1 } : {});
    });
  };
}

async function answer(
  desk: EventDesk,
  waiters: Waiters,
  request: Readonly<Record<string, unknown>>,
  connection: Connection,
) {
  const { event, teller } = request;
  const input = objectOf(request.input);
  const environment = objectOf(request.environment) as Record<string, string>;
  const caller = callingClient(String(request.client), environment, input);
  if (!caller?.hooks || typeof event !== 'string') return connection.reply({});
  const { hooks, traits } = caller;
  if (event === statusLineEvent) return connection.reply(await line(desk, traits.name));
  const call = {
    ...{ client: traits.name, event, input, teller: typeof teller === 'string' ? teller : '' },
    failsClosed: request.failsClosed === true,
  };
  if (request.wait === true) {
    const isAgain = request.again === true;
    return connection.reply(await wait(waiters, hooks, call, connection, isAgain));
  }
  if (request.again === true)
    return connection.reply(await restsStill(desk, hooks, call).catch(() => ({ pass: true })));
  const found = await answerHook(desk, call, connection.signal);
  if (found === undefined) return connection.reply({ pass: true });
  connection.next(() => {
    connection.close();
    // What fails here stays undone and is done again: an unconfirmed message is shown once more.
    void found.shown().catch(() => undefined);
  });
  return connection.reply(found.written);
}

/** A stop that another hub may have been told of: the session rests still, and nothing else is to be done about that. */
async function restsStill(desk: EventDesk, hooks: ClientHooks, { client, event, input }: HookCall) {
  const read = hooks.read(event, input);
  if (read?.event.kind !== 'stop') return {};
  const found = await desk.callerOf(client, read);
  if (found === 'pass') return { pass: true };
  const id = found === null ? undefined : await idOf(found.caller);
  if (found === null || id === undefined) return {};
  await noteRest(found.caller, id);
  desk.rests?.(client, found);
  return {};
}

async function wait(
  waiters: Waiters,
  hooks: ClientHooks,
  { client, event, input }: HookCall,
  { signal }: Connection,
  isAgain: boolean,
) {
  const read = hooks.read(event, input);
  const written = read === undefined ? {} : await waiters.stand(client, read, signal, isAgain);
  return written === 'pass' ? { pass: true } : written;
}

async function line(desk: EventDesk, client: string) {
  const text = await statusLine(desk.present?.(client));
  // Another server of the client may have the session.
  return text === '' ? { pass: true } : { stdout: `${text}\n` };
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
