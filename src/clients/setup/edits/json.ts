/** Sets our parts into a JSON file and takes them out again; everything else in it stays as it is. */
import { SignalboxError } from '../../../core/errors.ts';
import { argumentsBehind, isObject, isOurHook, isOurServer } from '../command.ts';
import type { JsonObject, JsonPart, JsonValue } from '../define-setup.ts';
import { inserted, removed, replaced } from './json-text.ts';
import {
  childOf,
  commentsIn,
  dataOf,
  innerText,
  meaningOf,
  memberOf,
  type Node,
  nameOf,
  nodeAt,
  type Path,
  treeOf,
} from './json-tree.ts';
import { withoutMark } from './text.ts';

/**
 * The text with our parts in it, as they are wanted: added where they are missing, put right where an older version wrote them.
 * Equal to `text` if nothing is to do. Errors: `invalid_input` for what cannot be read, `conflict` where somebody else's server
 * has our name.
 */
export function withJsonParts(text: string | null, parts: readonly JsonPart[], file: string): string {
  const { mark, body } = withoutMark(text ?? '');
  const old = treeOf(body, file);
  // What is white space only is no document; its own bytes come back by the journal.
  let edited = old ? body : '{}\n';
  for (const part of parts) edited = withPart(edited, part, file);
  for (const part of staleParts(edited, parts, file)) edited = withoutPart(edited, part, () => false, file);
  assertOthersKept(body, edited, parts, file);
  return mark + edited;
}

/**
 * The text without our parts; null when nothing is left of the file. `before` is what stood there before we came: null for no file,
 * undefined if nobody knows. What is empty now goes too, unless it was there before.
 */
export function withoutJsonParts(
  text: string,
  parts: readonly JsonPart[],
  before: string | null | undefined,
  file: string,
): string | null {
  const { mark, body } = withoutMark(text);
  if (!treeOf(body, file)) return text;
  const old = typeof before === 'string' ? readable(withoutMark(before).body, file) : undefined;
  const wasThere = (path: Path) => nodeAt(old, path, file) !== undefined;
  let edited = body;
  for (const part of [...parts, ...staleParts(body, parts, file)].reverse())
    edited = withoutPart(edited, part, wasThere, file);
  edited = withoutFrames(edited, parts, before, file);
  assertOthersKept(body, edited, parts, file);
  if (edited === body) return text;
  const isEmpty = /^\s*\{\s*\}\s*$/.test(edited);
  return isEmpty && typeof before !== 'string' ? null : mark + edited;
}

/** Whether any of our parts, whatever their version, is in the text. */
export function hasJsonParts(text: string, parts: readonly JsonPart[], file: string): boolean {
  const root = treeOf(withoutMark(text).body, file);
  return [...parts, ...staleParts(withoutMark(text).body, parts, file)].some(part => {
    const node = nodeAt(root, part.path, file);
    if (part.kind === 'entry') return isOurServer(dataOf(node));
    return part.kind === 'elements' && (node?.children ?? []).some(element => handlersIn(element, file).length > 0);
  });
}

/** Whether two texts say the same, and the first has no comment that the second lacks. */
export function saysTheSame(text: string, other: string, file: string): boolean {
  const [one, two] = [withoutMark(text).body, withoutMark(other).body];
  const [left, right] = [readable(one, file), readable(two, file)];
  const comments = new Set(commentsIn(two));
  const [meaning, otherMeaning] = [meaningOf(one, left) || '{}', meaningOf(two, right) || '{}'];
  return meaning === otherMeaning && commentsIn(one).every(comment => comments.has(comment));
}

function readable(text: string, file: string): Node | undefined {
  try {
    return treeOf(text, file);
  } catch {
    return undefined;
  }
}

/** Lists beside ours that hold something of ours, too: another version has put it there. */
function staleParts(text: string, parts: readonly JsonPart[], file: string): (JsonPart & { kind: 'elements' })[] {
  const root = treeOf(text, file);
  const lists = parts.filter(part => part.kind === 'elements').map(({ path }) => path);
  const containers = new Map(lists.map(path => [path.slice(0, -1).join('.'), path.slice(0, -1)]));
  return [...containers.values()].flatMap(container =>
    (nodeAt(root, container, file)?.children ?? [])
      .filter(property => property.type === 'property')
      .map(property => [...container, nameOf(property)])
      .filter(path => !lists.some(known => isPath(known, path)))
      .filter(path => nodeAt(root, path, file)?.children?.some(element => handlersIn(element, file).length > 0))
      .map(path => ({ kind: 'elements', path, value: [] }) as const),
  );
}

function withPart(text: string, part: JsonPart, file: string): string {
  const root = rootOf(text, file);
  const node = nodeAt(root, part.path, file);
  if (node === undefined) return placed(text, part.path, part.value, file);
  if (part.kind === 'frame') return text;
  return part.kind === 'entry' ? withEntry(text, part, file) : withElements(text, part, file);
}

