/** What a Redis server or the way to it refuses, in the engine's words. Nothing of the driver's text reaches a caller. */
import { SignalboxError } from '../../core/errors.ts';
import { ServerFailure, type ServerFailureKind } from '../server/failure.ts';

type Sentence = readonly [kind: ServerFailureKind, what: string, next: string];

const rights = 'Check the user, the password and the rights in the URL of the store.';

/** By the first word of what the server answers. `what` continues "The Redis server HOST". */
const answers: Readonly<Record<string, Sentence>> = {
  LOADING: ['busy', 'is still loading its data', 'Try again when it has started.'],
  BUSY: ['busy', 'is busy with a long script of somebody', 'Try again in a moment.'],
  TRYAGAIN: ['busy', 'is moving data to another node', 'Try again in a moment.'],
  CLUSTERDOWN: ['busy', 'belongs to a cluster that is not complete', 'Try again when all its nodes are there.'],
  MASTERDOWN: ['busy', 'is a replica that has lost its master', 'Try again when the master is back.'],
  NOREPLICAS: ['busy', 'has too few replicas to write', 'Try again when its replicas are back.'],
  READONLY: ['refused', 'is a read-only replica', 'Name the master in the URL of the store.'],
  OOM: ['refused', 'is full (maxmemory)', 'Give it more memory, or remove what nobody needs from it.'],
  MISCONF: [
    'refused',
    'cannot save to its disk and takes no changes',
    "Look at the server's log and free space on its disk.",
  ],
  NOAUTH: ['refused', 'asks for a password', rights],
  WRONGPASS: ['refused', 'does not accept the user and password', rights],
  NOPERM: ['refused', 'does not give this user the rights it needs', rights],
};

/** Node's codes for certificates that are not trusted. */
const certificates = /CERT|SIGNATURE|SELF_SIGNED|ERR_TLS|UNABLE_TO/;
const wrongProtocol = /ERR_SSL|EPROTO/;

/** The failure behind what a connection to the server `label` threw. Leaves errors of Signalbox as they are. */
export function toFailure(error: unknown, label: string): SignalboxError {
  if (error instanceof SignalboxError) return error;
  const { name, message, code } = error as { name: string; message: string; code?: string };
  // Without the error itself: the driver hangs the command on it, and that may be the one with the password.
  const cause = new Error(`${name}: ${message}`);
  const server = `The Redis server ${label}`;
  // The driver has followed the data from node to node for a while.
  if (name === 'ReplyError' || message.startsWith('Too many Cluster redirections')) {
    const word = /(?:^|\s)(?:-)?([A-Z]{3,})\b/.exec(message)?.[1] ?? '';
    const sentence = answers[word] ?? byMessage(message);
    if (sentence !== undefined) return new ServerFailure(sentence[0], `${server} ${sentence[1]}.`, sentence[2], cause);
    return new ServerFailure('refused', `${server} does not understand Signalbox.`, supported, cause);
  }
  if (code !== undefined && certificates.test(code)) {
    const next = 'Name its certificate authority with ?ca=PATH in the URL of the store.';
    return new ServerFailure('refused', `${server} shows a certificate that is not trusted.`, next, cause);
  }
  if (code !== undefined && wrongProtocol.test(code)) {
    const next = 'Use redis:// in the URL of the store for a server without TLS, rediss:// for one with it.';
    return new ServerFailure('refused', `${server} does not speak TLS.`, next, cause);
  }
  return lost(label, cause);
}

export function lost(label: string, cause?: unknown): ServerFailure {
  return new ServerFailure(
    'lost',
    `The Redis server ${label} cannot be reached.`,
    'Check that it runs and that the address in the URL of the store is right, then try again.',
    cause,
  );
}

const supported = 'Signalbox needs Redis 7.0 or newer, or Valkey.';

export function tooOld(label: string, version: string): ServerFailure {
  return new ServerFailure('refused', `The Redis server ${label} is too old: ${version}.`, supported);
}

export function closed(): SignalboxError {
  return new SignalboxError('unavailable', 'The store is closed.', 'Start Signalbox again.');
}

/** Others were quicker again and again, until the patience was over. */
export class Crowded extends ServerFailure {
  constructor() {
    super('busy', 'Too many others work on the project at once.', 'Try again in a moment.');
  }
}

/** The connection was lost while a commit was under way, and the server did not come back in time to be asked. */
export function outcomeUnknown(label: string, cause: unknown): SignalboxError {
  return new SignalboxError(
    'unavailable',
    `The Redis server ${label} was lost while it stored a change; it is not known whether the change was stored.`,
    'Look at the state when the server is back, before you do the same again.',
    { cause },
  );
}

function byMessage(message: string): Sentence | undefined {
  if (/non local key|do not hash to the same slot/.test(message)) return answers.TRYAGAIN;
  if (/invalid DB index|DB index is out of range|SELECT is not allowed/.test(message)) {
    return [
      'refused',
      'does not have the database that the URL names',
      'Leave the database out of the URL of the store.',
    ];
  }
  return undefined;
}
