/** What a client of `claude-session-coordinator` meets before any rule: the server, the form of answers and of refusals. */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Workspace } from '../support/workspace.ts';
import { Coordinator } from './support/csc.ts';

let place: Workspace;
let one: Coordinator;

beforeEach(async () => {
  place = new Workspace();
  one = await Coordinator.start(place);
});

afterEach(() => place.dispose());

const golden = JSON.parse(
  readFileSync(join(import.meta.dirname, 'golden', 'claude-session-coordinator.others.json'), 'utf8'),
);
const withoutWords = ({ description, ...rest }: { description?: string | undefined }) => {
  expect(description).toEqual(expect.any(String));
  return rest;
};
const text = (value: string) => ({ type: 'text', text: value });

describe('the server', () => {
  it('says that it is claude-session-coordinator 0.1.0, what it can do, and how to begin (CSC-010)', () => {
    const { client } = one.client.session;
    expect(client.getServerVersion()).toEqual({ name: 'claude-session-coordinator', version: '0.1.0' });
    expect(client.getServerCapabilities()).toEqual({ tools: { listChanged: true }, resources: {}, prompts: {} });
    expect(client.getInstructions()).toMatch(/sign_on.*session:\/\/context.*sign_off/s);
  });

  it('has the resources and prompts of the old one, by their names (CSC-012, CSC-013)', async () => {
    const { client } = one.client.session;
    const { resources } = await client.listResources();
    const { resourceTemplates } = await client.listResourceTemplates();
    const { prompts } = await client.listPrompts();
    expect(resources.map(withoutWords)).toEqual(golden.resources);
    expect(resourceTemplates.map(withoutWords)).toEqual(golden.resourceTemplates);
    expect(prompts.map(withoutWords)).toEqual(golden.prompts);
  });

  it('answers a resource as text, and one that there is not by an error of the protocol (CSC-012)', async () => {
    const { client } = one.client.session;
    const uri = 'session://context';
    const { contents } = await client.readResource({ uri });
    expect(contents).toEqual([{ uri, mimeType: 'text/plain', text: expect.stringMatching(/^\{\n {2}"machine"/) }]);
    for (const unknown of ['session://contexts', 'session://state/', 'file:///etc/passwd'])
      await expect(client.readResource({ uri: unknown }), unknown).rejects.toMatchObject({ code: expect.any(Number) });
  });

  it('answers a prompt by one message of the user, and one that there is not by an error of the protocol (CSC-013)', async () => {
    const { client } = one.client.session;
    for (const name of ['startup', 'sign-off', 'sign_off', 'sign_off_prompt', 'first_run_storage'])
      expect((await one.prompt(name)).length, name).toBeGreaterThan(40);
    await expect(client.getPrompt({ name: 'signoff' })).rejects.toMatchObject({ code: expect.any(Number) });
  });

  it('ends with its input, with exit code 0, and says nothing but what it was asked (CSC-014)', async () => {
    const child = place.start(['mcp', '--profile', 'claude-session-coordinator']);
    let output = '';
    child.stdout?.on('data', chunk => {
      output += String(chunk);
    });
    child.stdin?.end();
    const [code] = await once(child, 'close');
    expect({ code, output }).toEqual({ code: 0, output: '' });
  });
});

describe('an answer', () => {
  it('that is a dictionary is JSON for people, and itself for programs (CSC-001, CSC-005)', async () => {
    const { content, structuredContent, isError } = await one.client.raw('sign_off');
    expect(content).toEqual([text('{\n  "status": "no active session"\n}')]);
    expect({ structuredContent, isError }).toEqual({ structuredContent: { status: 'no active session' } });
    const { content: blocks, structuredContent: session } = await one.client.raw('sign_on');
    expect(blocks).toEqual([text(JSON.stringify(session, null, 2))]);
  });

  it('that is a list has a block for each element, nothing none, and a truth its word (CSC-002, CSC-003, CSC-004)', async () => {
    await one.signOn();
    expect(await one.done('store_data', { scope: 'a', key: 'k', value: 1 })).toEqual({
      content: [],
      structuredContent: { result: null },
    });
    await one.store('b', 'k', 1);
    expect(await one.done('list_scopes', {})).toEqual({
      content: [text('a'), text('b'), text('instances')],
      structuredContent: { result: ['a', 'b', 'instances'] },
    });
    expect(await one.done('list_keys', { scope: 'none' })).toEqual({ content: [], structuredContent: { result: [] } });
    for (const [key, was] of [
      ['k', true],
      ['none', false],
    ] as const) {
      const answer = { content: [text(String(was))], structuredContent: { result: was } };
      expect(await one.done('delete_data', { scope: 'a', key })).toEqual(answer);
    }
    expect(await one.done('delete_scope', { scope: 'b' })).toEqual({
      content: [text('true')],
      structuredContent: { result: true },
    });
  });

  it('keeps to the schema that its tool tells, which retrieve_data does not (CSC-005, CSC-011)', async () => {
    // The client holds every answer against the schema once it knows the tools.
    const { tools } = await one.client.session.client.listTools();
    expect(tools).toHaveLength(9);
    expect(tools.flatMap(({ name, outputSchema }) => (outputSchema ? [] : [name]))).toEqual(['retrieve_data']);
    await one.signOn();
    await one.store('a', 'k', [1]);
    expect([await one.keys('a'), await one.scopes(), await one.delete('a', 'k')]).toEqual([
      ['k'],
      ['a', 'instances'],
      true,
    ]);
    await one.decide('local', 'team');
    expect(await one.signOff()).toMatchObject({ status: 'signed off' });
  });
});

describe('a refusal', () => {
  it('by a rule is an error that begins with the tool, and says what to do (CSC-006)', async () => {
    const { content, isError, structuredContent } = await one.client.raw('sign_on', { session_id: 'x'.repeat(201) });
    expect({ isError, structuredContent }).toEqual({ isError: true, structuredContent: undefined });
    expect(content).toHaveLength(1);
    expect(content[0]?.text).toMatch(/^Error executing tool sign_on: .*80.*Choose a shorter name\.$/);
  });

  it('of a tool that there is not says so, whatever it is given (CSC-007)', async () => {
    expect(await one.refusal('data_set', { key: 1 })).toBe('Unknown tool: data_set');
  });

  it('of arguments that do not fit has a paragraph for each of them (CSC-008)', async () => {
    await one.signOn();
    const start = 'Error executing tool store_data: 3 validation errors for store_dataArguments\n';
    expect(await one.refusal('store_data')).toBe(
      `${start}scope\n  Field required\nkey\n  Field required\nvalue\n  Field required`,
    );
    const one1 = /^Error executing tool list_keys: 1 validation error for list_keysArguments\nscope\n {2}.*string/;
    for (const scope of [1, null, ['a']]) expect(await one.refusal('list_keys', { scope })).toMatch(one1);
    expect(await one.refusal('sign_on', { session_id: 1 })).toMatch(
      /1 validation error for sign_onArguments\nsession_id/,
    );
    expect(await one.refusal('list_scopes', { pattern: {} })).toMatch(/pattern/);
  });

  it('is none of an argument that a tool does not know (CSC-009)', async () => {
    expect(await one.client.json('sign_on', { session_id: 'a', colour: 'red' })).not.toHaveProperty('colour');
  });
});
