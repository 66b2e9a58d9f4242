/** Reading what a request brings, within bounds. */
import { limits } from '../../core/limits.ts';
import { isNestedDeeper } from '../../core/nesting.ts';
import { refused } from './problem.ts';

/** The request without its body, which was read: what stands in it is handed over beside. */
export function bare(request: globalThis.Request): globalThis.Request {
  const { method, url, headers, signal } = request;
  return new globalThis.Request(url, { method, headers, signal });
}

/** The number of an event. Errors: `invalid_input`. */
export function cursorIn(text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw refused(
    'invalid_input',
    400,
    'The cursor is no number of an event.',
    'Send the id of the last one that you have.',
  );
}

/** The JSON of a body; nothing for an empty one. */
export async function bodyOf(request: globalThis.Request): Promise<unknown> {
  const type = request.headers.get('content-type') ?? '';
  const text = await textOf(request);
  if (text === '') return undefined;
  if (!/^application\/json *(?:;|$)/i.test(type)) {
    throw refused('invalid_input', 415, 'The body is not said to be JSON.', 'Send Content-Type: application/json.');
  }
  const parsed = json(text);
  if (isNestedDeeper(parsed, limits.hubNestingLevels)) {
    throw refused(
      'invalid_input',
      400,
      'The body is nested too deep.',
      `Send at most ${limits.hubNestingLevels} levels.`,
    );
  }
  return parsed;
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw refused('invalid_input', 400, 'The body is no JSON.', 'Send one JSON object.');
  }
}

async function textOf({ body }: globalThis.Request): Promise<string> {
  if (!body) return '';
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of whole(body as unknown as AsyncIterable<Uint8Array>)) {
    bytes += piece.byteLength;
    if (bytes > limits.hubBodyBytes) {
      throw refused(
        'limit_exceeded',
        413,
        `The body has more than ${limits.hubBodyBytes} bytes.`,
        'Send less at once.',
      );
    }
    pieces.push(piece);
  }
  return utf8(Buffer.concat(pieces));
}

/** A letter of another encoding would become one that stands for none: a lock on a file that there is not. */
function utf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw refused('invalid_input', 400, 'The body is not in UTF-8.', 'Send it in UTF-8 (RFC 8259).');
  }
}

/** A body, or a refusal that nobody hears: whoever sent half of it has gone, and that is no error of ours. */
async function* whole(body: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  try {
    yield* body;
  } catch {
    throw refused('invalid_input', 400, 'The body ended too early.', 'Send it again.');
  }
}
