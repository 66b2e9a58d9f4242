/**
 * The forms of secrets: tokens as their issuers have made known, headers, and passwords in addresses. A form that hashes,
 * identifiers or placeholders share is left out. Every pattern has fixed text near its beginning, and all that repeats is bounded.
 */

/**
 * What people are told of a secret, and how it is found where it stands free; the group `secret` is what is masked, else the
 * whole match.
 */
export interface SecretForm {
  readonly kind: string;
  readonly pattern: RegExp;
  /** Looks closer at what the pattern found, beside placeholders; `match` is all of it, `groups` its named parts. */
  isSecret?(secret: string, match: string, groups: Readonly<Record<string, string | undefined>>): boolean;
  /** What stands in place of a secret in examples, where it is not what `isPlaceholder` takes for that. */
  isPlaceholder?(secret: string): boolean;
}

export const secretForms: readonly SecretForm[] = [
  { kind: 'Anthropic key', pattern: token('sk-ant-[A-Za-z0-9_-]{20,300}') },
  { kind: 'OpenRouter key', pattern: token('sk-or-v1-[0-9a-f]{40,100}') },
  { kind: 'OpenAI key', pattern: token('sk-(?:proj|svcacct|admin|None)-[A-Za-z0-9_-]{20,300}'), isSecret: isMixed },
  {
    kind: 'OpenAI key',
    pattern: token('sk-[A-Za-z0-9]{20,300}'),
    isSecret: text => /\d/.test(text) || text.length > 43,
  },
  { kind: 'Groq key', pattern: whole('gsk_[A-Za-z0-9]{48,60}'), isSecret: isMixed },
  { kind: 'xAI key', pattern: whole('xai-[A-Za-z0-9]{70,100}'), isSecret: isMixed },
  { kind: 'NVIDIA key', pattern: whole('nvapi-[\\w-]{60,80}'), isSecret: hasBothCases },
  { kind: 'Perplexity key', pattern: whole('pplx-[A-Za-z0-9]{48,56}'), isSecret: isMixed },
  { kind: 'Replicate token', pattern: whole('r8_[A-Za-z0-9]{37}'), isSecret: isMixed },
  { kind: 'Hugging Face token', pattern: token('hf_[A-Za-z0-9]{34,40}') },
  { kind: 'Signalbox token', pattern: whole('sbx_[0-9a-z]{10}_[0-9a-z]{52}') },
  { kind: 'GitHub token', pattern: token('gh[pousr]_[A-Za-z0-9]{30,255}') },
  { kind: 'GitHub token', pattern: token('github_pat_[A-Za-z0-9_]{22,255}') },
  {
    kind: 'GitLab token',
    pattern: token('gl(?:pat|ptt|dt|rt|cbt|soat|ft|agent|oas)-[\\w-]{20,300}(?:\\.[a-z0-9]{2}\\.[a-z0-9]{9})?'),
    isSecret: hasBothCases,
  },
  { kind: 'GitLab token', pattern: whole('GR1348941[\\w-]{20}'), isSecret: hasBothCases },
  { kind: 'Atlassian token', pattern: token('ATATT3x[\\w=-]{60,300}'), isSecret: isMixed },
  { kind: 'Atlassian token', pattern: whole('ATBB[A-Za-z0-9]{32}'), isSecret: isMixed },
  { kind: 'Linear key', pattern: whole('lin_(?:api|oauth)_[A-Za-z0-9]{32,80}') },
  { kind: 'Notion token', pattern: whole('ntn_[A-Za-z0-9]{40,60}'), isSecret: isMixed },
  { kind: 'Notion token', pattern: whole('secret_[A-Za-z0-9]{43}'), isSecret: isMixed },
  { kind: 'Figma token', pattern: whole('figd_[\\w-]{38,60}'), isSecret: hasBothCases },
  { kind: 'AWS key id', pattern: token('(?:AKIA|ASIA)[A-Z0-9]{16}') },
  {
    kind: 'AWS secret key',
    pattern: token(`secret_?access_?key\\\\?["']?\\s{0,4}[:=]\\s{0,4}\\\\?["']?(?<secret>[A-Za-z0-9/+]{40})`, 'i'),
  },
  { kind: 'Azure storage key', pattern: token('AccountKey=(?<secret>[A-Za-z0-9+/]{86}==)') },
  { kind: 'Google key', pattern: token('AIza[A-Za-z0-9_-]{35}') },
  { kind: 'Google token', pattern: token('(?:ya29\\.|GOCSPX-)[A-Za-z0-9_-]{20,300}') },
  { kind: 'DigitalOcean token', pattern: token('do[opr]_v1_[0-9a-f]{64}') },
  { kind: 'Databricks token', pattern: whole('dapi[0-9a-f]{32}(?:-\\d)?') },
  { kind: 'Supabase key', pattern: whole('sbp_[0-9a-f]{40}') },
  { kind: 'Supabase key', pattern: whole('sb_secret_[\\w-]{22,50}'), isSecret: hasBothCases },
  { kind: 'Vault token', pattern: token('hv[sbr]\\.[\\w-]{24,300}'), isSecret: hasBothCases },
  { kind: 'Doppler token', pattern: whole('dp\\.(?:pt|st|ct)\\.[A-Za-z0-9]{40,44}') },
  { kind: 'Grafana token', pattern: whole('glsa_[A-Za-z0-9]{32}_[0-9a-fA-F]{8}') },
  { kind: 'Docker token', pattern: whole('dckr_[po]at_[\\w-]{27,40}'), isSecret: hasBothCases },
  { kind: 'npm token', pattern: token('npm_[A-Za-z0-9]{36}') },
  { kind: 'PyPI token', pattern: token('pypi-[A-Za-z0-9_-]{50,300}'), isSecret: isMixed },
  { kind: 'RubyGems key', pattern: whole('rubygems_[0-9a-f]{48}') },
  { kind: 'Slack token', pattern: token('xox[abeoprs]-[A-Za-z0-9-]{10,250}'), isSecret: text => /\d/.test(text) },
  { kind: 'Slack token', pattern: token('xapp-\\d-[A-Z0-9]{6,20}-\\d{6,20}-[0-9a-f]{16,100}') },
  {
    kind: 'Slack webhook',
    pattern: token('hooks\\.slack\\.com/services/(?<secret>T[A-Z0-9]{6,15}/B[A-Z0-9]{6,15}/\\w{16,40})'),
  },
  {
    kind: 'Discord webhook',
    pattern: token('discord(?:app)?\\.com/api/(?:v\\d{1,2}/)?webhooks/\\d{17,20}/(?<secret>[\\w-]{60,80})'),
  },
  // The account's number in base 64, a time, and a signature.
  {
    kind: 'Discord token',
    pattern: whole('(?:M[DTjz]|N[DTjz]|O[DT])[A-Za-z0-9]{22,26}\\.[\\w-]{6}\\.[\\w-]{27,40}'),
    isSecret: hasBothCases,
  },
  // In the addresses of its interface it stands behind `bot`.
  { kind: 'Telegram token', pattern: whole('(?:bot)?(?<secret>\\d{8,10}:A[\\w-]{34})(?!-)'), isSecret: hasBothCases },
  { kind: 'Stripe key', pattern: token('[sr]k_live_[A-Za-z0-9]{16,250}') },
  { kind: 'Stripe key', pattern: token('whsec_[A-Za-z0-9+/]{24,100}={0,2}'), isSecret: hasBothCases },
  { kind: 'Shopify token', pattern: whole('shp(?:at|ss|ca|pa)_[0-9a-fA-F]{32}') },
  { kind: 'Square token', pattern: whole('sq0(?:atp|csp)-[\\w-]{22,43}'), isSecret: hasBothCases },
  { kind: 'SendGrid key', pattern: token('SG\\.[A-Za-z0-9_-]{16,30}\\.[A-Za-z0-9_-]{30,60}') },
  // So plain a form may be a part of any name: it must stand by itself.
  { kind: 'Mailgun key', pattern: /(?<=^|[\s"'`=:])key-[0-9a-f]{32}(?![\w-])/g, isSecret: text => /\d/.test(text) },
  { kind: 'age key', pattern: token('AGE-SECRET-KEY-1[A-Z0-9]{58}', 'i') },
  // So short a beginning stands in many words; the look behind it keeps long ones from being read again and again.
  {
    kind: 'JSON web token',
    pattern: token(
      '(?:(?<![A-Za-z0-9]{2})|(?<=%[0-9A-Fa-f]{2}|\\\\u[0-9A-Fa-f]{4}))eyJ[\\w-]{8,4000}\\.eyJ[\\w-]{8,8000}\\.[\\w-]{20,1000}',
    ),
  },
  {
    kind: 'authorization header',
    // What goes on behind it is a call or an index: code.
    pattern: token(
      `authorization\\\\?["']?\\s{0,4}[:=]\\s{0,4}\\\\?["'\`]?(?:bearer|basic|token)\\s{1,4}(?<secret>[\\w.~+/=-]{8,4000})(?![\\w.~+/=(\\[-])`,
      'i',
    ),
    isSecret: isCredential,
  },
  {
    kind: 'password in an address',
    pattern: token(
      `(?<scheme>[a-z][a-z0-9+.-]{1,20})://(?<user>[^\\s/?#:@"'<>]{0,100}):(?<secret>[^\\s/"'<>\`]{1,200})@(?=(?<host>\\[?[^\\s@:/?#"'<>]{1,100}))`,
      'i',
    ),
    isSecret: isPassword,
    isPlaceholder: isPlaceholderPassword,
  },
];

/** An AWS key id's other half stands beside it without a name of its own. */
export const awsSecret: SecretForm = {
  kind: 'AWS secret key',
  pattern: /(?<![A-Za-z0-9/+=])[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+=])/g,
  isSecret: isMixed,
};

/** What stands in examples: `sk-xxxx`, `AKIAIOSFODNN7EXAMPLE`, `your-token-here`. */
export function isPlaceholder(secret: string): boolean {
  return /x{6}|\*{3}|\.{3}|0{12}|example|placeholder|redacted|changeme|your[-_]?(?:api|token|key|secret|pass)/i.test(
    secret,
  );
}

export function isMixed(text: string): boolean {
  return hasBothCases(text) && /\d/.test(text);
}

function hasBothCases(text: string): boolean {
  return /[A-Z]/.test(text) && /[a-z]/.test(text);
}

/** A pattern that ends where its characters end. It begins with what is rare in texts, which is searched for fastest. */
function token(source: string, flags = ''): RegExp {
  return new RegExp(source, `g${flags}`);
}

/** The same for a form of known length: nothing that belongs to a longer text. */
function whole(source: string): RegExp {
  return token(`${source}(?![A-Za-z0-9_])`);
}

/** Not the name of where it comes from (`env.TOKEN`, `userToken`), nor a word such as `authentication`. */
function isCredential(secret: string, match: string): boolean {
  if (!/\d/.test(secret) && !hasBothCases(secret)) return false;
  if (/basic\s{1,4}\S+$/i.test(match)) return true;
  if (/^(?:process|import|env|config|settings|self|this|ctx|req)\./i.test(secret)) return false;
  return !secret.split(/[._]/).every(part => /^[A-Za-z]?[a-z]*(?:[A-Z][a-z]+)*[A-Z]{0,3}\d{0,2}$/.test(part));
}

/** Schemes in which what stands between colon and at sign is a version or a place. */
const placeSchemes = /^(?:s3|gs|file|vscode|docker|npm|jsr|pkg|oci)$/i;
const localHosts = /^(?:localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1\]?|host\.docker\.internal)$/i;
const knownDefaults =
  /^(?:postgres|mysql|mongo|redis|rabbitmq|minio|minioadmin|root|admin|guest|test|testing|dev|develop|development|local|docker|1234|12345|123456)$/i;

/** Not a variable, a port, or what everybody knows: a password that is the name, and what servers come with on one's own machine. */
function isPassword(secret: string, _match: string, { scheme = '', user = '', host = '' }): boolean {
  if (/^[$%{[*&]/.test(secret) || placeSchemes.test(scheme)) return false;
  if (user !== '' && (secret === user || /^\d{1,5}(?:,|$)/.test(secret))) return false;
  return !(localHosts.test(host) && knownDefaults.test(secret));
}

/** The whole of it is a word that stands for a password: one that merely holds such a word is a password. */
function isPlaceholderPassword(secret: string): boolean {
  return /^(?:x+|\.+|\*+|…|pass|password|passwd|passphrase|pwd|pw|secret|changeme|example|placeholder|redacted|(?:your|my)[-_]?(?:password|passwd|pass|pwd|secret))$/i.test(
    secret,
  );
}
