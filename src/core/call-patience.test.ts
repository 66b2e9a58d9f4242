import { expect, it } from 'vitest';
import { callPatienceMs } from './call-patience.ts';

const forEver = Number.POSITIVE_INFINITY;

it.each([
  ['claude-code', true, null, forEver],
  ['claude-code', false, 120_000, 96_000],
  ['codex', true, null, 240_000],
  ['opencode', true, null, forEver],
  ['opencode', false, null, 45_000],
  ['copilot-cli', true, null, forEver],
  ['gemini-cli', true, null, 45_000],
  ['somebody', true, 600_000, 45_000],
  [null, false, null, 45_000],
])('One call in %s, told how it goes: %s, bound set: %s, waits %s ms at most', (client, hears, told, ms) => {
  expect(callPatienceMs(client, hears, told)).toBe(ms);
});
