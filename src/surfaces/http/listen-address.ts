/** Where a hub listens. */
import { SignalboxError } from '../../core/errors.ts';

/** The parts of `HOST:PORT`; without a host it is this machine. Errors: `invalid_input`. */
export function addressOf(text: string): { host: string; port: number } {
  const [, host = '', port = ''] = /^(?:(.+):)?(\d{1,5})$/.exec(text) ?? [];
  const number = Number(port);
  if (port !== '' && number <= 65_535) return { host: host.replace(/^\[(.*)\]$/, '$1') || '127.0.0.1', port: number };
  throw new SignalboxError(
    'invalid_input',
    `"${text.slice(0, 60)}" is no address to listen on.`,
    'Write HOST:PORT, such as 127.0.0.1:4720.',
  );
}
