/** What our rules say to who may use our own tools, in the words of session-coordinator. */

const words: readonly (readonly [RegExp, string])[] = [
  [/wait for it with lock_acquire, or ask/g, 'ask'],
  [/wait for an answer with message_wait, do/g, 'do'],
  [/ask the operator \(to: \["operator"\]\)/g, 'ask your user'],
  [/\bThe body\b/g, 'The content'],
  [/\bbody is the text\b/g, 'content is the text'],
];

export function inTheseWords(text: string): string {
  return words.reduce((said, [ours, theirs]) => said.replace(ours, theirs), text);
}
