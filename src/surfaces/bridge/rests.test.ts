import { beforeEach, describe, expect, it } from 'vitest';
import { wires } from '../../../test/support/bridged.ts';
import { FakeClock, settle } from '../../../test/support/fakes.ts';
import { type Channel, Link } from '../../bridge/link.ts';
import { wakingByCommand } from '../../clients/waking.ts';
import { limits } from '../../core/limits.ts';
import { Rests } from './rests.ts';

const terminals = ['/bin/codex', 'app-server', '--listen', 'unix://'];
const text = 'Signalbox: something waits for you. message_read shows what has not been shown to you.';

let clock: FakeClock;
/** What was run to wake somebody, and whether it works. */
let ran: (readonly string[])[];
let works: boolean;
let words: readonly string[];
let rests: Rests;

beforeEach(() => {
  clock = new FakeClock();
  [ran, works, words] = [[], true, terminals];
  const run = async (command: readonly string[]) => {
    ran.push(command);
    return works;
  };
  rests = new Rests(
    wakingByCommand({ run }, () => words),
    clock,
  );
});

const hook = (event: string, more: object = {}, client = 'codex') => ({
  ...{ client, event, environment: {} },
  input: { session_id: 'A', hook_event_name: event, cwd: '/code/shop', ...more },
});

/** A stop of the client, as its hook tells it. */
function stops(conversation = 'A') {
  const stop = hook('Stop', { session_id: conversation, stop_hook_active: false });
  rests.note(stop);
  return stop;
}

describe('a conversation that a hub has woken', () => {
  it('is woken by the command that its own client’s definition makes, with words that are always the same', async () => {
    stops();
    expect(await rests.canWake('A')).toBe(true);
    expect(await rests.wake('A')).toBe(true);
    expect(ran).toEqual([['/bin/codex', 'queue', '--thread', 'A', '--message', text]]);
  });

  it('is one whose last hook was its stop, as the machine has seen', async () => {
    const isLeft = async () => [await rests.canWake('A'), await rests.wake('A')];
    expect(await isLeft()).toEqual([false, false]);
    rests.note(hook('SessionStart', { source: 'startup' }));
    rests.note(hook('UserPromptSubmit', { prompt: 'Begin.' }));
    expect(await isLeft()).toEqual([false, false]);
    for (const [event, more] of [
      ['UserPromptSubmit', { prompt: 'Go on.' }],
      ['PreToolUse', { tool_name: 'Bash', tool_input: { command: 'ls' } }],
      ['SessionEnd', {}],
    ] as const) {
      stops();
      rests.note(hook(event, more));
      expect(await isLeft()).toEqual([false, false]);
    }
    rests.passed(stops());
    expect(await isLeft()).toEqual([false, false]);
    stops('B');
    expect(await isLeft()).toEqual([false, false]);
    expect(ran).toEqual([]);
  });

  it('rests also while a sub-agent of it works, another conversation, or somebody who is no client', async () => {
    stops();
    rests.note(hook('PreToolUse', { agent_id: 'part', tool_name: 'Bash', tool_input: {} }));
    rests.note(hook('PreToolUse', { session_id: 'B', tool_name: 'Bash', tool_input: {} }));
    rests.note(hook('PreToolUse', {}, 'nobody'));
    rests.note({ client: 'codex', event: 7, input: 'nothing' });
    expect(await rests.wake('A')).toBe(true);
  });

  it('is none where its client cannot be woken', async () => {
    words = ['/bin/codex', 'exec', 'Begin.'];
    stops();
    expect([await rests.canWake('A'), await rests.wake('A')]).toEqual([false, false]);
    words = [];
    expect([await rests.canWake('A'), await rests.wake('A')]).toEqual([false, false]);
    expect(ran).toEqual([]);
  });
});

