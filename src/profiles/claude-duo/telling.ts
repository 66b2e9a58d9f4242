/** What all tools of claude-duo share: how they answer, refuse and show what somebody wrote. */
import type * as z from 'zod/v4';
import { SignalboxError } from '../../core/errors.ts';
import { limits } from '../../core/limits.ts';
import type { Refused } from '../../tools/foreign-talk.ts';
import type { TalkDesk } from '../define-hub.ts';
import { type Answer, type ForeignTool, foreignTool, said } from '../define-profile.ts';
import { dateAndTime } from './times.ts';
import { type Words, wordsOf } from './words.ts';

/** What a tool answers, or why it did nothing: for a reason that the rules know, or one of the vocabulary's own. */
export type Told = string | Refused | { readonly wrong: string };

/** A tool that answers with one text in the language of the user. */
export function duoTool<I extends z.ZodObject>(tool: {
  readonly name: string;
  readonly description: string;
  readonly input: I;
  run(desk: TalkDesk, input: z.output<I>, words: Words): Promise<Told>;
}): ForeignTool<TalkDesk> {
  return foreignTool({
    ...tool,
    async run(desk: TalkDesk, input) {
      const words = wordsOf(desk.surroundings.language);
      try {
        const told = await tool.run(desk, input, words);
        if (typeof told === 'string') return said(told);
        return wrong(words, 'wrong' in told ? told.wrong : words.refused(told.refused, named(told.names)));
      } catch (error) {
        if (!(error instanceof SignalboxError) || error.code === 'internal') throw error;
        return wrong(words, words.rule(error.code, ruleText(error, words)));
      }
    },
  });
}

/** As many names as a sentence takes. */
function named(names: readonly string[]): string {
  const shown = names.slice(0, limits.partnersInError).map(name => name.slice(0, limits.personaNameCharacters));
  return [...shown, ...(names.length > shown.length ? ['…'] : [])].join(', ');
}

/** A refusal by a rule in the words of this vocabulary: what it says to do next may be about tools that are not here. */
export function ruleText({ message, next }: { readonly message: string; readonly next: string }, words: Words): string {
  const told = message
    .replace(/^The body\b/, 'The message')
    .replace(/ in c\d+\b/, ' in this conversation')
    .replace(/\bc\d+\b/, 'the conversation')
    .replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g, at => dateAndTime(Date.parse(at)));
  const isForeign = /\b(?:message|conversation|session|lock)_[a-z]+\b|\boperator\b|\bhandles?\b/.test(next);
  return `${told} ${isForeign ? words.instead : next}`;
}

export function wrong(words: Words, message: string): Answer {
  return { ...said(`${words.error} ${message}`), isError: true };
}

/** A text of somebody else on one line, without the marks by which lines of ours are told apart. */
export function oneLine(text: string): string {
  return text
    .replaceAll(/[*`🟢⚪👂💬👥📁]/gu, '')
    .replace(/\s+/g, ' ')
    .trim();
}

/** A message under its sender's name; its further lines stand further in, so that none looks like a message of its own. */
export function shownLine(indent: string, time: string, from: string, body: string): string {
  return `${indent}[${time}] **${from}:** ${body.replaceAll('\n', `\n${indent}    `)}`;
}
