import { describe, expect, it } from 'vitest';
import { project } from '../../test/support/rules.ts';
import { answered, oneLook, taken, WebhookBench } from '../../test/support/webhook-bench.ts';
import { accountsProject } from '../core/account.ts';
import { readAudit } from '../core/audit.ts';
import { limits } from '../core/limits.ts';
import { disableWebhook } from '../core/webhook.ts';

const upTo = (count: number, from = 1) => Array.from({ length: count }, (_, at) => at + from);
const everything = { since: 0, before: null, principal: null, what: null, project: null, decision: null, limit: 100 };
const retriesMs = limits.webhookRetryMs.reduce((sum, ms) => sum + ms, 0);

describe('a webhook', () => {
  it('is told what happens after it was made, in order and once, and nothing of other projects or kinds', async () => {
    const bench = new WebhookBench();
    await bench.happen(project, 3);
    await bench.create({ projects: ['github.com/acme/*'], events: ['data.*'] });
    const hub = bench.hub();
    await bench.happen(project, 4);
    await bench.happen(project, 2, 'lock.granted');
    await bench.happen(project, 1);
    await bench.happen('github.com/other/shop', 2);
    await bench.happen('github.com/acme/later', 2);
    await bench.clock.advance(oneLook);
    expect(bench.sequences(project)).toEqual([4, 5, 6, 7, 10]);
    expect(bench.sequences('github.com/acme/later')).toEqual([1, 2]);
    expect(bench.got).toHaveLength(7);
    expect(bench.mostAtOnce).toBe(1);
    await hub.stop();
    expect(bench.clock.pending).toBe(0);
    expect((await bench.show()).lease).toBeNull();
  });

  it('is tried again with growing pauses under one id, goes on where it was, and holds up no other', async () => {
    const bench = new WebhookBench();
    await bench.create();
    await bench.create({ name: 'other', url: 'https://example.org/other' });
    const hub = bench.hub();
    await bench.happen(project, 2);
    bench.answers = ({ url }) => (url.includes('other') || bench.clock.elapsed() > 100_000 ? taken : answered(500));
    await bench.clock.advance(200_000);
    const ours = bench.got.filter(({ url }) => !url.includes('other'));
    expect(ours.map(({ sequence }) => sequence)).toEqual([1, 1, 1, 1, 2]);
    expect(new Set(ours.map(({ id }) => id)).size).toBe(2);
    const pauses = ours.slice(1, 4).map(({ at }, place) => at - (ours[place]?.at ?? 0));
    pauses.forEach((pause, place) => {
      const base = limits.webhookRetryMs[place] ?? 0;
      expect(pause).toBeGreaterThanOrEqual(base * 0.8);
      expect(pause).toBeLessThanOrEqual(base * 1.2 + oneLook);
    });
    const others = bench.got.filter(({ url }) => url.includes('other'));
    expect(others.map(({ sequence }) => sequence)).toEqual([1, 2]);
    expect(others.every(({ at }) => at < oneLook)).toBe(true);
    expect(await bench.show()).toMatchObject({ failures: 0, failingSince: null, lastFailure: null });
    await hub.stop();
  });

  it('that fails for days is switched off, which its hub logs and the audit says; switched on it goes on where it was', async () => {
    const bench = new WebhookBench();
    await bench.create();
    await bench.happen(project, 2);
    bench.answers = () => answered(500);
    const attempts = limits.webhookRetryMs.length + 1;
    for (let count = 1; count < attempts; count += 1) await bench.attempt();
    expect((await bench.show()).disabledAt).toBeNull();
    await bench.attempt();
    expect(bench.clock.elapsed()).toBeGreaterThan(retriesMs * 0.8);
    expect(bench.clock.elapsed()).toBeLessThan(retriesMs * 1.2 + attempts * oneLook);
    expect(bench.got.map(({ sequence }) => sequence)).toEqual(Array.from({ length: attempts }, () => 1));
    expect(await bench.show()).toMatchObject({ disabledAt: expect.any(Number), failures: attempts });
    expect((await bench.show()).disabledBecause).toContain('the receiver answered 500');
    expect(bench.log.messages('error')).toEqual(['webhook disabled']);
    const { notes } = await bench.store.read(accountsProject, tx => readAudit(tx, everything));
    expect(notes[0]).toMatchObject({ action: 'webhook', subject: 'team', what: 'disable', decision: 'failed' });
    await bench.happen(project, 1);
    bench.answers = () => taken;
    await bench.attempt();
    expect(bench.got).toHaveLength(attempts);
    await bench.enable();
    await bench.attempt();
    expect(bench.sequences(project)).toEqual([1, 2, 3]);
  });

  it('whose receiver says that it is gone is switched off at once, and leaves out what waited if that is wanted', async () => {
    const bench = new WebhookBench();
    await bench.create();
    const hub = bench.hub();
    bench.answers = () => answered(410);
    await bench.happen(project, 3);
    await bench.clock.advance(oneLook);
    expect(bench.got).toHaveLength(1);
    expect(await bench.show()).toMatchObject({ disabledBecause: 'The receiver says that it is gone (410).' });
    bench.answers = () => taken;
    await bench.enable(true);
    await bench.happen(project, 1);
    await bench.clock.advance(oneLook);
    expect(bench.sequences(project)).toEqual([4]);
    await hub.stop();
  });

  it('waits as long as its receiver asks for, and no longer than the bound', async () => {
    const bench = new WebhookBench();
    await bench.create();
    await bench.happen(project);
    const asked = ['3600', new Date(bench.clock.now() + 10_800_000).toUTCString(), '999999999', 'soon'];
    bench.answers = () => answered(429, asked[bench.got.length - 1] ?? null);
    for (let count = 0; count < 5; count += 1) await bench.attempt();
    const [first = 0, second = 0, third = 0, fourth = 0, fifth = 0] = bench.got.map(({ at }) => at);
    expect(second - first).toBe(3_600_000);
    expect(third).toBeGreaterThan(10_798_000);
    expect(third).toBeLessThan(10_802_000);
    expect(fourth - third).toBe(limits.webhookRetryAfterMostMs);
    expect(fifth - fourth).toBeLessThan((limits.webhookRetryMs[3] ?? 0) * 1.2 + oneLook);
  });

  it('of a chat is told one thing a second', async () => {
    const bench = new WebhookBench();
    await bench.create({ kind: 'slack', url: 'https://hooks.slack.com/services/x' });
    const hub = bench.hub();
    await bench.happen(project, 4);
    await bench.clock.advance(20_000);
    const times = bench.got.map(({ at }) => at);
    expect(times).toHaveLength(4);
    times.slice(1).forEach((at, place) => {
      expect(at - (times[place] ?? 0)).toBeGreaterThanOrEqual(limits.webhookChatGapMs);
    });
    await hub.stop();
  });

  it('that is switched off while something is on its way is sent nothing more, and goes on behind it', async () => {
    const bench = new WebhookBench();
    await bench.create();
    const hub = bench.hub();
    bench.answers = async () => {
      await bench.store.transact(accountsProject, tx => disableWebhook(tx, 'team'));
      return taken;
    };
    await bench.happen(project, 3);
    await bench.clock.advance(10 * oneLook);
    expect(bench.sequences(project)).toEqual([1]);
    bench.answers = () => taken;
    await bench.enable();
    await bench.clock.advance(oneLook);
    expect(bench.sequences(project)).toEqual([1, 2, 3]);
    await hub.stop();
  });

  it('that wants little is not looked for again in all that it has passed over, also by a hub that starts anew', async () => {
    const bench = new WebhookBench();
    await bench.create({ events: ['lock.broken'] });
    const first = bench.hub();
    await bench.happen(project, 2 * limits.webhookSkippedNoted);
    await bench.clock.advance(oneLook);
    await first.stop();
    const { sequence } = (await bench.store.read(accountsProject, async tx => {
      const [cursor] = await tx.list('webhookCursor', 'webhook', { prefix: '' }, { limit: 2 });
      return cursor;
    })) ?? { sequence: 0 };
    expect(sequence).toBe(2 * limits.webhookSkippedNoted);
    const second = bench.hub();
    await bench.happen(project, 1, 'lock.broken');
    await bench.clock.advance(oneLook);
    expect(bench.sequences(project)).toEqual([sequence + 1]);
    await second.stop();
  });
});

