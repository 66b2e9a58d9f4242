/** How `signalbox guard` looks: the change of every hook, and which of them are in force. */
import type { GuardStatus, HookChange, HookFile, HookPlan, HookState } from '../../../git-hooks.ts';
import { oneLine, table, wrap } from '../layout.ts';
import type { Page } from '../renderers.ts';
import { diffLines, painted } from '../setup/diff.ts';
import { shortPath } from '../setup/view.ts';
import { counted } from '../spoken.ts';

/** The plan as a person reads it. Files that only pass on are many and alike: they are counted. */
export function planText({ changes }: HookPlan, page: Page): string {
  const { style } = page;
  const [first] = changes.filter(isPassedOn);
  const passed = changes.filter(isPassedOn);
  const lines = changes
    .filter(change => !isPassedOn(change))
    .flatMap(change => [
      `${style.name(shortPath(change.path, page))}${style.quiet(noteOn(change))}`,
      ...diffOf(change).map(line => `  ${painted(line, style)}`),
    ]);
  const folder = first?.path.slice(0, first.path.lastIndexOf('/')) ?? '';
  const others = passed.length > 0 ? [passedWords(passed, shortPath(folder, page), page)] : [];
  return `${[...lines, ...others].join('\n')}\n`;
}

function passedWords(passed: readonly HookChange[], folder: string, { style }: Page): string {
  const goes = passed.every(({ after }) => after.kind === 'nothing');
  const what = goes ? 'go' : 'that only go on to the hooks that were there';
  return `${style.name(folder)} ${style.quiet(`${counted(passed.length, 'more file')} ${what}`)}`;
}

/** Whether a file of ours has no lines of the guard in it. */
function isPassedOn({ before, after }: HookChange): boolean {
  const text = textOf(after.kind === 'nothing' ? before : after) ?? '';
  return text.includes('signalbox_next=') && !text.includes('>>> signalbox guard ');
}

function noteOn({ before, after }: HookChange): string {
  if (before.kind === 'nothing') return after.kind === 'link' ? ` new link to ${oneLine(after.to)}` : ' new file';
  if (after.kind === 'nothing') return ' goes';
  if (before.kind === 'link')
    return ` was a link to ${oneLine(before.to)}, which goes on running from a folder beside it`;
  if (after.kind === 'link') return ` is a link to ${oneLine(after.to)} again`;
  return isBinary(before) || isBinary(after) ? ' is no shell script, and goes on running from a folder beside it' : '';
}

/** A file that goes whole had nothing of anybody else in it. */
function diffOf({ before, after }: HookChange): string[] {
  if (after.kind === 'nothing') return [];
  return isBinary(before) || isBinary(after) ? [] : diffLines(textOf(before), textOf(after));
}

function isBinary(file: HookFile): boolean {
  return file.kind === 'file' && file.bytes.includes(0);
}

function textOf(file: HookFile): string | null {
  return file.kind === 'file' ? new TextDecoder().decode(file.bytes) : null;
}

/** The same for a program. */
export function shownChanges({ changes }: HookPlan): object[] {
  return changes.map(change => ({
    path: change.path,
    change: change.before.kind === 'nothing' ? 'create' : change.after.kind === 'nothing' ? 'remove' : 'change',
    diff: diffOf(change),
  }));
}

export function shownStatus({ isInstalled, folder, theirs, isUsed, hooks, submodules }: GuardStatus): object {
  const shown = hooks.map(({ hook, path, state, isOutdated, manager }) => {
    const next = nextFor({ state, isOutdated, manager }, isUsed);
    return { hook, path, state, outdated: isOutdated, ...(manager ? { manager } : {}), ...(next ? { next } : {}) };
  });
  const about = { installed: isInstalled, folder, ...(theirs === folder ? {} : { before: theirs }), hooks: shown };
  return submodules.length > 0 ? { ...about, submodules } : about;
}

const submodulesNamed = 5;

const spoken: Record<HookState['state'], string> = {
  live: 'in force',
  missing: 'has nothing of ours',
  unproven: 'does not answer',
  broken: 'what it starts is gone',
};

export function statusText(status: GuardStatus, page: Page): string {
  const { isInstalled, folder, theirs, isUsed, hooks } = status;
  const { style } = page;
  if (!isInstalled && hooks.every(({ state }) => state === 'missing')) {
    return 'Git does not ask Signalbox in this repository. Run `signalbox guard install` to have locks held there.\n';
  }
  const where = theirs === folder ? '' : `, before those in ${shortPath(theirs, page)}`;
  const rows = hooks.map(({ hook, state, manager }) => [hook, spoken[state], manager ? `with ${manager}` : '']);
  const paint = (text: string) => (text.trim() === spoken.live ? style.good(text) : style.bad(text));
  const columns = [{ title: 'HOOK', paint: style.name }, { title: 'STATE', paint }, { title: 'BESIDE' }];
  const head = `${style.quiet(`Hooks in ${shortPath(folder, page)}${where}`)}\n`;
  const body = table(columns, rows, style.quiet, page.columns);
  const steps = [...new Set(hooks.flatMap(hook => nextFor(hook, isUsed) ?? []))];
  const width = page.columns === undefined ? undefined : page.columns - 2;
  const strong = steps.flatMap(step => wrap(`→ ${step}`, width)).map(line => `${style.strong(line)}\n`);
  const outside = submoduleWords(status).flatMap(line => wrap(line, page.columns));
  return `${head}${body}${strong.join('')}${outside.map(line => `${line}\n`).join('')}`;
}

/** What the hooks of a repository say nothing about: what git does in the repositories within it. */
function submoduleWords({ submodules }: GuardStatus): string[] {
  if (submodules.length === 0) return [];
  const shown = submodules.slice(0, submodulesNamed).map(oneLine).join(', ');
  const more = submodules.length > submodulesNamed ? ` and ${submodules.length - submodulesNamed} more` : '';
  return [
    `Not asked by git in submodules (${shown}${more}): they have hooks of their own. Edits of their files by sessions of this checkout are guarded, commits and pushes there are not; \`signalbox guard install\` in one of them guards those for sessions that were started in it.`,
  ];
}

/** What to do about a hook that is not as it should be. */
function nextFor(hook: Pick<HookState, 'state' | 'isOutdated' | 'manager'>, isUsed: boolean): string | undefined {
  const { state, isOutdated, manager } = hook;
  const again = 'Run `signalbox guard install` again: ';
  if (!isUsed) return `${again}git takes its hooks from another folder now.`;
  switch (state) {
    case 'missing':
      if (isOutdated) return `${again}it would write one more hook now.`;
      return manager
        ? `${manager} has written over a hook; run \`signalbox guard install\` again.`
        : `${again}somebody has taken our lines out of a hook.`;
    case 'unproven':
      return `${again}our lines are there, but something stands before them, or git does not run them.`;
    case 'broken':
      return 'Run `signalbox guard install` with the Signalbox that is to stay: what the hooks start is gone, so they let everything pass.';
    case 'live':
      return isOutdated ? `${again}it would write other lines now.` : undefined;
  }
}
