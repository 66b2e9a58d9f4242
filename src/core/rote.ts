/** What is said by rote: short, and naming nothing that was not named before. A guess that needs no knowledge of any language. */
import { limits } from './limits.ts';

/** `src/a.ts`, `user_id`, `lockAcquire`, `4f1c2ab`: such words point at the work. */
const naming = /[\p{L}\p{N}][/._@][\p{L}\p{N}]|\p{Ll}\p{Lu}|^[0-9a-f]{7,40}$/u;
const letter = /\p{L}/u;

/** Whether a text says something of substance after others: it is long, or names something that they did not. */
export function isWork(text: string, earlier: readonly string[]): boolean {
  if (isLong(text)) return true;
  const known = new Set(earlier.flatMap(namesIn));
  return namesIn(text).some(name => !known.has(name));
}

/** Whether nearly all of these texts, the oldest first, were said by rote. */
export function isMostlyRote(texts: readonly string[]): boolean {
  const known = new Set<string>();
  let work = 0;
  for (const text of texts) {
    const fresh = namesIn(text).filter(name => !known.has(name));
    if (isLong(text) || fresh.length > 0) work += 1;
    for (const name of fresh) known.add(name);
  }
  return work * 100 <= texts.length * limits.roteWorkPercent;
}

function isLong(text: string): boolean {
  return text.length > limits.roteCharacters;
}

/** Long texts are not looked through: they count without. */
function namesIn(text: string): string[] {
  if (isLong(text)) return [];
  const words = text.split(/[\s,;:!?"'`()<>[\]{}]+/).map(word => word.replace(/[./]+$/, ''));
  return words.filter(word => naming.test(word) && letter.test(word)).map(word => word.toLowerCase());
}
