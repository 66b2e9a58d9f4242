/** Verbs of git that speak with other repositories, or make one. */

import { lastPart } from '../paths.ts';
import type { GitEffect } from '../reading.ts';
import { optionTable, parseOptions } from '../words/options.ts';
import { isLiteral, plainWord, type Word } from '../words/word.ts';
import { always, effects, reads, type VerbReaders, type VerbReading } from './git-verb.ts';

const pushOptions = optionTable(
  `v|verbose q|quiet repo= all branches mirror d|delete tags n|dry-run porcelain f|force force-with-lease? force-if-includes
  recurse-submodules= thin receive-pack= exec= u|set-upstream progress prune no-verify verify follow-tags signed? atomic o|push-option=
  4|ipv4 6|ipv6`,
);

function push(words: readonly Word[]): VerbReading {
  const given = parseOptions(words, pushOptions);
  if (given.has('dry-run')) return reads;
  const [remote, ...refspecs] = given.words;
  // An unknown number of words in front of the others may hold options as well.
  const mayHoldOptions = remote?.isMany === true && refspecs.length > 0;
  const isForced =
    given.has('force', 'force-with-lease', 'mirror', 'delete', 'prune') ||
    given.isUncertain ||
    mayHoldOptions ||
    refspecs.some(word => /^[+:]./.test(word.text));
  const target = refspecs.map(word => destination(word)).at(0);
  // Into a repository on this machine, this one among them, a push moves branches that somebody has here.
  const isHere = remote !== undefined && /^(\.|\/|file:)/.test(remote.text);
  return {
    effects: [
      ...(isForced ? (['push', 'push-force'] as const) : (['push'] as const)),
      ...(isHere ? (['refs'] as const) : []),
    ],
    target,
    skipsHooks: given.has('no-verify'),
  };
}

/** What a refspec changes over there. */
function destination(word: Word): Word {
  const plain = word.text.replace(/^\+/, '');
  return { ...word, text: plain.slice(plain.lastIndexOf(':') + 1), patternAt: null };
}

const fetchOptions = optionTable(
  `v|verbose q|quiet all set-upstream a|append atomic upload-pack= f|force m|multiple t|tags n|no-tags j|jobs= prefetch p|prune
  P|prune-tags recurse-submodules? dry-run porcelain write-fetch-head k|keep u|update-head-ok progress depth= shallow-since=
  shallow-exclude= deepen= unshallow refetch submodule-prefix= recurse-submodules-default= update-shallow refmap= o|server-option=
  4|ipv4 6|ipv6 negotiation-tip= negotiate-only filter= auto-maintenance auto-gc show-forced-updates write-commit-graph stdin
  bundle-uri=`,
);

