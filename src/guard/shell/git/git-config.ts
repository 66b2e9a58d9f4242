/** The settings of git: which command reads them, and which writes one. */

import { optionTable, type ParsedOptions, parseOptions } from '../words/options.ts';
import { hole, type Word } from '../words/word.ts';
import { effects, reads, type VerbReaders, type VerbReading } from './git-verb.ts';

const configOptions = optionTable(
  `global system local worktree f|file= blob= get get-all get-regexp get-urlmatch replace-all add unset unset-all rename-section
  remove-section l|list fixed-value e|edit get-color get-colorbool t|type= bool int bool-or-int bool-or-str path expiry-date z|null
  name-only includes show-origin show-scope show-names default= value= comment= all regexp append url=`,
);

const asks = ['get', 'get-all', 'get-regexp', 'get-urlmatch', 'list', 'get-color', 'get-colorbool'];

function config(words: readonly Word[]): VerbReading {
  const given = parseOptions(words, configOptions);
  if (given.has(...asks)) return reads;
  const [verb, ...rest] = given.words;
  switch (verb?.text ?? '') {
    case 'get':
    case 'list':
    case 'get-color':
    case 'get-colorbool':
      return reads;
    case 'set':
      return written(rest[0], rest[1] ?? null);
    case 'unset':
      return written(rest[0], null);
    case 'edit':
    case 'rename-section':
    case 'remove-section':
      return effects('config-shared');
    default:
      return oldStyle(given);
  }
}

/** `git config name value`, and what options make of it. */
function oldStyle(given: ParsedOptions): VerbReading {
  const [key, value] = given.words;
  if (given.has('unset', 'unset-all')) return written(key, null);
  if (given.has('edit', 'rename-section', 'remove-section', 'add', 'replace-all')) return written(key, value ?? null);
  const mayHoldMore = key?.isMany === true;
  if (!value && !mayHoldMore) return reads;
  return written(key, value ?? null);
}

function written(key: Word | undefined, value: Word | null): VerbReading {
  return key ? { effects: ['config-shared'], sets: { key, value } } : effects('config-shared');
}

/** Whether a setting says where hooks are found, or takes in settings that may. */
export function leadsHooksElsewhere(key: string): boolean {
  return /^(core\.hookspath|include\.path|includeif\..*)$/i.test(key) || key.startsWith(hole);
}

export const configVerbs: VerbReaders = { config };
