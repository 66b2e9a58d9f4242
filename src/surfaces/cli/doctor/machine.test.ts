import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { SignalboxError } from '../../../core/errors.ts';
import { checked } from './finding.ts';
import { checkGit, checkNode } from './machine.ts';

it.each([
  ['18.20.0', 'broken'],
  ['20.18.3', 'broken'],
  ['20.19.0', 'warning'],
  ['22.22.2', 'warning'],
  ['22.22.3', 'ok'],
  ['23.11.0', 'warning'],
  ['24.14.1', 'warning'],
  ['24.15.0', 'ok'],
  ['25.8.0', 'warning'],
  ['25.9.0', 'ok'],
  ['26.0.0', 'ok'],
  ['27.1.0', 'ok'],
])('Node %s is found %s', (version, level) => {
  const [finding] = checkNode(version);
  expect(finding?.level).toBe(level);
  if (level !== 'ok') expect(finding?.next).toMatch(/^Install Node 22\.22\.3/);
});

it('a machine without git is a warning, not a failure', async () => {
  const empty = mkdtempSync(join(tmpdir(), 'signalbox-test-'));
  const [finding] = await checkGit({ PATH: empty });
  rmSync(empty, { recursive: true });
  expect(finding).toMatchObject({ check: 'git', level: 'warning', next: expect.any(String) });
});

it('a check that throws becomes a finding with a next step, and does not send to doctor who is there already', async () => {
  const failing = async () => {
    throw new SignalboxError(
      'unavailable',
      'The store is damaged.',
      'Run `signalbox doctor`; to go on at once, move it away.',
    );
  };
  expect(await checked('store', failing)).toEqual([
    { check: 'store', level: 'broken', message: 'The store is damaged.', next: 'To go on at once, move it away.' },
  ]);
  const unforeseen = async () => {
    throw new TypeError('x is undefined');
  };
  expect(await checked('store', unforeseen)).toMatchObject([{ level: 'broken', next: expect.any(String) }]);
});