/** Puts a value at a path where nothing is, with the objects that are missing on the way. */
function placed(text: string, path: Path, value: JsonValue, file: string): string {
  const root = rootOf(text, file);
  let depth = 0;
  let container = root;
  for (let next = childOf(container, path[0] ?? '', file); next && depth < path.length - 1; ) {
    if (next.type !== 'object') throw notWhatWeNeed(file, path.slice(0, depth + 1), 'an object');
    container = next;
    depth += 1;
    next = childOf(container, path[depth] ?? '', file);
  }
  const name = path[depth];
  // One level at a time, so that each is written as a person would.
  if (depth < path.length - 1) return placed(inserted(text, root, container, {}, name), path, value, file);
  return inserted(text, root, container, value, name);
}

function withEntry(text: string, { path, value }: JsonPart & { kind: 'entry' }, file: string): string {
  const current = dataOf(nodeAt(rootOf(text, file), path, file));
  if (!isOurServer(current) || !isObject(current)) throw notOurs(file, path);
  const behind = argumentsBehind(current);
  const wanted: JsonObject = Object.fromEntries(
    Object.entries(value).map(([name, member]) => [name, Array.isArray(member) ? [...member, ...behind] : member]),
  );
  return Object.entries(wanted).reduce((edited, [name, member]) => {
    const root = rootOf(edited, file);
    const old = nodeAt(root, [...path, name], file);
    if (old === undefined) return placed(edited, [...path, name], member, file);
    return isSame(dataOf(old), member) ? edited : replaced(edited, root, old, member);
  }, text);
}

/** Ours are exchanged where they stand, one by one, then added at the end or taken away. */
function withElements(text: string, { path, value }: JsonPart & { kind: 'elements' }, file: string): string {
  const list = nodeAt(rootOf(text, file), path, file);
  if (list?.type !== 'array') throw notWhatWeNeed(file, path, 'a list');
  const ours = indexesOfOurs(list, file);
  let edited = text;
  for (const [at, element] of value.entries()) {
    const root = rootOf(edited, file);
    const now = nodeAt(root, path, file);
    const old = now?.children?.[ours[at] ?? -1];
    if (!now) break;
    if (old === undefined) edited = inserted(edited, root, now, element);
    else if (!isSame(dataOf(old), element)) edited = replaced(edited, root, old, element);
  }
  for (const index of ours.slice(value.length).reverse()) {
    const now = nodeAt(rootOf(edited, file), path, file);
    if (now) edited = removed(edited, now, index);
  }
  return edited;
}

/** Elements all of which is ours: a hook, or a group of hooks without one of somebody else. */
function indexesOfOurs(list: Node, file: string): number[] {
  return (list.children ?? []).flatMap((element, index) => (isWhollyOurs(element, file) ? [index] : []));
}

function isWhollyOurs(element: Node, file: string): boolean {
  const group = childOf(element, 'hooks', file);
  const all = group ? (group.children ?? []) : [element];
  return all.length > 0 && handlersIn(element, file).length === all.length;
}

/** The hooks of ours in an element of a list: itself, or those in its group. */
function handlersIn(element: Node, file: string): Node[] {
  const group = childOf(element, 'hooks', file);
  return (group ? (group.children ?? []) : [element]).filter(handler => isOurHook(dataOf(handler)));
}

function withoutPart(text: string, part: JsonPart, wasThere: (path: Path) => boolean, file: string): string {
  if (part.kind === 'frame') return text;
  const node = nodeAt(rootOf(text, file), part.path, file);
  if (node === undefined) return text;
  if (part.kind === 'entry') {
    if (!isOurServer(dataOf(node))) return text;
    return withoutEmpty(withoutProperty(text, part.path, file), part.path.slice(0, -1), wasThere, file);
  }
  return withoutEmpty(withoutHandlers(text, part.path, file), part.path, wasThere, file);
}

function withoutHandlers(text: string, path: Path, file: string): string {
  let edited = text;
  const count = nodeAt(rootOf(text, file), path, file)?.children?.length ?? 0;
  for (let index = count - 1; index >= 0; index -= 1) {
    const list = nodeAt(rootOf(edited, file), path, file);
    const element = list?.type === 'array' ? list.children?.[index] : undefined;
    if (!list || !element) continue;
    if (indexesOfOurs(list, file).includes(index)) edited = removed(edited, list, index);
    else edited = withoutOursInGroup(edited, element, file, path, index);
  }
  return edited;
}

function withoutOursInGroup(text: string, element: Node, file: string, path: Path, index: number): string {
  const marks = (childOf(element, 'hooks', file)?.children ?? []).map(handler => isOurHook(dataOf(handler)));
  return marks.reduceRight((edited, isOurs, at) => {
    if (!isOurs) return edited;
    const now = nodeAt(rootOf(edited, file), path, file)?.children?.[index];
    const group = childOf(now, 'hooks', file);
    return group ? removed(edited, group, at) : edited;
  }, text);
}

