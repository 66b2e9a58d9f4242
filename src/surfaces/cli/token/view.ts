/** Tokens as people see them: never their secrets. */
import { instant } from '../../../core/text.ts';
import type { TokenRecord } from '../../../core/token-record.ts';
import { type Column, fieldLines, table } from '../layout.ts';
import type { Page } from '../renderers.ts';

export type ShownToken = Omit<TokenRecord, 'hash' | 'former'> & {
  readonly state: 'active' | 'revoked' | 'expired';
};

const when = (at: number | null, never: string) => (at === null ? never : instant(at));

const headings: readonly Column[] = [
  { title: 'name' },
  { title: 'role' },
  { title: 'state' },
  { title: 'for', gives: 'end' },
  { title: 'created', mayGo: true },
  { title: 'last used', mayGo: true },
];

export function tableText(tokens: readonly ShownToken[], { style, columns }: Page): string {
  if (tokens.length === 0) return `No tokens. Make one: ${style.name('signalbox token create NAME --role admin')}\n`;
  const rows = tokens.map(({ name, role, state, projects, createdAt, usedAt }) => [
    name,
    role,
    state,
    projects.length === 0 ? 'all projects' : projects.join(', '),
    instant(createdAt),
    when(usedAt, 'never'),
  ]);
  return table(headings, rows, style.quiet, columns);
}

export function fieldsText(token: ShownToken, { style }: Page): string {
  const { name, id, role, state, projects, tools, notes, createdAt, expiresAt, revokedAt, rotatedAt, usedAt } = token;
  const fields: readonly (readonly [string, string])[] = [
    ['name', name],
    ['id', id],
    ['role', role],
    ['state', state],
    ['projects', projects.length === 0 ? 'all' : projects.join(', ')],
    ['tools', tools.length === 0 ? 'all of its role' : tools.join(', ')],
    ['created', instant(createdAt)],
    ['ends', when(expiresAt, 'never')],
    ...(rotatedAt === null ? [] : [['rotated', instant(rotatedAt)] as const]),
    ...(revokedAt === null ? [] : [['revoked', instant(revokedAt)] as const]),
    ['last used', when(usedAt, 'never')],
    ...(notes === null ? [] : [['notes', notes] as const]),
  ];
  return fieldLines(fields, style.quiet);
}
