/** The scripts that run inside the server, each known there by the hash of its text. */
import { createHash } from 'node:crypto';
import commitText from './scripts/commit.lua';
import loadText from './scripts/load.lua';
import readText from './scripts/read.lua';
import turnText from './scripts/turn.lua';

export interface Script {
  readonly text: string;
  readonly hash: string;
}

function script(text: string): Script {
  return { text, hash: createHash('sha1').update(text).digest('hex') };
}

/** What each needs and answers stands at its beginning. */
export const scripts = {
  read: script(readText),
  commit: script(commitText),
  turn: script(turnText),
  load: script(loadText),
} as const;
