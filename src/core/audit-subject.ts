/** What a call is about, for the audit: by the names that its input gives, and never by a text. */
import { limits } from './limits.ts';
import { cleanText } from './text.ts';

/** Fields that name something, in every vocabulary; what people wrote stands in others. */
const naming = [
  ...['paths', 'resources', 'resource', 'pools', 'file', 'files', 'uri'],
  ...['to', 'session', 'handle', 'group', 'partnerId', 'conversation', 'entry', 'scope', 'key'],
];

/** The names in the order of the fields above, as far as there is room; null for a call that names nothing. */
export function subjectOf(input: unknown): string | null {
  if (typeof input !== 'object' || input === null) return null;
  const given = input as Readonly<Record<string, unknown>>;
  const names = naming.flatMap(field => (Object.hasOwn(given, field) ? namesIn(given[field]) : []));
  return names.join(', ').slice(0, limits.auditNameCharacters) || null;
}

function namesIn(value: unknown): string[] {
  const all = Array.isArray(value) ? value.slice(0, limits.auditNameCharacters) : [value];
  const texts = all.filter(each => typeof each === 'string').map(each => each.slice(0, limits.auditNameCharacters));
  return texts.map(each => cleanText(each).text.replaceAll('\n', ' ')).filter(each => each !== '');
}
