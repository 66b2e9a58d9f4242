/** The words of a command of claude-presence: what its users may type, and what of it counts. */

export interface CommandWords {
  /** Empty where an option stood first. */
  readonly command: string;
  readonly values: Readonly<Partial<Record<ValueName, string>>>;
  readonly flags: ReadonlySet<string>;
}

type ValueName = 'project' | 'session' | 'branch' | 'client' | 'min-priority';

const valueNames: Readonly<Record<string, ValueName>> = {
  '--project': 'project',
  '-p': 'project',
  '--session': 'session',
  '-s': 'session',
  '--branch': 'branch',
  '-b': 'branch',
  '--client': 'client',
  '-c': 'client',
  '--min-priority': 'min-priority',
};

const flagNames: readonly string[] = ['--json', '--all', '--peek'];

/** The first word is the command, `status` without any. What is not known is passed over. */
export function commandWords(words: readonly string[]): CommandWords {
  const [command = 'status', ...rest] = words;
  if (command.startsWith('-')) return { command: '', values: {}, flags: new Set() };
  const spread = rest.flatMap(assigned);
  const flags = new Set<string>();
  const values: Partial<Record<ValueName, string>> = {};
  for (let at = 0; at < spread.length; at += 1) {
    const word = spread[at] ?? '';
    const name = Object.hasOwn(valueNames, word) ? valueNames[word] : undefined;
    const next = spread[at + 1];
    if (name === undefined) flags.add(word);
    else if (next !== undefined && !isOption(next)) {
      values[name] = next;
      at += 1;
    }
  }
  return { command, values, flags };
}

/** No value: then the option before it has none. */
function isOption(word: string): boolean {
  return Object.hasOwn(valueNames, word) || flagNames.includes(word);
}

/** `--session=a` is two words. */
function assigned(word: string): string[] {
  const [, name = '', value = ''] = /^(--[a-z-]+)=(.*)$/s.exec(word) ?? [];
  return Object.hasOwn(valueNames, name) ? [name, value] : [word];
}