function fetch(words: readonly Word[]): VerbReading {
  const given = parseOptions(words, fetchOptions);
  if (given.has('dry-run')) return reads;
  const refspecs = given.has('multiple') ? [] : given.words.slice(1);
  const writesBranches = refspecs.some(word => /:./.test(word.text) && !/:refs\/remotes\//.test(word.text));
  const overwrites = given.has('force', 'update-head-ok') || refspecs.some(word => word.text.startsWith('+'));
  const more: GitEffect[] = [];
  if (writesBranches || given.has('prune-tags')) more.push('refs');
  if (writesBranches && overwrites) more.push('rewrite');
  if (writesBranches && given.has('update-head-ok')) more.push('move-head');
  return effects('fetch', ...more);
}

const pullOptions = optionTable(
  `v|verbose q|quiet progress recurse-submodules? r|rebase? n stat summary compact-summary log? signoff? squash commit edit cleanup=
  ff ff-only verify no-verify verify-signatures autostash s|strategy= X|strategy-option= S|gpg-sign? allow-unrelated-histories all
  a|append upload-pack= f|force t|tags p|prune j|jobs? dry-run k|keep depth= shallow-since= shallow-exclude= deepen= unshallow
  update-shallow refmap= o|server-option= 4|ipv4 6|ipv6 negotiation-tip= show-forced-updates set-upstream`,
);

function pull(words: readonly Word[]): VerbReading {
  const given = parseOptions(words, pullOptions);
  if (given.has('dry-run')) return effects('fetch');
  const rewrites: readonly GitEffect[] = given.has('rebase') || given.isUncertain ? ['rewrite'] : [];
  const stashes: readonly GitEffect[] = given.has('autostash') ? ['stash-make'] : [];
  return {
    effects: ['fetch', 'move-head', ...rewrites, ...stashes],
    target: given.words[1],
    ...(rewrites.length > 0 ? { base: plainWord('@{upstream}') } : {}),
    keepsCommits: !given.values('rebase').some(({ text }) => text.startsWith('i')) && !given.isUncertain,
    reachesAll: true,
    skipsHooks: given.has('no-verify'),
  };
}

function remote(words: readonly Word[]): VerbReading {
  const verb = words.find(word => !word.text.startsWith('-'))?.text ?? '';
  if (/^(|show|get-url)$/.test(verb)) return reads;
  if (/^(update|prune)$/.test(verb)) return effects('fetch');
  return /^(remove|rm|rename)$/.test(verb) ? effects('config-shared', 'refs') : effects('config-shared');
}

const cloneOptions = optionTable(
  `v|verbose q|quiet progress reject-shallow n|no-checkout checkout bare naked mirror l|local no-hardlinks hardlinks s|shared
  recurse-submodules? recursive j|jobs= template= reference= reference-if-able= dissociate o|origin= b|branch= revision=
  u|upload-pack= depth= shallow-since= shallow-exclude= single-branch no-tags tags shallow-submodules separate-git-dir= c|config=
  ref-format= server-option= 4|ipv4 6|ipv6 filter= also-filter-submodules remote-submodules sparse bundle-uri=`,
);

function clone(words: readonly Word[]): VerbReading {
  const given = parseOptions(words, cloneOptions);
  const [url, named] = given.words;
  const folder = named ?? (url && clonedInto(url));
  return {
    effects: ['create'],
    target: folder,
    isTargetFolder: true,
    ...(folder ? { makes: { folder, kind: 'repository' as const } } : {}),
  };
}

/** The folder that git makes up for a clone. */
export function clonedInto(url: Word): Word | undefined {
  const plain = url.text.replace(/[/\\]+$/, '').replace(/(\/?\.git)$/, '');
  const name = lastPart(plain.replaceAll(':', '/'));
  return isLiteral(url) && name !== '' ? plainWord(name) : undefined;
}

const initOptions = optionTable(
  'template= bare shared? q|quiet separate-git-dir= b|initial-branch= object-format= ref-format=',
);

function init(words: readonly Word[]): VerbReading {
  const given = parseOptions(words, initOptions);
  const folder = given.words[0] ?? plainWord('.');
  return { effects: ['create'], target: folder, isTargetFolder: true, makes: { folder, kind: 'repository' } };
}

function bundle(words: readonly Word[]): VerbReading {
  const [verb, ...rest] = words;
  const file = rest.find(word => !word.text.startsWith('-'));
  if (verb?.text !== 'create' || !file || file.text === '-')
    return verb?.text === 'unbundle' ? effects('create') : reads;
  return { effects: ['read'], writes: [{ word: file, how: 'write' }] };
}

function largeFiles(words: readonly Word[]): VerbReading {
  const verb = words[0]?.text ?? '';
  if (/^(|ls-files|status|env|locks|logs|version|fsck|diff|help|pointer|ext|clean|smudge|merge-driver)$/.test(verb))
    return reads;
  if (verb === 'fetch') return effects('fetch');
  if (verb === 'pull' || verb === 'checkout') return { effects: ['fetch', 'write-files'], reachesAll: true };
  if (/^(push|pre-push|lock|unlock)$/.test(verb)) return effects('push');
  if (/^(prune|dedup|post-.*)$/.test(verb)) return effects('upkeep');
  if (verb === 'migrate') return always('rewrite', 'move-head', 'discard-all')(words);
  if (verb === 'track' && words.length === 1) return reads;
  if (/^(track|untrack)$/.test(verb)) {
    return { effects: ['config-shared'], writes: [{ word: plainWord('.gitattributes'), how: 'write' }] };
  }
  return effects('config-shared');
}

function subversion(words: readonly Word[]): VerbReading {
  const verb = words[0]?.text ?? '';
  if (/^(|log|info|blame|annotate|find-rev|show-ignore|show-externals|proplist|propget|gc|help)$/.test(verb))
    return reads;
  if (/^(fetch|multi-fetch)$/.test(verb)) return effects('fetch');
  if (/^(clone|init)$/.test(verb)) return effects('create');
  return always('move-head', 'rewrite', 'push')(words);
}

function perforce(words: readonly Word[]): VerbReading {
  const verb = words[0]?.text ?? '';
  if (/^(|branches)$/.test(verb)) return reads;
  return verb === 'clone' ? effects('create') : always('move-head', 'rewrite', 'push')(words);
}

function subtree(words: readonly Word[]): VerbReading {
  const verb = words.find(word => /^(add|merge|pull|push|split)$/.test(word.text))?.text ?? '';
  if (verb === 'push') return effects('push');
  return verb === 'split' ? effects('create') : always('move-head')(words);
}

/** The options of these verbs as they are read, to be compared with git's own. */
export const remoteOptions = {
  push: pushOptions,
  fetch: fetchOptions,
  pull: pullOptions,
  clone: cloneOptions,
  init: initOptions,
};

export const remoteVerbs: VerbReaders = {
  push,
  fetch,
  pull,
  remote,
  clone,
  init,
  'init-db': init,
  bundle,
  lfs: largeFiles,
  svn: subversion,
  p4: perforce,
  subtree,
  'send-pack': always('push', 'push-force'),
  'http-push': always('push', 'push-force'),
  'fetch-pack': always('fetch'),
  'http-fetch': always('fetch'),
  'remote-http': always('fetch'),
  'remote-https': always('fetch'),
  'remote-ftp': always('fetch'),
  'remote-ftps': always('fetch'),
  'remote-ext': always('fetch'),
  'remote-fd': always('fetch'),
  backfill: always('fetch'),
  'receive-pack': always('refs', 'rewrite'),
  cvsexportcommit: always('push'),
  cvsimport: always('move-head', 'refs'),
  'credential-store': always('read'),
};
