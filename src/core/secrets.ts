/** Masks what is plainly a secret in a text that others will read. Time grows with the length of the text only. */
import { privateKeyParts } from './private-keys.ts';
import { awsSecret, isPlaceholder, type SecretForm, secretForms } from './secret-forms.ts';

export interface MaskedText {
  readonly text: string;
  /** What was masked, each kind once, such as `GitHub token`. */
  readonly found: readonly string[];
}

/**
 * Replaces every secret by its kind and, of a long one, its last four characters: `[masked: GitHub token …a1b2]`. The rest of
 * the text stays as it is; a masked text has nothing more to mask. A JSON text stays JSON: no quote and no escape is torn.
 */
export function maskSecrets(raw: string): MaskedText {
  const found = new Set<string>();
  let text = withoutPrivateKeys(raw, found);
  for (const form of secretForms) text = masked(text, form, found);
  if (found.has('AWS key id')) text = masked(text, awsSecret, found);
  return { text, found: [...found] };
}

function withoutPrivateKeys(text: string, found: Set<string>): string {
  const kept: string[] = [];
  let at = 0;
  for (const { from, to } of privateKeyParts(text)) {
    kept.push(text.slice(at, from), '[masked: private key]');
    found.add('private key');
    at = to;
  }
  return kept.join('') + text.slice(at);
}

function masked(text: string, form: SecretForm, found: Set<string>): string {
  const { kind, pattern } = form;
  const kept: string[] = [];
  let at = 0;
  pattern.lastIndex = 0;
  for (let match = pattern.exec(text); match; match = pattern.exec(text)) {
    const [whole] = match;
    if (!standsFree(text, match.index)) {
      pattern.lastIndex = match.index + 1;
      continue;
    }
    const groups = match.groups ?? {};
    const secret = groups.secret ?? whole;
    if ((form.isPlaceholder ?? isPlaceholder)(secret) || form.isSecret?.(secret, whole, groups) === false) continue;
    found.add(kind);
    const from = match.index + whole.lastIndexOf(secret);
    kept.push(text.slice(at, from), maskOf(kind, secret));
    at = from + secret.length;
  }
  return kept.length === 0 ? text : kept.join('') + text.slice(at);
}

/**
 * Whether no letter or digit stands before a place, unless it belongs to an escape (`\n`, `\u003d`, `%3D`), and whether the place
 * is in no escape itself, as the `n` of `\npm_`.
 */
function standsFree(text: string, at: number): boolean {
  const before = text.slice(Math.max(0, at - 6), at);
  if (/(?:^|[^\\])(?:\\\\)*\\$/.test(before)) return !/[bfnrtu]/.test(text[at] ?? '');
  return !/[A-Za-z0-9]$/.test(before) || /(?:\\[nrt]|\\u[0-9a-f]{4}|%[0-9a-f]{2})$/i.test(before);
}

/** Four characters tell two tokens apart and give nothing away; of something short they would. */
function maskOf(kind: string, secret: string): string {
  const tail = /[\w-]{4}$/.exec(secret)?.[0];
  return tail === undefined || secret.length < 20 ? `[masked: ${kind}]` : `[masked: ${kind} …${tail}]`;
}
