/**
 * Masks what is plainly a secret in a text that others will read: private keys and tokens whose form their issuers have made
 * known. A form that hashes, identifiers or placeholders share is left alone. Time grows with the length of the text only:
 * every pattern begins with a fixed text, and all that repeats in it has a bound.
 */

/** What people are told of a secret, and how it is found; the group `secret` is what is masked, else the whole match. */
interface Form {
  readonly kind: string;
  readonly pattern: RegExp;
  /** Looks closer at what the pattern found; `match` is all of it. */
  isSecret?(secret: string, match: string): boolean;
}

export interface MaskedText {
  readonly text: string;
  /** What was masked, each kind once, such as `GitHub token`. */
  readonly found: readonly string[];
}

const forms: readonly Form[] = [
  { kind: 'Anthropic key', pattern: token('sk-ant-[A-Za-z0-9_-]{20,300}') },
  { kind: 'OpenRouter key', pattern: token('sk-or-v1-[0-9a-f]{40,100}') },
  { kind: 'OpenAI key', pattern: token('sk-(?:proj|svcacct|admin|None)-[A-Za-z0-9_-]{20,300}'), isSecret: isMixed },
  {
    kind: 'OpenAI key',
    pattern: token('sk-[A-Za-z0-9]{20,300}'),
    isSecret: text => /\d/.test(text) || text.length > 43,
  },
  { kind: 'GitHub token', pattern: token('gh[pousr]_[A-Za-z0-9]{30,255}') },
  { kind: 'GitHub token', pattern: token('github_pat_[A-Za-z0-9_]{22,255}') },
  {
    kind: 'GitLab token',
    pattern: token('gl(?:pat|ptt|dt|rt|cbt|soat|ft|agent|oas)-[A-Za-z0-9_-]{20,300}(?:\\.[a-z0-9]{2}\\.[a-z0-9]{9})?'),
  },
  { kind: 'AWS key id', pattern: token('(?:AKIA|ASIA)[A-Z0-9]{16}') },
  { kind: 'Slack token', pattern: token('xox[abeoprs]-[A-Za-z0-9-]{10,250}'), isSecret: text => /\d/.test(text) },
  { kind: 'Slack token', pattern: token('xapp-\\d-[A-Z0-9]{6,20}-\\d{6,20}-[0-9a-f]{16,100}') },
  {
    kind: 'Slack webhook',
    pattern: token('hooks\\.slack\\.com/services/(?<secret>T[A-Z0-9]{6,15}/B[A-Z0-9]{6,15}/\\w{16,40})'),
  },
  { kind: 'Stripe key', pattern: token('[sr]k_live_[A-Za-z0-9]{16,250}') },
  { kind: 'npm token', pattern: token('npm_[A-Za-z0-9]{36}') },
  { kind: 'PyPI token', pattern: token('pypi-[A-Za-z0-9_-]{50,300}'), isSecret: isMixed },
  { kind: 'Google key', pattern: token('AIza[A-Za-z0-9_-]{35}') },
  { kind: 'Google token', pattern: token('(?:ya29\\.|GOCSPX-)[A-Za-z0-9_-]{20,300}') },
  { kind: 'SendGrid key', pattern: token('SG\\.[A-Za-z0-9_-]{16,30}\\.[A-Za-z0-9_-]{30,60}') },
  { kind: 'Hugging Face token', pattern: token('hf_[A-Za-z0-9]{34,40}') },
  { kind: 'DigitalOcean token', pattern: token('do[opr]_v1_[0-9a-f]{64}') },
  { kind: 'Vault token', pattern: token('hvs\\.[A-Za-z0-9_-]{24,200}') },
  { kind: 'age key', pattern: token('AGE-SECRET-KEY-1[A-Z0-9]{58}') },
  { kind: 'Azure storage key', pattern: token('AccountKey=(?<secret>[A-Za-z0-9+/]{86}==)') },
  {
    kind: 'AWS secret key',
    pattern: token(`secret_?access_?key\\\\?["']?\\s{0,4}[:=]\\s{0,4}\\\\?["']?(?<secret>[A-Za-z0-9/+]{40})`, 'i'),
  },
  { kind: 'JSON web token', pattern: token('eyJ[\\w-]{8,4000}\\.eyJ[\\w-]{8,8000}\\.[\\w-]{20,1000}') },
  {
    kind: 'authorization header',
    pattern: token(
      `authorization\\\\?["']?\\s{0,4}[:=]\\s{0,4}\\\\?["']?(?:bearer|basic|token)\\s{1,4}(?<secret>[\\w.~+/=-]{8,4000})`,
      'i',
    ),
    isSecret: isCredential,
  },
  {
    kind: 'password in an address',
    pattern: token('[a-z][a-z0-9+.-]{1,20}://[^\\s/?#:@"\'<>]{0,100}:(?<secret>[^\\s/"\'<>`]{1,200})@(?=[^\\s@])', 'i'),
    isSecret: isPassword,
  },
];

