/** Names of what is locked: other vocabularies take any text, ours letters, digits and a few signs. What fits is the same in both. */

/** What ours takes as it is, but for words that mean something of their own there. */
const plain = /^(?!file:|pool:|text:)[\p{L}\p{N}][\p{L}\p{M}\p{N}._:/@#+-]*$/iu;
const prefix = 'text:';

/** The native name of a text; a path of a file there stays as it is. */
export function nativeName(text: string): string {
  if (plain.test(text)) return text;
  const encoded = [...text].map(character =>
    /[\p{L}\p{N}._:/@#-]/u.test(character) ? character : `+${hex(character)}+`,
  );
  return prefix + encoded.join('');
}

/** The text that a lock was asked for by. */
export function foreignText(name: string): string {
  if (name.startsWith('file:')) return name.slice('file:'.length);
  if (!name.startsWith(prefix)) return name;
  return name
    .slice(prefix.length)
    .replace(/\+([0-9a-f]+)\+/g, (whole, code: string) => character(Number.parseInt(code, 16)) ?? whole);
}

/** A native session may have made up a name of that form. */
function character(code: number): string | undefined {
  return code <= 0x10ffff ? String.fromCodePoint(code) : undefined;
}

/** Files that are known by their whole names. */
const wellKnown = /^(?:makefile|dockerfile|gemfile|rakefile|procfile|jenkinsfile|justfile|license|readme|codeowners)$/i;

/**
 * Whether a text that is to be locked is the path of a file. By its spelling alone: what lies on some disk at the moment must not make two
 * resources of one text.
 */
export function isPathLike(text: string): boolean {
  if (/^(?:[\\/]|[A-Za-z]:[\\/]|\.{1,2}[\\/])/.test(text)) return true;
  const [first = '', ...rest] = text.split(/[\\/]/);
  if (rest.length > 0) return !first.includes(':');
  return wellKnown.test(text) || /^\.[^.]/.test(text) || /^[^:]+\.[A-Za-z][A-Za-z0-9]{0,9}$/.test(text);
}

function hex(character: string): string {
  return (character.codePointAt(0) ?? 0).toString(16);
}
