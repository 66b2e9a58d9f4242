/**
 * Puts a value into JSON text, and takes one out, without touching what stands around it: comments, order, indentation, line ends.
 * Taking out what was put in gives the same text again, unless the list or object was empty.
 */
import type { JsonValue } from '../define-setup.ts';
import { endOf, innerText, type Node } from './json-tree.ts';
import { indentAt, lineEndOf } from './text.ts';

/** What would make a longer line is broken. */
const widest = 100;

/** Puts a value at the end of an object (with its name) or of a list. */
export function inserted(text: string, root: Node, container: Node, value: JsonValue, name?: string): string {
  const label = name === undefined ? '' : `${JSON.stringify(name)}${hasTightColons(text) ? ':' : ': '}`;
  const last = container.children?.at(-1);
  const isOnOneLine = !text.slice(container.offset, endOf(container)).includes('\n');
  const short = label + onOneLine(value, hasTightColons(text));
  const isOneLineFile = !text.trim().includes('\n') && root.children?.length;
  if (isOnOneLine && (isOneLineFile || (last && lineLengthAt(text, container.offset) + short.length <= widest))) {
    return insertedInLine(text, container, short);
  }
  const lineEnd = lineEndOf(text);
  const unit = unitOf(text, root);
  const indent = last && startsLine(text, last) ? indentAt(text, last.offset) : indentAt(text, container.offset) + unit;
  const piece = lineEnd + indent + label + rendered(value, indent, unit, lineEnd, indent.length + label.length);
  if (last === undefined) {
    const inner = innerText(text, container);
    const closing = inner.includes('\n') ? '' : lineEnd + indentAt(text, container.offset);
    const at = container.offset + 1;
    return `${text.slice(0, at)}${piece}${inner}${closing}${text.slice(endOf(container) - 1)}`;
  }
  const comma = commaBehind(text, last);
  const afterLast = comma ?? endOf(last);
  const at = endOfLine(text, afterLast);
  return comma === undefined
    ? `${text.slice(0, endOf(last))},${text.slice(endOf(last), at)}${piece}${text.slice(at)}`
    : `${text.slice(0, at)}${piece},${text.slice(at)}`;
}

function lineLengthAt(text: string, offset: number): number {
  const [line = ''] = /^[^\r\n]*/.exec(text.slice(text.lastIndexOf('\n', offset) + 1)) ?? [];
  return line.length;
}

function insertedInLine(text: string, container: Node, piece: string): string {
  const last = container.children?.at(-1);
  if (last === undefined) return splice(text, container.offset + 1, 0, piece);
  const gap = /,[ \t]/.test(text.slice(container.offset, endOf(container))) || !hasTightColons(text) ? ' ' : '';
  const comma = commaBehind(text, last);
  return comma === undefined
    ? splice(text, endOf(last), 0, `,${gap}${piece}`)
    : splice(text, comma, 0, `${gap}${piece},`);
}

/** Puts a value in the place of another. */
export function replaced(text: string, root: Node, old: Node, value: JsonValue): string {
  const current = text.slice(old.offset, endOf(old));
  const isTight = hasTightColons(current) || (/",["\w]/.test(current) && !/",\s/.test(current));
  const indent = indentAt(text, old.offset);
  const column = old.offset - text.lastIndexOf('\n', old.offset);
  const fresh = !current.includes('\n')
    ? onOneLine(value, isTight)
    : rendered(value, indent, unitOf(text, root), lineEndOf(text), column);
  return splice(text, old.offset, old.length, fresh);
}

/** Takes the child at `index` out of an object (a property) or a list, with the comma that was needed for it. */
export function removed(text: string, container: Node, index: number): string {
  const children = container.children ?? [];
  const child = children[index];
  if (!child) return text;
  const previous = children[index - 1];
  const isLast = index === children.length - 1;
  const comma = commaBehind(text, child);
  // A comment between it and its comma stays.
  const isClose = comma === undefined || text.slice(endOf(child), comma - 1).trim() === '';
  const rest = isClose ? text : splice(text, comma - 1, 1, '');
  const end = isClose && comma !== undefined ? comma : endOf(child);
  const isAlone = hasOwnLine(rest, child, end, previous ? endOf(previous) : container.offset);
  const without = isAlone
    ? splice(rest, lineBreakBefore(rest, child), end - lineBreakBefore(rest, child), '')
    : withoutOneOfLine(rest, child, end, isLast ? previous : undefined);
  const needsNoComma = isLast && comma === undefined && previous !== undefined;
  const freed = needsNoComma ? withoutCommaBehind(without, previous) : without;
  return children.length === 1 ? collapsed(freed, container.offset) : freed;
}

/**
 * Whether its line can go with it. What follows there, a comment or a bracket, moves up to the line before then; not behind a
 * comment, which would swallow it.
 */