describe('of several hubs', () => {
  it('one at a time works on a webhook, and each event comes once', async () => {
    const bench = new WebhookBench();
    await bench.create();
    const hubs = [bench.hub(), bench.hub(), bench.hub()];
    bench.answers = async () => {
      await bench.clock.sleep(40);
      return taken;
    };
    for (let round = 0; round < 10; round += 1) {
      await bench.happen(project, 5);
      await bench.clock.advance(700);
    }
    await bench.clock.advance(5_000);
    expect(bench.sequences(project)).toEqual(upTo(50));
    expect(bench.mostAtOnce).toBe(1);
    for (const hub of hubs) await hub.stop();
  });

  it.each([
    ['at once, where its death is seen', true, oneLook + 1_000],
    ['when its lease is over, where it is not', false, limits.webhookLeaseMs + oneLook + 1_000],
  ])('another goes on for one that died, %s, and loses nothing', async (_when, isSeen, withinMs) => {
    const bench = new WebhookBench();
    await bench.create();
    const first = bench.hub();
    bench.answers = ({ sequence }) => {
      // What is on its way when it dies was never settled.
      if (sequence === 3) first.die(isSeen);
      return taken;
    };
    await bench.happen(project, 6);
    await bench.clock.advance(oneLook);
    bench.answers = () => taken;
    const second = bench.hub();
    await bench.clock.advance(withinMs);
    expect(bench.sequences(project)).toEqual([1, 2, 3, 3, 4, 5, 6]);
    const [once, again] = bench.got.filter(({ sequence }) => sequence === 3);
    expect(again?.id).toBe(once?.id);
    await second.stop();
  });

  it('one that slept through its lease changes nothing of what another has done since', async () => {
    const bench = new WebhookBench();
    await bench.create();
    const sleeper = bench.hub();
    let wakeUp = () => {};
    bench.answers = ({ sequence }) =>
      sequence === 1 ? new Promise(resolve => (wakeUp = () => resolve(answered(410)))) : taken;
    await bench.happen(project, 3);
    await bench.clock.advance(oneLook);
    const late = wakeUp;
    bench.answers = () => taken;
    const other = bench.hub();
    await bench.clock.advance(limits.webhookLeaseMs + oneLook);
    expect(bench.sequences(project)).toEqual([1, 2, 3]);
    late();
    await bench.clock.advance(oneLook);
    expect(await bench.show()).toMatchObject({ disabledAt: null, failures: 0 });
    await bench.happen(project, 1);
    await bench.clock.advance(2 * oneLook);
    expect(bench.sequences(project)).toEqual([1, 2, 3, 4]);
    await sleeper.stop();
    await other.stop();
  });
});

