/** Addresses of webhooks: which are taken, and how they are shown. Where they lead on the network is judged when they are used. */
import { SignalboxError } from './errors.ts';
import { limits } from './limits.ts';

/** The address as it is kept. Errors: `invalid_input`, which never repeats it. */
export function webhookUrl(raw: string, mayBeInternal: boolean): string {
  const url = parsed(raw.trim());
  if (url === null) {
    throw refused('It is no address.', 'Give one such as https://example.com/hooks.');
  }
  if (url.href.length > limits.webhookUrlCharacters) {
    throw refused(`It has more than ${limits.webhookUrlCharacters} characters.`, 'Use a shorter one.');
  }
  if (url.username !== '' || url.password !== '') {
    throw refused('It holds a name or password.', 'Leave them out: receivers know the hub by its signature.');
  }
  if (url.protocol === 'http:' && !mayBeInternal) {
    throw refused(
      'It is not encrypted.',
      'Use https; http is taken for this machine alone, with SIGNALBOX_HUB_WEBHOOKS_INTERNAL=on for this command and the hub.',
    );
  }
  if (url.protocol !== 'https:' && url.protocol !== 'http:') throw refused('It is no web address.', 'Use https.');
  url.hash = '';
  return url.href;
}

/** What may be shown of an address: where it leads, and nothing of its path and query, which may be a secret. */
export function shownUrl(url: string): string {
  const origin = parsed(url)?.origin ?? '';
  return parsed(url)?.href === `${origin}/` ? `${origin}/` : `${origin}/…`;
}

function parsed(text: string): URL | null {
  try {
    return new URL(text);
  } catch {
    return null;
  }
}

function refused(why: string, next: string): SignalboxError {
  return new SignalboxError('invalid_input', `This address cannot be used. ${why}`, next);
}
