/** Configuration files of every shape survive being set up and taken back. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JsonPart } from '../../src/clients/setup/define-setup.ts';
import { withoutOurs } from '../../src/clients/setup/edits/edit.ts';
import { hasJsonParts, withJsonParts, withoutJsonParts } from '../../src/clients/setup/edits/json.ts';
import { commentsIn, meaningOf, nodeAt, treeOf } from '../../src/clients/setup/edits/json-tree.ts';
import { SignalboxError } from '../../src/core/errors.ts';

type Doc =
  | { kind: 'scalar'; text: string }
  | {
      kind: 'list' | 'object';
      members: { name: string; value: Doc; note: Note }[];
      isBroken: boolean;
      trails: boolean;
    };
type Note = 'none' | 'line' | 'block' | 'above' | 'long';

const names = fc.constantFrom('mcpServers', 'hooks', 'PreToolUse', 'Stop', 'version', 'a', 'b "x"', '{', '//', 'ä');
const scalars = fc.constantFrom('1', '-2.50', 'true', 'null', '"x"', '"// no"', '"\\u0041,}"', '"/* */"', '1e999');
const notes = fc.constantFrom<Note>('none', 'none', 'none', 'line', 'block', 'above', 'long');

const { doc } = fc.letrec<{ doc: Doc }>(tie => ({
  doc: fc.oneof(
    { maxDepth: 4, depthSize: 'small', withCrossShrink: true },
    scalars.map(text => ({ kind: 'scalar', text }) as const),
    fc.record({
      kind: fc.constantFrom('list' as const, 'object' as const, 'object' as const),
      members: fc.uniqueArray(fc.record({ name: names, value: tie('doc'), note: notes }), {
        selector: ({ name }) => name,
        maxLength: 4,
      }),
      isBroken: fc.boolean(),
      trails: fc.boolean(),
    }),
  ),
}));

interface Habit {
  unit: string;
  end: string;
  colon: string;
  mark: string;
  tail: string;
}

const habits: fc.Arbitrary<Habit> = fc.record({
  unit: fc.constantFrom('  ', '\t', '    ', ''),
  end: fc.constantFrom('\n', '\r\n'),
  colon: fc.constantFrom(': ', ':', ' : '),
  mark: fc.constantFrom('', '\ufeff'),
  tail: fc.constantFrom('', '\n', '\n\n', '\n// end'),
});

function written(value: Doc, habit: Habit, indent = ''): string {
  if (value.kind === 'scalar') return value.text;
  const { end, unit, colon } = habit;
  const [open, close] = value.kind === 'list' ? '[]' : '{}';
  const deeper = indent + unit;
  const pieces = value.members.map(({ name, value: member, note }, at) => {
    const label = value.kind === 'list' ? '' : JSON.stringify(name) + colon;
    const isLast = at === value.members.length - 1;
    const comma = isLast && !value.trails ? '' : ',';
    const body = label + written(member, habit, deeper);
    if (!value.isBroken) return `${body}${note === 'block' ? '/* in, line */' : ''}${comma}`;
    const above = note === 'above' ? `// above: "${name}"${end}${deeper}` : '';
    const behind = { none: '', above: '', line: ' // } behind', block: ' /* "," */', long: ` /* two${end}lines */` }[
      note
    ];
    return `${above}${body}${comma}${behind}`;
  });
  if (!value.isBroken) return open + pieces.join(' ') + close;
  return `${open}${pieces.map(piece => end + deeper + piece).join('')}${end}${indent}${close}`;
}

const documents = fc.tuple(
  doc.filter(value => value.kind === 'object'),
  habits,
);

function parts(version: string): JsonPart[] {
  const hook = (event: string): JsonPart => ({
    kind: 'elements',
    path: ['hooks', event],
    value: [
      { matcher: 'x|y', hooks: [{ type: 'command', command: `/opt/${version}/signalbox.mjs hook codex ${event}` }] },
    ],
  });
  const server = { command: '/usr/bin/node', args: [`/opt/${version}/signalbox.mjs`, 'mcp'] };
  return [
    { kind: 'frame', path: ['version'], value: 1 },
    { kind: 'entry', path: ['mcpServers', 'signalbox'], value: server },
    hook('PreToolUse'),
    hook('Stop'),
  ];
}

/** The text of a document that can be set up, and with what; nothing for one in which a name of ours is something else. */
function setUp(value: Doc, habit: Habit): { text: string; done: string } | undefined {
  const text = `${habit.mark}${written(value, habit)}${habit.tail.replaceAll('\n', habit.end)}`;
  try {
    return { text, done: withJsonParts(text, parts('1'), 'settings.json') };
  } catch (error) {
    expect(error).toBeInstanceOf(SignalboxError);
    expect((error as SignalboxError).code).toBe('invalid_input');
    return undefined;
  }
}

const body = (text: string) => text.replace(/^\ufeff/, '');
const tree = (text: string) => treeOf(body(text), 'settings.json');
const paths = [['mcpServers'], ['hooks'], ['hooks', 'PreToolUse'], ['hooks', 'Stop']];
const at = (text: string, path: string[]) => nodeAt(tree(text), path, 'settings.json');

/** Whether something empty stands where our parts go: nobody can tell it from what we made, when the journal is lost. */
const isHollow = (text: string) =>
  [[], ...paths].some(path => at(text, path)?.children?.length === 0) ||
  [1, undefined].includes(at(text, ['version'])?.value);

describe('a JSON file of any shape', () => {
  it('set up and taken back is the same to the byte', () => {
    fc.assert(
      fc.property(documents, ([value, habit]) => {
        const case_ = setUp(value, habit);
        if (!case_) return;
        const { text, done } = case_;
        expect(withoutOurs(done, { kind: 'json', paths: ['x'], parts: parts('2') }, text, 'settings.json')).toBe(text);
      }),
      { numRuns: 1_500 },
    );
  });

  it('is the same, too, when nobody knows what was there, but for what was empty', () => {
    fc.assert(
      fc.property(documents, ([value, habit]) => {
        const case_ = setUp(value, habit);
        if (!case_) return;
        const { text, done } = case_;
        const back = withoutJsonParts(done, parts('2'), undefined, 'settings.json') ?? '{}';
        if (!isHollow(text)) {
          expect(back).toBe(text);
          return;
        }
        expect(commentsIn(body(back))).toEqual(commentsIn(body(text)));
        const others = (all: string) =>
          meaningOf(body(all), tree(all), (path, node) => path.join() === 'version' || node.children?.length === 0) ||
          '{}';
        expect(others(back)).toBe(others(text));
      }),
      { numRuns: 1_500 },
    );
  });

  it('keeps what others wrote, comments too, and is set up once', () => {
    fc.assert(
      fc.property(documents, ([value, habit]) => {
        const case_ = setUp(value, habit);
        if (!case_) return;
        const { text, done } = case_;
        expect(hasJsonParts(done, parts('2'), 'settings.json')).toBe(true);
        expect(commentsIn(body(done))).toEqual(commentsIn(body(text)));
        expect(withJsonParts(done, parts('1'), 'settings.json')).toBe(done);
        const updated = withJsonParts(done, parts('2'), 'settings.json');
        expect(updated.split('/opt/2/').length).toBe(4);
        expect(updated).not.toContain('/opt/1/');
        expect(updated.replaceAll('/opt/2/', '/opt/1/')).toBe(done);
      }),
      { numRuns: 1_500 },
    );
  });
});
