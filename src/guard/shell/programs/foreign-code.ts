/** Finds the commands that code of another language plainly starts, by the texts in its quotes. */

export type StartedCall =
  /** `['git', 'reset', '--hard']` */
  | { readonly kind: 'words'; readonly words: readonly string[] }
  /** `"cd x && git reset --hard"` */
  | { readonly kind: 'text'; readonly text: string };

/** Without one of these the code starts nothing: its texts are texts. */
const starts = /subprocess|popen|system|exec|spawn|check_call|check_output|\bcommand\b|\$`|%x|\bqx\b|\bsh\b|shell/i;
const isCommandWithGit = /(?:^|[\s;&|(])git\s+[-a-z]/;

interface Literal {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

export function callsIn(code: string): readonly StartedCall[] {
  if (!code.includes('git') || !(starts.test(code) || code.includes('`'))) return [];
  const literals = literalsIn(code);
  return literals.flatMap((literal, at): StartedCall[] => {
    if (/(^|\/)git(\.exe)?$/.test(literal.text)) {
      const words = listFrom(code, literals, at);
      return words.length > 1 ? [{ kind: 'words', words }] : [];
    }
    return isCommandWithGit.test(literal.text) ? [{ kind: 'text', text: literal.text }] : [];
  });
}

/** The texts that follow each other as the items of a list or the arguments of a call. */
function listFrom(code: string, literals: readonly Literal[], at: number): string[] {
  const words = [literals[at]?.text ?? ''];
  for (let next = at + 1; next < literals.length; next += 1) {
    const [before, literal] = [literals[next - 1] as Literal, literals[next] as Literal];
    if (!/^[\s,[(]*$/.test(code.slice(before.to, literal.from))) break;
    words.push(literal.text);
  }
  return words;
}

const triple = /'''|"""/y;

/** All texts in quotes. A quote without its other half on the same line is an apostrophe. */
function literalsIn(code: string): Literal[] {
  const literals: Literal[] = [];
  for (let at = 0; at < code.length; ) {
    const literal = literalAt(code, at);
    if (literal) literals.push(literal);
    at = literal?.to ?? at + 1;
  }
  return literals;
}

function literalAt(code: string, at: number): Literal | null {
  const quote = code[at];
  if (quote !== "'" && quote !== '"' && quote !== '`') return null;
  triple.lastIndex = at;
  const delimiter = triple.exec(code)?.[0] ?? quote;
  const isOverLines = delimiter.length === 3 || quote === '`';
  const end = endOf(code, at + delimiter.length, delimiter, isOverLines);
  if (end === null) return null;
  return { from: at, to: end + delimiter.length, text: code.slice(at + delimiter.length, end) };
}

function endOf(code: string, from: number, delimiter: string, isOverLines: boolean): number | null {
  for (let at = from; at < code.length; at += code[at] === '\\' ? 2 : 1) {
    if (code.startsWith(delimiter, at)) return at;
    if (code[at] === '\n' && !isOverLines) return null;
  }
  return null;
}
