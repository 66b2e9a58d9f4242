/** The task that a session has from the prompts of its user. */
import { beforeEach, describe, expect, it } from 'vitest';
import { eventCalls } from '../../test/support/client-events.ts';
import { type Bench, createBench } from '../../test/support/rules.ts';
import { limits } from '../core/limits.ts';
import type { SessionRecord } from '../core/records.ts';
import { update } from '../core/session.ts';

let bench: Bench;
let otter: SessionRecord;

beforeEach(async () => {
  bench = createBench();
  otter = await bench.join('otter');
});

const { event } = eventCalls(() => bench);
const prompt = (text: string) => event(otter, { kind: 'prompt', prompt: text });
const task = async () => (await bench.now(otter)).task;

describe('the task of a session', () => {
  it('is the first line of the prompt it begins with, shortened', async () => {
    await prompt(`\n  Move   the\tlogin\nand more`);
    expect(await task()).toBe('Move the login');
    await prompt('Something else');
    expect(await task()).toBe('Move the login');
    await event(otter, { kind: 'start', source: 'clear' });
    await prompt(`${'😀'.repeat(200)}`);
    expect(await task()).toMatch(/^(😀)+.?…$/u);
    expect((await task())?.length).toBeLessThanOrEqual(limits.taskFromPromptCharacters);
  });

  it('shows no secret', async () => {
    await prompt('Use ghp_0123456789abcdefghijABCDEFGHIJ012345 to push');
    expect(await task()).toMatch(/^Use .* to push$/);
    expect(await task()).not.toContain('0123456789');
  });

  it.each([
    ['a command', '/model opus'],
    ['a command alone', '/clear'],
    ['a command with more lines', '/review src\nand tell me'],
    ['a wrapper', '<task-notification>\n<task-id>1</task-id>\nMonitor event\n</task-notification>'],
    ['a wrapper on one line', '<local-command-stdout>Set model to opus</local-command-stdout>'],
    ['a wrapper that is not closed', '<system-reminder>\nThe user opened a file'],
    ['a wrapper with facts in it', '<note kind="a">\nwords\n</note>'],
    ['what we woke it with', 'Signalbox: 1 message waits for you, from heron.'],
    ['nothing', ' \n\t\n'],
  ])('is not taken from %s', async (_what, words) => {
    await prompt(words);
    expect(await task()).toBeNull();
    await prompt('Move the login');
    expect(await task()).toBe('Move the login');
  });

  it.each([
    ['behind a wrapper', '<ide-file>\nsrc/a.ts\n</ide-file>\nMove the login'],
    ['before a wrapper', 'Move the login\n<system-reminder>\nwords\n</system-reminder>'],
    ['behind two wrappers', '<a>x</a>\n<b>\ny\n</b>\nMove the login'],
  ])('is taken from what stands %s', async (_what, words) => {
    await prompt(words);
    expect(await task()).toBe('Move the login');
  });

  it('may begin with a path', async () => {
    await prompt('/etc/hosts is wrong');
    expect(await task()).toBe('/etc/hosts is wrong');
  });

  it('that it says itself stands over any prompt and a cleared context, and one it cleared is taken anew', async () => {
    await prompt('Move the login');
    const stored = await bench.now(otter);
    await bench.transact(unit => update(unit, stored, { task: 'Payments' }));
    await event(otter, { kind: 'start', source: 'clear' });
    await prompt('Something else');
    expect(await task()).toBe('Payments');
    const named = await bench.now(otter);
    await bench.transact(unit => update(unit, named, { task: '' }));
    await prompt('Third');
    expect(await task()).toBe('Third');
  });

  it('that a prompt gave is forgotten with a cleared context, and with nothing else', async () => {
    await prompt('Move the login');
    for (const source of ['resume', 'compact', 'startup']) await event(otter, { kind: 'start', source });
    expect(await task()).toBe('Move the login');
    await event(otter, { kind: 'start', source: 'clear' });
    expect([await task(), (await bench.now(otter)).taskFrom]).toEqual([null, null]);
  });

  it('is told to those who watch', async () => {
    const before = await bench.store.eventsAfter('github.com/acme/shop', 0, 1_000);
    await prompt('Move the login');
    const events = await bench.store.eventsAfter('github.com/acme/shop', before.length, 1_000);
    expect(events.map(({ type }) => type)).toContain('session.updated');
  });
});
