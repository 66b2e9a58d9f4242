/** How stored data looks to a person. */
import { cleanText } from '../../core/text.ts';
import { oneLine, table, wrap } from './layout.ts';
import type { Look } from './message-look.ts';
import { ago, counted } from './spoken.ts';

type Own = (text: string) => string;

interface ShownKey {
  readonly scope: string;
  readonly key: string;
  readonly revision: number;
  readonly bytes: number;
  readonly author: string;
  readonly updatedAt: string;
}

interface Found {
  readonly found: boolean;
  readonly value?: unknown;
  readonly revision?: number;
  readonly author?: string;
  readonly updatedAt?: string;
}

interface Listed {
  readonly scopes?: readonly { readonly scope: string; readonly keys: number }[];
  readonly keys?: readonly ShownKey[];
  readonly more?: boolean;
}

export const dataRenderers = {
  /** A text is shown as it is, anything else as JSON. */
  data_get(out: Found, { style, columns, now }: Look): string {
    if (!out.found) return 'There is no such key.\n';
    const value = typeof out.value === 'string' ? out.value : JSON.stringify(out.value, null, 2);
    const facts = `revision ${out.revision} · ${oneLine(out.author ?? '')} · ${ago(out.updatedAt ?? now, now)}`;
    return `${wrap(cleanText(value).text, columns).join('\n')}\n${style.quiet(facts)}\n`;
  },

  data_list(out: Listed, look: Look, own: Own): string {
    if ((out.scopes ?? out.keys ?? []).length === 0) return 'Nothing is stored there.\n';
    const rest = own('There are more: name a scope and a pattern to narrow it down.');
    return (out.scopes ? scopeTable(out.scopes, look) : keyTable(out.keys ?? [], look)) + (out.more ? `${rest}\n` : '');
  },

  data_delete(out: { scope: string; deleted: number; keys: readonly string[] }): string {
    if (out.deleted === 0) return `Nothing to delete in ${oneLine(out.scope)}.\n`;
    const left = out.deleted - out.keys.length;
    const names = out.keys.map(oneLine).join(', ') + (left > 0 ? ` and ${left} more` : '');
    return `Deleted ${counted(out.deleted, 'key')} from ${oneLine(out.scope)}: ${names}\n`;
  },
};

function scopeTable(scopes: NonNullable<Listed['scopes']>, { style, columns }: Look): string {
  const rows = scopes.map(({ scope, keys }) => [scope, String(keys)]);
  return table(
    [{ title: 'SCOPE', gives: 'middle', paint: style.strong }, { title: 'KEYS' }],
    rows,
    style.quiet,
    columns,
  );
}

function keyTable(keys: readonly ShownKey[], { style, columns, now }: Look): string {
  return table(
    [
      { title: 'SCOPE', gives: 'middle', mayGo: true },
      { title: 'KEY', gives: 'middle', paint: style.strong },
      { title: 'REVISION' },
      { title: 'BYTES' },
      { title: 'BY', paint: style.name },
      { title: 'SET', paint: style.quiet },
    ],
    keys.map(key => [key.scope, key.key, String(key.revision), String(key.bytes), key.author, ago(key.updatedAt, now)]),
    style.quiet,
    columns,
  );
}