function hasOwnLine(text: string, child: Node, end: number, previousEnd: number): boolean {
  if (!startsLine(text, child)) return false;
  if (/^[ \t]*(?:\r?\n|$)/.test(text.slice(end))) return true;
  const hasLineComment = text.slice(previousEnd, child.offset).includes('//');
  const follows = /^[ \t]*(?:\/[/*]|[}\]])/.test(text.slice(end));
  return follows && !hasLineComment;
}

function lineBreakBefore(text: string, { offset }: Node): number {
  const start = text.lastIndexOf('\n', offset - 1);
  return text[start - 1] === '\r' ? start - 1 : start;
}

/** Takes it out from between others; `last` is what stands before it if nothing follows. */
function withoutOneOfLine(text: string, child: Node, end: number, last: Node | undefined): string {
  const start = last ? spaceBefore(text, child.offset, commaBehind(text, last)) : child.offset;
  const [space = ''] = (last ? undefined : /^[ \t]*(?=[^\s/])/.exec(text.slice(end))) ?? [];
  return splice(text, start, end + space.length - start, '');
}

function spaceBefore(text: string, offset: number, floor = 0): number {
  let start = offset;
  while (start > floor && (text[start - 1] === ' ' || text[start - 1] === '\t')) start -= 1;
  return start;
}

function withoutCommaBehind(text: string, node: Node): string {
  const comma = commaBehind(text, node);
  return comma === undefined ? text : splice(text, comma - 1, 1, '');
}

/** Brackets with nothing but white space between them, closed up. */
function collapsed(text: string, offset: number): string {
  const [white = ''] = /^\s*/.exec(text.slice(offset + 1)) ?? [];
  return /[}\]]/.test(text[offset + 1 + white.length] ?? '') ? splice(text, offset + 1, white.length, '') : text;
}

function splice(text: string, offset: number, length: number, piece: string): string {
  return text.slice(0, offset) + piece + text.slice(offset + length);
}

/** The offset behind the comma that follows a node; comments may stand in between. */
function commaBehind(text: string, node: Node): number | undefined {
  const [gap = ''] = /^(?:\s|\/\/[^\r\n]*|\/\*[\s\S]*?\*\/)*/.exec(text.slice(endOf(node))) ?? [];
  const at = endOf(node) + gap.length;
  return text[at] === ',' ? at + 1 : undefined;
}

/** Where a line's content ends behind `offset`: its comments belong to what stands before them. */
function endOfLine(text: string, offset: number): number {
  const [rest = ''] = /^(?:[ \t]*\/\*(?:(?!\*\/)[^\n])*\*\/)*(?:[ \t]*\/\/[^\r\n]*)?/.exec(text.slice(offset)) ?? [];
  return offset + rest.length;
}

function startsLine(text: string, node: Node): boolean {
  return /\n[ \t]*$/.test(text.slice(0, node.offset));
}

function hasTightColons(text: string): boolean {
  return /"[ \t]*:\S/.test(text) && !/"[ \t]*:[ \t]/.test(text);
}

/** What one level is indented by. */
function unitOf(text: string, root: Node): string {
  const first = root.children?.find(child => startsLine(text, child));
  const indent = first && indentAt(text, first.offset);
  return indent ? indent.slice(0, 10) : '  ';
}

function onOneLine(value: JsonValue, isTight = false): string {
  const colon = isTight ? ':' : ': ';
  const comma = isTight ? ',' : ', ';
  if (Array.isArray(value)) return `[${value.map(element => onOneLine(element, isTight)).join(comma)}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value).map(
    ([name, inner]) => `${JSON.stringify(name)}${colon}${onOneLine(inner, isTight)}`,
  );
  if (members.length === 0) return '{}';
  return isTight ? `{${members.join(comma)}}` : `{ ${members.join(comma)} }`;
}

/** A value as a person would write it: short ones on one line, and no line for a bracket around one thing alone. */
function rendered(value: JsonValue, indent: string, unit: string, lineEnd: string, column: number): string {
  const short = onOneLine(value);
  if (typeof value !== 'object' || value === null || column + short.length <= widest) return short;
  const isList = Array.isArray(value);
  const members = Object.entries<JsonValue>(value).map(([name, member]) => ({
    label: isList ? '' : `${JSON.stringify(name)}: `,
    member,
  }));
  const [only] = members;
  if (members.length === 1 && only && typeof only.member === 'object') {
    const inner = only.label + rendered(only.member, indent, unit, lineEnd, column + only.label.length + 2);
    return isList ? `[${inner}]` : `{ ${inner} }`;
  }
  const deeper = indent + unit;
  const pieces = members.map(
    ({ label, member }) => label + rendered(member, deeper, unit, lineEnd, deeper.length + label.length),
  );
  const lines = filled(pieces, widest - deeper.length).map(line => lineEnd + deeper + line);
  const [open, close] = isList ? '[]' : '{}';
  return `${open}${lines.join(',')}${lineEnd}${indent}${close}`;
}

/** As many pieces to a line as fit; one that has several lines stands alone. The comma at the end of each comes from the caller. */
function filled(pieces: readonly string[], width: number): string[] {
  const lines: string[] = [];
  for (const piece of pieces) {
    const last = lines.at(-1);
    const isFit = last !== undefined && last.length + piece.length + 3 <= width && !`${last}${piece}`.includes('\n');
    if (isFit) lines[lines.length - 1] = `${last}, ${piece}`;
    else lines.push(piece);
  }
  return lines;
}
