/** What the files of claude-session-coordinator held, taken over by `signalbox import claude-session-coordinator PATH`. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Workspace } from '../support/workspace.ts';
import { Coordinator } from './support/csc.ts';

let place: Workspace;
let folder: string;

const machine = hostname();

beforeEach(async () => {
  place = new Workspace();
  folder = join(place.repository, '.claude/session-state');
  mkdirSync(folder, { recursive: true });
  const { full_scope_prefix: prefix } = await (await Coordinator.start(place)).client.json('sign_on');
  const file = (scope: string, data: object) =>
    writeFileSync(
      join(folder, `${`${prefix}:${scope}`.replaceAll(/[:/]/g, '__')}.json`),
      JSON.stringify({ data, metadata: {} }),
    );
  file('session:claude_1', { current_issue: 'Issue 15', todos: [{ content: 'Test', status: 'pending' }] });
  file('issue:15', { notes: 'Look at the cache', port: '3000', count: 3 });
  file('instances', { registry: { claude_1: 'taken', claude_2: 'available' } });
  writeFileSync(join(folder, 'oldbox__acme__shop__project__notes.json'), '{"data": {"style": "tabs"}, "metadata": {}}');
  writeFileSync(join(folder, 'broken.json'), '{"data": ');
});

afterEach(() => place.dispose());

async function taken() {
  const { code, stdout, stderr } = await place.command(['import', 'claude-session-coordinator', folder, '--json']);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return JSON.parse(stdout).tallies;
}

it('Values are counted and taken once, without changing their files (CSCT-001)', async () => {
  const files = () => readdirSync(folder).map(name => readFileSync(join(folder, name), 'utf8'));
  const before = files();
  expect(await taken()).toEqual([
    { what: 'files', taken: 0, left: [{ why: 'it is no file of scopes', count: 1 }] },
    { what: 'values', taken: 6, left: [] },
    { what: 'instances', taken: 0, left: [{ why: 'they sign on again', count: 1 }] },
  ]);
  expect(files()).toEqual(before);
  const session = await Coordinator.start(place);
  await session.signOn();
  await session.store('issue:15', 'notes', 'Looked');
  await session.delete('issue:15', 'count');
  expect((await taken()).find(({ what }: { what: string }) => what === 'values')).toEqual({
    what: 'values',
    taken: 0,
    left: [{ why: 'taken before', count: 6 }],
  });
  expect(await session.retrieve('issue:15', 'notes')).toEqual(['Looked']);
  expect(await session.retrieve('issue:15', 'count')).toEqual([]);
});

it('Values are under their scopes and keys as they were, also of another machine, and never replace what is here (CSCT-002)', async () => {
  const session = await Coordinator.start(place);
  await session.signOn();
  await session.store('issue:15', 'port', 'mine');
  const tallies = await taken();
  expect(tallies[1]).toEqual({
    what: 'values',
    taken: 5,
    left: [{ why: 'there is such a key here', count: 1 }],
  });
  expect(await session.retrieve('issue:15', 'port')).toEqual(['mine']);
  expect(await session.retrieve('issue:15', 'notes')).toEqual(['Look at the cache']);
  expect(await session.retrieve('session:claude_1', 'current_issue')).toEqual(['Issue 15']);
  expect(JSON.parse((await session.retrieve('session:claude_1', 'todos'))[0] ?? '')).toEqual({
    content: 'Test',
    status: 'pending',
  });
  expect(await session.retrieve('project:notes', 'style')).toEqual(['tabs']);
  expect(machine).not.toBe('oldbox');
});
