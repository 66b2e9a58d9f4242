/** The block that says that messages wait, on a machine whose store is behind a hub: real servers, and hubs that are killed. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { limits } from '../../src/core/limits.ts';
import { ana, hub, officeForEachTest, startHub } from '../support/office.ts';
import { pause, until, Workspace } from '../support/workspace.ts';

officeForEachTest();

/** Ana's machine. */
let place: Workspace;

beforeEach(() => {
  place = new Workspace();
  Object.assign(place.environment, { SIGNALBOX_STORE: hub.url, SIGNALBOX_TOKEN: ana.token });
  place.write(rules, '# Mine\n');
});

afterEach(() => place.dispose());

const rules = 'CLAUDE.local.md';
const told = () => readFileSync(join(place.repository, rules), 'utf8');
const isGone = () => told() === '# Mine\n';
const waits = (count: string) => () => told().includes(`${count} for you in Signalbox: call message_read.`);

const withBlock = (handle: string) =>
  place.session({ args: ['--handle', handle], environment: { SIGNALBOX_NOTIFICATION_FILE: rules } });

async function both() {
  const otter = await withBlock('otter');
  const heron = await place.session({ args: ['--handle', 'heron'] });
  await otter.handle();
  await heron.handle();
  return [otter, heron] as const;
}

describe('the notification block behind a hub', () => {
  it('says that messages wait and no word of theirs, goes when they are read, and with the client', async () => {
    const [otter, heron] = await both();
    await heron.call('message_send', { to: ['otter'], body: 'PLUM-TREE' });
    await until('one waits', waits('1 message waits'));
    await heron.call('message_send', { to: ['otter'], body: 'PEAR-TREE' });
    await until('two wait', waits('2 messages wait'));
    expect(told()).not.toMatch(/TREE|otter|heron/);
    await otter.call('message_read');
    await until('it is gone', isGone);
    await heron.call('message_send', { to: ['otter'], body: 'Once more.' });
    await until('one waits again', waits('1 message waits'));
    await otter.close();
    await until('it went with the client', isGone);
  });

  it('stays while the hub is gone, and is right at the next one', async () => {
    const [otter, heron] = await both();
    await heron.call('message_send', { to: ['otter'], body: 'Hello.' });
    await until('one waits', waits('1 message waits'));
    await hub.kill();
    // Its server looks meanwhile, and has nobody to ask.
    await pause(limits.safetyPollMs + 500);
    expect(waits('1 message waits')()).toBe(true);
    await startHub([], {}, hub.port);
    await heron.call('message_send', { to: ['otter'], body: 'And another.' });
    await until('two wait', waits('2 messages wait'));
    await otter.call('message_read');
    await until('it is gone', isGone);
  });

  it('goes with a client that goes while there is no hub, and with the next start after a crash', async () => {
    const [otter, heron] = await both();
    await heron.call('message_send', { to: ['otter'], body: 'Hello.' });
    await until('one waits', waits('1 message waits'));
    await hub.kill();
    await otter.close();
    await until('it went with the client', isGone);
    await startHub([], {}, hub.port);
    const back = await withBlock('otter');
    expect(await back.handle()).toBe('otter');
    await until('it waits still', waits('1 message waits'));
    back.crash();
    await hub.kill();
    await withBlock('badger');
    await until('it is gone', isGone);
  });
});
