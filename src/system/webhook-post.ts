/** The port `WebhookPost` on the HTTP clients of Node: an address is judged where it is used, so that no name leads elsewhere in between. */
import { lookup } from 'node:dns';
import { request as plain } from 'node:http';
import { request as encrypted } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { limits } from '../core/limits.ts';
import type { PostAnswer, Posting, WebhookPost } from '../core/webhook-port.ts';
import { deadline } from './deadline.ts';
import { isAllowed, type Reach } from './webhook-address.ts';

interface Address {
  readonly address: string;
  readonly family: number;
}

/** Finds the addresses of a name; rejects for one that nobody knows. */
export type Resolve = (host: string) => Promise<readonly Address[]>;

/** Unless internal addresses are allowed, only public ones over HTTPS are; over plain HTTP never any but this machine's. */
export function createWebhookPost(
  mayBeInternal: boolean,
  resolve: Resolve = resolved,
  withinMs: number = limits.webhookPostMs,
): WebhookPost {
  const reachOf = ({ protocol }: URL): Reach => {
    if (protocol === 'http:') return 'loopback';
    return mayBeInternal ? 'any' : 'public';
  };
  const isOpen = (url: URL) => url.protocol === 'https:' || (url.protocol === 'http:' && mayBeInternal);
  return {
    async refusal(text) {
      const url = new URL(text);
      if (!isOpen(url)) return notEncrypted;
      try {
        await judged(hostOf(url), reachOf(url), resolve);
        return null;
      } catch (error) {
        return `${capital(reasonOf(error))}.`;
      }
    },
    async post(posting, signal) {
      const url = new URL(posting.url);
      const reach = reachOf(url);
      if (!isOpen(url)) return { status: null, failure: 'its address is not encrypted' };
      // A numeric address is looked up by nobody.
      if (isIP(hostOf(url)) !== 0 && !isAllowed(hostOf(url), reach)) return { status: null, failure: internal };
      try {
        return await exchanged(posting, url, { lookup: lookupOf(reach, resolve), withinMs, signal });
      } catch (error) {
        return { status: null, failure: reasonOf(error) };
      }
    },
  };
}

const notEncrypted = 'Its address is not encrypted.';

interface Way {
  readonly lookup: LookupFunction;
  readonly withinMs: number;
  readonly signal: AbortSignal | undefined;
}

function exchanged({ headers, body }: Posting, url: URL, { lookup, withinMs, signal }: Way): Promise<PostAnswer> {
  return new Promise((resolve, reject) => {
    const begin = url.protocol === 'https:' ? encrypted : plain;
    const request = begin(url, {
      method: 'POST',
      headers: { ...headers, 'content-length': Buffer.byteLength(body), 'user-agent': 'Signalbox' },
      // A connection of its own: one that is kept was judged at another moment.
      agent: false,
      lookup,
      ...(signal ? { signal } : {}),
    });
    const over = deadline(withinMs, () => request.destroy(new Unreached('no answer came in time')));
    request.on('error', reject);
    request.on('close', over);
    request.on('response', response => {
      const head = { status: response.statusCode ?? 0, retryAfter: response.headers['retry-after'] ?? null };
      const heard = () => {
        resolve(head);
        request.destroy();
      };
      let bytes = 0;
      response.on('data', (piece: Buffer) => {
        bytes += piece.length;
        if (bytes > limits.webhookAnswerBytes) heard();
      });
      // Whatever becomes of the rest: the receiver has answered.
      for (const end of ['end', 'error', 'close'] as const) response.on(end, heard);
    });
    request.end(body);
  });
}

/** Gives a connection the addresses that were judged, and no other. */
function lookupOf(reach: Reach, resolve: Resolve): LookupFunction {
  return (host, options, callback) => {
    judged(host, reach, resolve).then(
      ([first, ...more]) => {
        if (options.all) callback(null, [first, ...more]);
        else callback(null, first.address, first.family);
      },
      error => callback(error as NodeJS.ErrnoException, '', 0),
    );
  };
}

/** Why something cannot be reached, in words that may be shown. */
class Unreached extends Error {}

const internal = 'its address is an internal one';

async function judged(host: string, reach: Reach, resolve: Resolve): Promise<[Address, ...Address[]]> {
  const found = isIP(host) === 0 ? await resolve(host) : [{ address: host, family: isIP(host) }];
  const [first, ...more] = found;
  if (first === undefined) throw new Unreached('its name is not known');
  // One that leads to both would lead to either.
  if (!found.every(({ address }) => isAllowed(address, reach))) throw new Unreached(internal);
  return [first, ...more];
}

function resolved(host: string): Promise<readonly Address[]> {
  return new Promise((done, failed) => {
    lookup(host, { all: true }, (error, addresses) => (error ? failed(error) : done(addresses)));
  });
}

function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[(.*)\]$/, '$1');
}

/** A half sentence that names no address: those of chats are secrets, and those of a network are nobody's business. */
function reasonOf(error: unknown): string {
  if (error instanceof Unreached) return error.message;
  const { code = 'unknown' } = error as NodeJS.ErrnoException;
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return 'its name is not known';
  if (/CERT|TLS|SSL|VERIFY|ISSUER/.test(code)) return `its certificate is not trusted (${code})`;
  return `it cannot be reached (${code})`;
}

function capital(sentence: string): string {
  return sentence.slice(0, 1).toUpperCase() + sentence.slice(1);
}
