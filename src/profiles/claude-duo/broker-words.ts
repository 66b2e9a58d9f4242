/** Reading what requests to the broker of claude-duo bring. */

/** A request that does not fit: answered with 400 and its message. */
export class Misspelled extends Error {}

/** The text of a field; null where it is missing or empty. */
export function textIn(body: Readonly<Record<string, unknown>>, field: string): string | null {
  const value = body[field];
  if (value === undefined || value === null || value === '') return null;
  if (typeof value === 'string') return value;
  throw new Misspelled(`${field} is no text`);
}

/** The texts of fields that have to be there. */
export function needed<F extends string>(
  body: Readonly<Record<string, unknown>>,
  ...fields: readonly F[]
): Readonly<Record<F, string>> {
  const texts = fields.map(field => [field, textIn(body, field)] as const);
  if (texts.some(([, text]) => text === null || text.trim() === '')) {
    throw new Misspelled(`${fields.join(' and ')} required`);
  }
  return Object.fromEntries(texts) as Record<F, string>;
}

export function switchIn(body: Readonly<Record<string, unknown>>, field: string): boolean {
  const value = body[field];
  if (typeof value === 'boolean') return value;
  if (value === 0 || value === 1) return value === 1;
  throw new Misspelled(`${field} is neither true nor false`);
}

/** Minutes behind a question mark; null for the default, also where it is no number. */
export function minutesIn(text: string | undefined): number | null {
  const minutes = Number.parseFloat(text ?? '');
  return Number.isFinite(minutes) ? minutes : null;
}

/** A positive whole number; null for the default. */
export function limitIn(text: string | undefined): number | null {
  const limit = Number.parseInt(text ?? '', 10);
  return limit >= 1 ? limit : null;
}
