/** How `setup` and `remove` look: one heading a client, the diff of each file, what to do next. */
import type { ClientId } from '../../../clients/setup/define-setup.ts';
import type { PlannedFile } from '../../../clients/setup/plan.ts';
import type { ClientPlan, Outcome } from '../../../clients/setup/setup.ts';
import type { SignalboxError } from '../../../core/errors.ts';
import { oneLine, wrap } from '../layout.ts';
import type { Page } from '../renderers.ts';
import { diffLines, painted } from './diff.ts';

/** What is known of a client before anything is written. */
export interface ShownClient extends ClientPlan {
  readonly isFound: boolean;
  /** Why there is nothing to do for it, if it has no files of this scope. */
  readonly hasNoFiles: boolean;
  /** What brings along what setup would bring. */
  readonly provided: string | undefined;
}

export type Change = 'create' | 'change' | 'remove' | 'none';

export function changeOf({ before, after }: PlannedFile): Change {
  if (before === after) return 'none';
  if (before === null) return 'create';
  return after === null ? 'remove' : 'change';
}

export const hasChanges = ({ files }: ClientPlan): boolean => files.some(file => changeOf(file) !== 'none');

/** The plan of one client; ends with a line end. */
export function clientText(shown: ShownClient, action: 'setup' | 'remove', page: Page, names: Names): string {
  const { style } = page;
  const lines = [style.strong(shown.client.name)];
  if (shown.error) lines.push(...failure(shown.error, page));
  else if (shown.provided)
    lines.push(`  ${style.good('✓')} ${shown.provided} Name the client to set it up all the same.`);
  else if (shown.hasNoFiles)
    lines.push(`  ${style.quiet('Has no files in a repository: it is set up for each user.')}`);
  else if (!hasChanges(shown)) lines.push(`  ${style.good('✓')} ${unchanged(shown, action, names)}`);
  else {
    if (!shown.isFound && action === 'setup')
      lines.push(`  ${style.careful('!')} Was not found here; it is set up as you named it.`);
    for (const file of shown.files) lines.push(...fileLines(file, page, names));
  }
  return `${lines.join('\n')}\n`;
}

export type Names = (id: ClientId) => string;

function unchanged({ files }: ClientPlan, action: 'setup' | 'remove', names: Names): string {
  if (action === 'setup') return 'Already set up.';
  const kept = [...new Set(files.flatMap(({ keptFor }) => keptFor))].map(names);
  return kept.length > 0 ? `Its files are those of ${kept.join(' and ')}, too, and stay.` : 'Is not set up.';
}

function fileLines(file: PlannedFile, page: Page, names: Names): string[] {
  const { style } = page;
  const change = changeOf(file);
  const notes: Record<Change, string> = {
    create: ' new file',
    change: '',
    remove: ' goes',
    none: file.keptFor.length > 0 ? ` stays for ${file.keptFor.map(names).join(' and ')}` : ' has it already',
  };
  const link = file.seen.isLinked ? ` → ${shortPath(file.seen.target, page)}` : '';
  const head = `  ${style.name(shortPath(file.path, page))}${style.quiet(link + notes[change])}`;
  return [head, ...diffLines(file.before, file.after).map(line => `    ${painted(line, style)}`)];
}

/** What became of a client; ends with a line end. */
export function outcomeText(
  { client, error }: Outcome,
  action: 'setup' | 'remove',
  next: readonly string[],
  page: Page,
): string {
  const { style, columns } = page;
  if (error) return `${style.strong(client.name)}\n${failure(error, page).join('\n')}\n`;
  const done = action === 'setup' ? 'is set up.' : 'is as it was without Signalbox.';
  const steps = next.flatMap(step => {
    const [first = '', ...more] = wrap(step, columns === undefined ? undefined : columns - 4);
    return [`  ${style.quiet('•')} ${first}`, ...more.map(line => `    ${line}`)];
  });
  return `${[`${style.good('✓')} ${style.strong(client.name)} ${done}`, ...steps].join('\n')}\n`;
}

function failure({ message, next }: SignalboxError, page: Page): string[] {
  const { style, columns } = page;
  const width = columns === undefined ? undefined : columns - 4;
  const [first = '', ...more] = wrap(
    message
      .split(' ')
      .map(word => shortPath(word, page))
      .join(' '),
    width,
  );
  const advice = wrap(`→ ${oneLine(next)}`, width);
  return [
    `  ${style.bad('✗')} ${first}`,
    ...[...more, ...advice.map(line => style.strong(line))].map(line => `    ${line}`),
  ];
}

/** A path as its owner says it. */
export function shortPath(path: string, { home }: Pick<Page, 'home'>): string {
  const isBelow = home !== undefined && home !== '' && path.startsWith(home) && /^[\\/]/.test(path.slice(home.length));
  return oneLine(isBelow ? `~${path.slice(home.length)}` : path);
}
