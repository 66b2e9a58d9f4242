/** The tools of each profile as its users know them: names, arguments, types, which are required, bounds, choices and defaults. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { Workspace } from '../support/workspace.ts';
import { ForeignClient } from './support/foreign-client.ts';

const folder = join(import.meta.dirname, 'golden');
const ending = '.tools.json';
const profiles = readdirSync(folder)
  .filter(file => file.endsWith(ending))
  .map(file => file.slice(0, -ending.length));

/** Without what is worded by each system for itself. */
function structure(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(structure);
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(([key, each]) => key !== 'description' || typeof each !== 'string');
  return Object.fromEntries(kept.map(([key, each]) => [key, structure(each)]));
}

it.each(profiles)('The tools of %s are those of the system it speaks for (CP-003, CP-014)', async profile => {
  const place = new Workspace();
  try {
    const { session } = await ForeignClient.start(place, profile);
    const { tools } = await session.client.listTools();
    const golden = JSON.parse(readFileSync(join(folder, `${profile}${ending}`), 'utf8'));
    const listed = tools.map(({ name, inputSchema, outputSchema, ...rest }) => {
      const { $schema, type, additionalProperties, properties, required } = inputSchema;
      expect(Object.keys(rest), name).toEqual(['description']);
      expect({ $schema, type, additionalProperties }, name).toEqual(golden.schema);
      // Only some vocabularies tell what their tools answer.
      const output = outputSchema === undefined ? {} : { output: structure(outputSchema) };
      return [name, { required: required ?? [], properties: structure(properties), ...output }];
    });
    expect(Object.fromEntries(listed)).toEqual(golden.tools);
    expect(listed.map(([name]) => name)).toEqual(Object.keys(golden.tools));
  } finally {
    await place.dispose();
  }
});