describe('how often a hub may have a conversation woken', () => {
  /** Says each second that it is time, for so many seconds. */
  async function urges(seconds: number): Promise<void> {
    for (let second = 0; second < seconds; second += 1) {
      void rests.wake('A');
      await clock.advance(1_000);
    }
  }

  it('is once while it rests, and after minutes once more', async () => {
    stops();
    await urges(limits.bridgeWakeSameRestMs / 1_000 - 1);
    expect(ran).toHaveLength(1);
    expect(await rests.wake('A')).toBe(true);
    await urges(10);
    expect(ran).toHaveLength(2);
    expect(limits.bridgeWakeSameRestMs + limits.bridgeWakeAgainMs).toBeLessThan(limits.nudgeAgainMs);
  });

  it('is not each second where it stops as often, nor where waking fails; what came too early is done in its time', async () => {
    works = false;
    stops();
    await urges(60);
    expect(ran.length).toBeLessThanOrEqual(60_000 / limits.bridgeWakeAgainMs + 1);
    await clock.advance(limits.bridgeWakeAgainMs);
    [works, ran] = [true, []];
    for (let second = 0; second < 60; second += 1) {
      rests.note(hook('UserPromptSubmit', { prompt: 'Go on.' }));
      stops();
      await urges(1);
    }
    expect(ran.length).toBeLessThanOrEqual(60_000 / limits.bridgeWakeAgainMs + 1);
    stops();
    const late = rests.wake('A');
    const before = ran.length;
    await clock.advance(limits.bridgeWakeAgainMs);
    expect([await late, ran.length]).toEqual([true, before + 1]);
  });

  it('is never after it went on meanwhile', async () => {
    stops();
    await rests.wake('A');
    stops();
    const late = rests.wake('A');
    rests.note(hook('UserPromptSubmit', { prompt: 'Go on.' }));
    await clock.advance(limits.bridgeWakeAgainMs);
    expect([await late, ran.length]).toEqual([false, 1]);
  });
});

describe('the next hub', () => {
  let asked: { readonly request: Record<string, unknown>; readonly channel: Channel }[];

  /** One that answers nothing by itself. */
  function comes(): Link {
    asked = [];
    const [ours, theirs] = wires();
    new Link(theirs, 'second', (_what, value, channel) => {
      asked.push({ request: (value as { request: Record<string, unknown> }).request, channel });
    });
    const link = new Link(ours, 'first', () => undefined);
    void rests.tell(link, () => ({ now: clock.now() }));
    return link;
  }

  it('is told of the stops since which nothing came, until it takes them', async () => {
    const stop = stops();
    await rests.canWake('A');
    comes();
    await settle(10);
    expect(asked.map(({ request }) => request)).toEqual([{ ...stop, again: true }]);
    asked[0]?.channel.say({ reply: { pass: true } });
    await clock.advance(limits.bridgeAgainMs);
    asked[1]?.channel.say({ error: { code: 'unavailable', message: 'No.', next: 'Wait.' } });
    await clock.advance(limits.bridgeAgainMs * 2);
    asked[2]?.channel.say({ reply: {} });
    await clock.advance(limits.bridgeAgainMostMs);
    expect(asked).toHaveLength(3);
  });

  it('is told of a stop that no hub has answered, and of none that one may have held up', async () => {
    stops('B');
    rests.missed(stops());
    comes();
    await settle(10);
    expect(asked.map(({ request }) => (request.input as { session_id: string }).session_id)).toEqual(['A']);
  });

  it('is told of many one after the other, and of so many at most', async () => {
    for (let each = 0; each < limits.bridgeRests + 5; each += 1) rests.missed(stops(`conversation-${each}`));
    comes();
    for (let turn = 1; turn <= limits.bridgeRests; turn += 1) {
      await settle(20);
      expect(asked).toHaveLength(turn);
      asked[turn - 1]?.channel.say({ reply: {} });
    }
    await clock.advance(limits.bridgeAgainMostMs);
    expect(asked).toHaveLength(limits.bridgeRests);
  });

  it('is told of none that goes on, or when it has gone itself', async () => {
    rests.missed(stops());
    const link = comes();
    await settle(10);
    link.close('gone');
    await clock.advance(limits.bridgeAgainMostMs);
    expect(asked).toHaveLength(1);
    comes();
    await settle(10);
    rests.note(hook('UserPromptSubmit', { prompt: 'Go on.' }));
    await clock.advance(limits.bridgeAgainMostMs);
    expect(asked).toHaveLength(1);
  });
});
