/** Looks for git in a text that cannot be read as commands, so that nothing harmful hides behind a mistake. */
import { limits } from '../../core/limits.ts';
import { plainWord, type Word } from './words/word.ts';

const mention = /(?<![A-Za-z0-9_.-])git(?:\.exe)?(?=[\s`,])/gi;
/** What ends a command as it is commonly written. */
const end = /[\n;&|)`]/;

/** For each mention of git the words that follow it, up to where a command would end; null for those beyond the bound. */
export function mentionsOfGit(text: string): readonly (readonly Word[] | null)[] {
  const found: (readonly Word[] | null)[] = [];
  const bare = text.replaceAll('\\\n', '').replaceAll(/["'\\]/g, '');
  for (const { index } of bare.matchAll(mention)) {
    if (found.length >= limits.shellMentions) return [...found, null];
    const following = bare.slice(index, index + limits.shellMentionCharacters);
    const length = following.search(end);
    const command = length < 0 ? following : following.slice(0, length);
    const words = command.split(/[\s,[\]()]+/).filter(word => word !== '');
    found.push(words.map(plainWord));
    // Where the command ends is a guess: what follows its first word may belong to something else.
    if (words.length > 3) found.push(words.slice(0, 3).map(plainWord));
  }
  return found;
}
