/** Looks into JSON with comments: trees, places in them, and whether two texts mean the same. */
import { type Node, type ParseError, parseTree } from 'jsonc-parser';
import { SignalboxError } from '../../../core/errors.ts';

export type { Node } from 'jsonc-parser';

export type Path = readonly string[];

/** The object that a text holds; undefined for a text without content. Errors: `invalid_input` names file and line. */
export function treeOf(text: string, file: string): Node | undefined {
  if (text.trim() === '') return undefined;
  const errors: ParseError[] = [];
  let root: Node | undefined;
  try {
    root = parseTree(text, errors, { allowTrailingComma: true });
  } catch {
    // Nested deeper than the stack.
    throw unreadable(file, 'cannot be read as JSON');
  }
  const [error] = errors;
  if (error || !root) throw unreadable(file, `is not valid JSON (line ${lineOf(text, error?.offset ?? 0)})`);
  if (root.type !== 'object') throw unreadable(file, 'holds no JSON object');
  return root;
}

function lineOf(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length;
}

function unreadable(file: string, what: string): SignalboxError {
  return new SignalboxError(
    'invalid_input',
    `${file} ${what}; it was left as it is.`,
    'Correct the file, then run the command again.',
  );
}

/** What a text holds, as plain data; nothing for one that cannot be read. */
export function readData(text: string): object {
  try {
    return dataOf(treeOf(text.replace(/^\ufeff/, ''), '')) as object;
  } catch {
    return {};
  }
}

/** What stands under a name; undefined if nothing does. Errors: `invalid_input` where a name stands twice, so that nobody knows which counts. */
export function childOf(node: Node | undefined, name: string, file: string): Node | undefined {
  if (node?.type !== 'object') return undefined;
  const found = (node.children ?? []).filter(property => nameOf(property) === name);
  if (found.length > 1) throw unreadable(file, `has "${name}" twice in one object`);
  return found[0] && memberOf(found[0]);
}

export function nodeAt(root: Node | undefined, path: Path, file: string): Node | undefined {
  return path.reduce<Node | undefined>((node, name) => childOf(node, name, file), root);
}

export function nameOf(property: Node): string {
  return String(property.children?.[0]?.value);
}

export function memberOf(property: Node): Node | undefined {
  return property.children?.[1];
}

export function endOf({ offset, length }: Node): number {
  return offset + length;
}

/** The text between the brackets of an object or a list. */
export function innerText(text: string, { offset, length }: Node): string {
  return text.slice(offset + 1, offset + length - 1);
}

/** A node as plain data. What it is called for has no `__proto__` that would matter. */
export function dataOf(node: Node | undefined): unknown {
  if (node?.type === 'array') return (node.children ?? []).map(dataOf);
  if (node?.type !== 'object') return node?.value;
  return Object.fromEntries((node.children ?? []).map(property => [nameOf(property), dataOf(memberOf(property))]));
}

/**
 * The meaning of a tree as a text: names in order, no white space, no comments. `leavesOut` tells what is not counted; what is
 * empty only for that is not counted either.
 */
export function meaningOf(
  text: string,
  node: Node | undefined,
  leavesOut: (path: Path, node: Node) => boolean = () => false,
  path: Path = [],
): string {
  if (node === undefined || leavesOut(path, node)) return '';
  const inner = (name: string, child: Node | undefined) => meaningOf(text, child, leavesOut, [...path, name]);
  if (node.type === 'array') {
    const elements = (node.children ?? []).map(child => inner('*', child)).filter(meaning => meaning !== '');
    return elements.length === 0 && (node.children ?? []).length > 0 ? '' : `[${elements.join(',')}]`;
  }
  if (node.type !== 'object')
    return node.type === 'number' ? text.slice(node.offset, endOf(node)) : JSON.stringify(node.value);
  const members = (node.children ?? [])
    .map(property => [nameOf(property), inner(nameOf(property), memberOf(property))] as const)
    .filter(([, meaning]) => meaning !== '')
    .map(([name, meaning]) => `${JSON.stringify(name)}:${meaning}`)
    .sort();
  return members.length === 0 && (node.children ?? []).length > 0 ? '' : `{${members.join(',')}}`;
}

/** The comments of a text, in order. */
export function commentsIn(text: string): string[] {
  const pieces = text.matchAll(/"(?:[^"\\\n]|\\.)*"|\/\*[\s\S]*?\*\/|\/\/[^\r\n]*/g);
  return [...pieces].map(([piece]) => piece).filter(piece => piece.startsWith('/'));
}
