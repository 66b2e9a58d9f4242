/** Hooks may be in any encoding, or no text at all: they are read and written as texts with one character for each byte. */

const atOnce = 8_192;

export function textOfBytes(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += atOnce) text += String.fromCharCode(...bytes.subarray(at, at + atOnce));
  return text;
}

export function bytesOfText(text: string): Uint8Array {
  return Uint8Array.from(text, character => character.charCodeAt(0));
}

/** Words of ours, which may hold any character, in UTF-8 as such a text. */
export function inUtf8(words: string): string {
  return textOfBytes(new TextEncoder().encode(words));
}

export function isSameBytes(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, at) => byte === other[at]);
}