/** An access key's other half stands beside it without a name of its own. */
const awsSecret: Form = {
  kind: 'AWS secret key',
  pattern: /(?<![A-Za-z0-9/+=])[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+=])/g,
  isSecret: isMixed,
};

/**
 * Replaces every secret by its kind and, of a long one, its last four characters: `[masked: GitHub token …a1b2]`. The rest of
 * the text stays as it is; a masked text has nothing more to mask.
 */
export function maskSecrets(raw: string): MaskedText {
  const found = new Set<string>();
  let text = withoutPrivateKeys(raw, found);
  for (const form of forms) text = masked(text, form, found);
  if (found.has('AWS key id')) text = masked(text, awsSecret, found);
  return { text, found: [...found] };
}

/** A pattern that stands free of letters and digits before it, and ends where its characters end. */
function token(source: string, flags = ''): RegExp {
  return new RegExp(`(?<![A-Za-z0-9])${source}`, `g${flags}`);
}

function masked(text: string, { kind, pattern, isSecret }: Form, found: Set<string>): string {
  return text.replace(pattern, (match: string, ...rest: unknown[]) => {
    const groups = rest.at(-1);
    const secret = typeof groups === 'object' && groups !== null ? (groups as { secret: string }).secret : match;
    if (isPlaceholder(secret) || isSecret?.(secret, match) === false) return match;
    found.add(kind);
    const at = match.lastIndexOf(secret);
    return match.slice(0, at) + maskOf(kind, secret) + match.slice(at + secret.length);
  });
}

/** Four characters tell two tokens apart and give nothing away; of something short they would. */
function maskOf(kind: string, secret: string): string {
  const tail = /[\w-]{4}$/.exec(secret)?.[0];
  return tail === undefined || secret.length < 20 ? `[masked: ${kind}]` : `[masked: ${kind} …${tail}]`;
}

/** What stands in examples: `sk-xxxx`, `AKIAIOSFODNN7EXAMPLE`, `your-token-here`. */
function isPlaceholder(secret: string): boolean {
  return /x{6}|\*{3}|\.{3}|0{12}|example|placeholder|redacted|changeme|your[-_]?(?:api|token|key|secret|pass)/i.test(
    secret,
  );
}

function isMixed(secret: string): boolean {
  return /[A-Z]/.test(secret) && /[a-z]/.test(secret) && /\d/.test(secret);
}

/** Not the name of where it comes from, nor a word such as `authentication`. */
function isCredential(secret: string): boolean {
  if (/^(?:process|import|env|config|settings|self|this|ctx|req)\./i.test(secret)) return false;
  return /\d/.test(secret) || (/[a-z]/.test(secret) && /[A-Z]/.test(secret));
}

/** Not a variable, and not `user:password` as manuals write it. */
function isPassword(secret: string, match: string): boolean {
  if (/^[$%{[*&]/.test(secret) || /^(?:x+|\.+)$/i.test(secret)) return false;
  return !/:\/\/(?:user|username|name|me|someone):(?:pass|password|passwd|pwd|secret|pw)@$/i.test(match);
}

const keyBegin = /-----BEGIN (?:[A-Z0-9]{1,12} ){0,3}PRIVATE KEY(?: BLOCK)?-----/g;
const keyEnd = '-----END ';
/** How far behind its first line a key's headers may reach. */
const headerCharacters = 300;

/** Masks the inside of each private key, to its last line or, where that is missing, as far as it goes on like a key. */
function withoutPrivateKeys(text: string, found: Set<string>): string {
  const kept: string[] = [];
  let [from, ending] = [0, text.indexOf(keyEnd)];
  for (const begin of text.matchAll(keyBegin)) {
    const start = begin.index + begin[0].length;
    if (start < from) continue;
    if (ending >= 0 && ending < start) ending = text.indexOf(keyEnd, start);
    const first = /[A-Za-z0-9+/=]{40}/.exec(text.slice(start, start + headerCharacters));
    if (!first || isPlaceholder(first[0]) || (ending >= 0 && ending < start + first.index)) continue;
    const end = ending >= 0 ? ending : pastKey(text, start + first.index);
    kept.push(text.slice(from, start), '[masked: private key]');
    found.add('private key');
    from = end;
  }
  return kept.join('') + text.slice(from);
}

function pastKey(text: string, from: number): number {
  const body = /[A-Za-z0-9+/=\s\\]*/y;
  body.lastIndex = from;
  return from + (body.exec(text)?.[0].length ?? 0);
}