// What fails says with which seed, and that seed plays it again.
const seeds = upTo(40);

describe('whatever fails, dies and is switched', () => {
  it.each(seeds)('every event comes at least once, in order and under one id, with the dice of seed %i', async seed => {
    const bench = new WebhookBench(seed);
    const dice = bench.ids;
    await bench.create();
    let hubs = [bench.hub(), bench.hub()];
    const projects = [project, 'github.com/acme/other'];
    const happened = new Map(projects.map(each => [each, 0]));
    bench.answers = async () => {
      await bench.clock.sleep(dice.below(3) === 0 ? dice.below(16_000) : dice.below(50));
      return dice.below(4) === 0 ? answered(500, dice.below(3) === 0 ? String(dice.below(30)) : null) : taken;
    };
    for (let round = 0; round < 40; round += 1) {
      const where = projects[dice.below(2)] ?? project;
      const times = dice.below(4);
      await bench.happen(where, times);
      happened.set(where, (happened.get(where) ?? 0) + times);
      const event = dice.below(12);
      if (event === 0) hubs.shift()?.die(dice.below(2) === 0);
      else if (event === 1) void hubs.shift()?.stop();
      else if (event === 2) await bench.store.transact(accountsProject, tx => disableWebhook(tx, 'team'));
      else if (event <= 4) await bench.enable();
      while (hubs.length < 2) hubs = [...hubs, bench.hub()];
      await bench.clock.advance(dice.below(20_000));
    }
    bench.answers = () => taken;
    await bench.enable();
    await bench.clock.advance(2 * limits.webhookLeaseMs + 2 * oneLook);
    for (const hub of hubs) await hub.stop();
    for (const each of projects) {
      const sequences = bench.sequences(each);
      const firsts = sequences.filter((sequence, at) => sequences.indexOf(sequence) === at);
      expect(firsts).toEqual(upTo(happened.get(each) ?? 0));
      const ids = bench.got.filter(got => got.project === each).map(({ sequence, id }) => `${sequence} ${id}`);
      expect(new Set(ids).size).toBe(firsts.length);
    }
  });
});
