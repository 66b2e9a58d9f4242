/** Programs that use git for what they do: gh, hub, glab and others. */

import { type Call, type Outcome, type Program, type Programs, unchanged } from '../machine.ts';
import { plainWord, type Word } from '../words/word.ts';
import { gitCall } from './git-call.ts';
import { git, isGitVerb, noteUse } from './git-program.ts';
import { clonedInto } from './git-remote.ts';
import { effects, type VerbReading } from './git-verb.ts';

const movesHead: VerbReading = { effects: ['fetch', 'move-head'], reachesAll: true };

/** The words that are no options. Values of options are among them, behind the verbs. */
function verbsOf(words: readonly Word[]): readonly string[] {
  const texts: string[] = [];
  for (let at = 0; at < words.length; at += 1) {
    const text = words[at]?.text ?? '';
    if (/^(-R|--repo|--hostname)$/.test(text)) at += 1;
    else if (!text.startsWith('-')) texts.push(text);
  }
  return texts;
}

function hasOption(words: readonly Word[], option: RegExp): boolean {
  return words.some(word => option.test(word.text));
}

function gh(call: Call): Outcome {
  const [noun, verb] = verbsOf(call.words);
  // `co` is the alias that gh comes with.
  const reading = hub(noun === 'co' ? 'pr checkout' : `${noun} ${verb}`, call.words);
  return reading ? noteUse(call, { program: 'gh', verb: noun ?? '' }, reading) : unchanged(call.state);
}

/** What gh does to the repository it runs in; null if it is nothing. */
function hub(verbs: string, words: readonly Word[]): VerbReading | null {
  const deletesBranch = hasOption(words, /^(-[a-z]*d[a-z]*|--delete-branch)$/);
  switch (verbs) {
    case 'pr checkout':
    case 'pr co':
      return hasOption(words, /^(-f|--force)$/)
        ? { ...movesHead, effects: ['fetch', 'move-head', 'rewrite'] }
        : movesHead;
    case 'issue develop':
      return hasOption(words, /^(-c|--checkout)$/) ? movesHead : null;
    case 'pr merge':
      return deletesBranch ? { effects: ['push', 'move-head', 'refs'], reachesAll: true } : effects('push');
    case 'pr close':
      return deletesBranch ? { effects: ['move-head', 'refs'], reachesAll: true } : null;
    case 'repo sync':
      return hasOption(words, /^--force$/)
        ? { ...movesHead, effects: ['fetch', 'move-head', 'discard-all', 'rewrite'] }
        : movesHead;
    case 'repo clone':
      return cloned(words);
    case 'repo create':
      return hasOption(words, /^--push$/) ? effects('push') : null;
    default:
      return null;
  }
}

function cloned(words: readonly Word[]): VerbReading {
  const [, , repository, named] = verbsOf(words);
  const folder =
    named !== undefined ? plainWord(named) : repository !== undefined ? clonedInto(plainWord(repository)) : undefined;
  return { ...effects('create'), ...(folder ? { makes: { folder, kind: 'repository' as const } } : {}) };
}

/** It is git with a few verbs more. */
function hubOfGit(call: Call): Outcome {
  const { verb, words } = gitCall(call.words);
  if (verb && isGitVerb(verb.text) && verb.text !== 'sync') return git(call);
  if (verb?.text === 'sync' || (verb?.text === 'pr' && words[0]?.text === 'checkout'))
    return noteUse(call, { program: 'hub', verb: verb.text }, movesHead);
  return unchanged(call.state);
}

function glab(call: Call): Outcome {
  const [noun, verb] = verbsOf(call.words);
  const checksOut = noun === 'mr' && (verb === 'checkout' || verb === 'co');
  return checksOut ? noteUse(call, { program: 'glab', verb: noun ?? '' }, movesHead) : unchanged(call.state);
}

/** Programs that move branches about with nearly all they do: all but what is known to look only. */
function mover(name: string, looks: RegExp): Program {
  return call => {
    const verbs = verbsOf(call.words).slice(0, 2).join(' ');
    const named = { program: name, verb: verbs.split(' ')[0] ?? '' };
    if (verbs === '' || looks.test(verbs) || hasOption(call.words, /^(--help|-h|--version)$/))
      return unchanged(call.state);
    if (/^git push/.test(verbs)) return noteUse(call, named, effects('push'));
    if (/^git fetch/.test(verbs)) return noteUse(call, named, effects('fetch'));
    return noteUse(call, named, { effects: ['move-head', 'rewrite'], reachesAll: true });
  };
}

const looksOfJujutsu =
  /^(log|st|status|diff|show|evolog|obslog|interdiff|help|version|root|files?( list| show)?|cat|config (list|get|path)|(op|operation) (log|show|diff)|(bookmark|branch|tag|workspace|git remote) list|util .*)\b/;

export const toolsOverGit: Programs = {
  gh,
  hub: hubOfGit,
  glab,
  gt: mover(
    'gt',
    /^(log|ls|ll|info|diff|status|help|config|auth|completion|changelog|docs|dash|pr|trunk|parent|children|aliases|user|demo|guide|feedback)\b/,
  ),
  jj: mover('jj', looksOfJujutsu),
  stg: mover('stg', /^(series|show|top|next|prev|diff|files|id|log|help|version|name|patches|email|export)\b/),
  tig: ({ state }) => unchanged(state),
};
