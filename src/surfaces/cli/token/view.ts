/** Tokens as people see them: never their secrets. */
import { instant } from '../../../core/text.ts';
import type { TokenRecord } from '../../../core/token-record.ts';
import { oneLine } from '../layout.ts';
import type { Style } from '../style.ts';

export type ShownToken = Omit<TokenRecord, 'hash' | 'former'> & {
  readonly state: 'active' | 'revoked' | 'expired';
};

const when = (at: number | null, never: string) => (at === null ? never : instant(at));

export function tableText(tokens: readonly ShownToken[], style: Style): string {
  if (tokens.length === 0) return `No tokens. Make one: ${style.name('signalbox token create NAME --role admin')}\n`;
  const head = ['name', 'role', 'state', 'for', 'created', 'last used'];
  const rows = tokens.map(({ name, role, state, projects, createdAt, usedAt }) => [
    oneLine(name),
    role,
    state,
    projects.length === 0 ? 'all projects' : oneLine(projects.join(', ')),
    when(createdAt, ''),
    when(usedAt, 'never'),
  ]);
  const widths = head.map((title, at) => Math.max(title.length, ...rows.map(row => row[at]?.length ?? 0)));
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, at) => cell.padEnd(widths[at] ?? 0))
      .join('  ')
      .trimEnd();
  return `${[style.quiet(line(head)), ...rows.map(line)].join('\n')}\n`;
}

export function fieldsText(token: ShownToken, style: Style): string {
  const { name, id, role, state, projects, tools, notes, createdAt, expiresAt, revokedAt, rotatedAt, usedAt } = token;
  const fields: readonly (readonly [string, string])[] = [
    ['name', oneLine(name)],
    ['id', id],
    ['role', role],
    ['state', state],
    ['projects', projects.length === 0 ? 'all' : oneLine(projects.join(', '))],
    ['tools', tools.length === 0 ? 'all of its role' : tools.join(', ')],
    ['created', instant(createdAt)],
    ['ends', when(expiresAt, 'never')],
    ...(rotatedAt === null ? [] : [['rotated', instant(rotatedAt)] as const]),
    ...(revokedAt === null ? [] : [['revoked', instant(revokedAt)] as const]),
    ['last used', when(usedAt, 'never')],
    ...(notes === null ? [] : [['notes', oneLine(notes)] as const]),
  ];
  return `${fields.map(([field, value]) => `${style.quiet(field.padEnd(10))}${value}`).join('\n')}\n`;
}
