import { expect, it } from 'vitest';
import { isNestedDeeper } from './nesting.ts';

it('Nesting is counted in lists and objects, however deep it goes', () => {
  const deep = JSON.parse(`${'['.repeat(100_000)}${']'.repeat(100_000)}`);
  expect([1, [], [[]], [[[]]], { a: { b: [1] } }, deep].map(value => isNestedDeeper(value, 2))).toEqual([
    ...[false, false, false, true, true, true],
  ]);
});
