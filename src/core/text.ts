/** Makes text from peers harmless: it ends up in terminals, in pages and in front of models. */
import { SignalboxError } from './errors.ts';

// CSI, OSC, DCS/SOS/PM/APC strings and two-character escapes of ECMA-48; 8-bit C1 forms included.
const escapeSequences =
  /(?:\u001b\[|\u009b)[0-?]*[ -/]*[@-~]|(?:\u001b\]|\u009d)[^\u0007\u001b\u009c]*(?:\u0007|\u001b\\|\u009c)?|(?:\u001b[PX^_]|[\u0090\u0098\u009e\u009f])[^\u001b\u009c]*(?:\u001b\\|\u009c)?|\u001b[ -/]*[0-~]?/g;
const controls = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;
// Direction overrides and invisible characters that hide or reorder text; the joiner U+200D stays, emoji need it.
const invisible =
  /[\u00ad\u061c\u180e\u200b\u200e\u200f\u2028\u2029\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]|\u034f|\udb40[\udc00-\udc7f]/g;
// Tags by which clients mark what is not the user's text. A peer must not be able to open or close one.
const wrappers =
  /^\s*\/?\s*(?:[\w-]*:)?(?:system|system-reminder|peer-message|signalbox-notice|peer-context|channel|function_calls|function_results|invoke|untrusted_context|user_query|ephemeral_message|hook_context|antml|tool[_-](?:use|result|call)|task-notification|user-prompt-submit-hook|local-command-(?:stdout|stderr|caveat)|command-(?:name|message|args)|bash-(?:input|stdout|stderr))(?:[\s>/:]|$)/i;
// Words that code uses as well (`List<Event>`): clients write their tags in small letters.
const commonWrappers =
  /^\s*\/?\s*(?:[\w-]*:)?(?:event|human|user|assistant|tools?|function|parameter|instructions?)(?:[\s>/]|$)/;
// `<|im_start|>` and its like separate turns for some models.
const turnMarks = /^\|[a-z_]+\|>/i;
/** What a tag's name may have between its letters without being seen; emoji and some scripts need it elsewhere. */
const joiners = /\u200c|\u200d|[\ufe00-\ufe0f]/g;
/** The longest beginning of a tag that is looked at. */
const tagCharacters = 80;

export interface CleanText {
  readonly text: string;
  /** True when something was taken out or escaped. */
  readonly changed: boolean;
}

/** Text of several lines as it may be stored and shown: no control characters, escapes or direction marks, wrapper tags escaped. */
export function cleanText(raw: string): CleanText {
  const lines = raw.toWellFormed().replaceAll('\r\n', '\n').replaceAll('\r', '\n');
  const text = lines
    .replace(escapeSequences, '')
    .replace(controls, '')
    .replace(invisible, '')
    .replace(/</g, (_bracket, at: number, whole: string) => (opensWrapper(whole, at) ? '&lt;' : '<'));
  return { text, changed: text !== raw.replaceAll('\r\n', '\n') };
}

function opensWrapper(text: string, at: number): boolean {
  const inside = text.slice(at + 1, at + 1 + tagCharacters).replace(joiners, '');
  return wrappers.test(inside) || commonWrappers.test(inside) || turnMarks.test(inside);
}

/** The same on one line. */
export function oneLine(raw: string): string {
  return cleanText(raw).text.replace(/\s+/g, ' ').trim();
}

/** One line for names, tasks, reasons. Refused when longer than `maxCharacters`, so that nothing is cut unseen. */
export function cleanLine(raw: string, field: string, maxCharacters: number): string {
  const text = oneLine(raw);
  if (text.length > maxCharacters) {
    throw new SignalboxError(
      'limit_exceeded',
      `${field} is ${text.length} characters long; the limit is ${maxCharacters}.`,
      `Shorten ${field} to at most ${maxCharacters} characters.`,
    );
  }
  return text;
}

/** A peer's words within a sentence of ours: between quotes that they cannot close, on one line. */
export function quoted(text: string): string {
  return `"${text.replace(/\s+/g, ' ').replaceAll('"', "'")}"`;
}

/**
 * Every text in an answer made harmless. Names of files, branches and clients come from others as well, and their exact form
 * matters inside; so this is done once on the way out, where nobody can forget it.
 */
export function cleanTexts(value: unknown): unknown {
  if (typeof value === 'string') return cleanText(value).text;
  if (Array.isArray(value)) return value.map(cleanTexts);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, cleanTexts(inner)]));
}

/** UTF-8 bytes of a text. */
export function byteLength(text: string): number {
  let bytes = 0;
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }
  return bytes;
}

/** A duration as a person says it: `40 s`, `12 min`, `3 h`. */
export function spokenDuration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 90) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 90 ? `${minutes} min` : `${Math.round(minutes / 60)} h`;
}

/** An instant for results: ISO 8601 in UTC, whole seconds. */
export function instant(at: number): string {
  return new Date(at).toISOString().replace(/\.\d{3}Z$/, 'Z');
}