/** Removes what has become empty, upwards, as far as it was not there before. */
function withoutEmpty(text: string, path: Path, wasThere: (path: Path) => boolean, file: string): string {
  if (path.length === 0 || wasThere(path)) return text;
  const node = nodeAt(rootOf(text, file), path, file);
  // A comment in it is somebody's.
  if (node && innerText(text, node).trim() !== '') return text;
  return withoutEmpty(node ? withoutProperty(text, path, file) : text, path.slice(0, -1), wasThere, file);
}

function withoutProperty(text: string, path: Path, file: string): string {
  const container = nodeAt(rootOf(text, file), path.slice(0, -1), file);
  const index = container?.children?.findIndex(property => nameOf(property) === path.at(-1)) ?? -1;
  return container && index >= 0 ? removed(text, container, index) : text;
}

/** The frame stays while anything needs it; nobody knowing better, while anything else is there. */
function withoutFrames(
  text: string,
  parts: readonly JsonPart[],
  before: string | null | undefined,
  file: string,
): string {
  const frames = parts.filter(part => part.kind === 'frame');
  const root = rootOf(text, file);
  const others = (root.children ?? []).filter(
    property =>
      !frames.some(({ path, value }) => path[0] === nameOf(property) && isSame(dataOf(memberOf(property)), value)),
  );
  const containers = new Set(parts.filter(part => part.kind !== 'frame').map(({ path }) => path[0]));
  const { body } = withoutMark(before ?? '');
  const old = readable(body, file);
  const isNew = (property: Node) =>
    meaningOf(text, memberOf(property)) !== meaningOf(body, childOf(old, nameOf(property), file));
  const isNeeded = others.some(
    property => before === undefined || (containers.has(nameOf(property)) && isNew(property)),
  );
  if (isNeeded) return text;
  return frames
    .filter(
      ({ path, value }) => nodeAt(old, path, file) === undefined && isSame(dataOf(nodeAt(root, path, file)), value),
    )
    .reduceRight((edited, { path }) => withoutProperty(edited, path, file), text);
}

/** The last safeguard: whatever the edit did, what others have written must mean what it meant. */
function assertOthersKept(before: string, after: string, parts: readonly JsonPart[], file: string): void {
  const all = [...parts, ...staleParts(before, parts, file)];
  const othersIn = (text: string) => meaningOf(text, treeOf(text, file), (path, node) => isOurs(path, node, all, file));
  const bare = (meaning: string) => (meaning === '' ? '{}' : meaning);
  if (bare(othersIn(before)) === bare(othersIn(after))) return;
  throw new SignalboxError(
    'internal',
    `${file} is written in a way that could not be changed safely; it was left as it is.`,
    'Set this client up by hand, and report what the file looks like.',
  );
}

function isOurs(path: Path, node: Node, parts: readonly JsonPart[], file: string): boolean {
  return parts.some(part => {
    if (part.kind === 'frame') return isPath(path, part.path) && isSame(dataOf(node), part.value);
    if (part.kind === 'entry')
      return (isPath(path, part.path) && isOurServer(dataOf(node))) || isHollow(path, node, part.path);
    if (isHollow(path, node, part.path)) return true;
    const isInside = path.length > part.path.length && isPath(path.slice(0, part.path.length), part.path);
    return isInside && path.at(-1) === '*' && (isOurHook(dataOf(node)) || isWhollyOurs(node, file));
  });
}

/** Something empty on the way to a part: it may have come or gone with it. */
function isHollow(path: Path, { children, type }: Node, to: Path): boolean {
  const isOnTheWay = path.length > 0 && path.length <= to.length && isPath(path, to.slice(0, path.length));
  return isOnTheWay && (type === 'object' || type === 'array') && children?.length === 0;
}

function isPath(path: Path, other: Path): boolean {
  return path.length === other.length && path.every((name, at) => name === other[at]);
}

function isSame(one: unknown, other: unknown): boolean {
  if (Array.isArray(one) && Array.isArray(other)) {
    return one.length === other.length && one.every((element, at) => isSame(element, other[at]));
  }
  if (!isObject(one) || !isObject(other)) return one === other;
  const names = Object.keys(one);
  return names.length === Object.keys(other).length && names.every(name => isSame(one[name], other[name]));
}

function rootOf(text: string, file: string): Node {
  const root = treeOf(text, file);
  if (!root) throw notWhatWeNeed(file, [], 'an object');
  return root;
}

function notWhatWeNeed(file: string, path: Path, what: string): SignalboxError {
  return new SignalboxError(
    'invalid_input',
    `In ${file}, ${path.join('.') || 'the document'} is not ${what}; the file was left as it is.`,
    'Correct the file, then run the command again.',
  );
}

function notOurs(file: string, path: Path): SignalboxError {
  return new SignalboxError(
    'conflict',
    `In ${file}, ${path.join('.')} is something else than Signalbox; the file was left as it is.`,
    'Give that entry another name, or remove it, then run the command again.',
  );
}
