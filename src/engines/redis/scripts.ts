/** The scripts that run inside the server, each known there by the hash of its text. */
import { createHash } from 'node:crypto';
import answersText from './scripts/answers.lua';
import commitText from './scripts/commit.lua';
import lineText from './scripts/line.lua';
import loadText from './scripts/load.lua';
import readText from './scripts/read.lua';
import turnText from './scripts/turn.lua';

export interface Script {
  readonly text: string;
  readonly hash: string;
}

/** The first line of a script says what it may do; what it shares with others comes behind that. */
function script(main: string, ...shared: readonly string[]): Script {
  const [first = '', ...rest] = main.split('\n');
  const text = [first, ...shared, ...rest].join('\n');
  return { text, hash: createHash('sha1').update(text).digest('hex') };
}

/** What each needs and answers stands at its beginning. */
export const scripts = {
  read: script(readText, answersText),
  commit: script(commitText, answersText, lineText),
  turn: script(turnText, answersText, lineText),
  load: script(loadText),
} as const;
