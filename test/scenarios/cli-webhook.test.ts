/** `signalbox webhook`, as the admin of a hub meets it. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Receiver } from '../support/receiver.ts';
import { Workspace } from '../support/workspace.ts';

let place: Workspace;
let receiver: Receiver;

beforeEach(async () => {
  place = new Workspace();
  receiver = await Receiver.start();
});

afterEach(async () => {
  receiver.close();
  await place.dispose();
});

const allowed = { SIGNALBOX_HUB_WEBHOOKS_INTERNAL: 'on' };
const webhook = (...words: string[]) => place.command(['webhook', ...words], { environment: allowed });
const form = /^whsec_[A-Za-z0-9+/]{43}=$/m;

describe('a webhook', () => {
  it('shows its secret once, and never the path of its address', async () => {
    const made = await webhook('create', 'team', receiver.url('/geheim'), '--notes', 'For the board');
    expect(made.stdout).toMatch(form);
    const chat = await webhook('create', 'chat', receiver.url('/services/geheim'), '--kind', 'discord');
    expect(chat.stdout).not.toContain('whsec_');
    const others = [
      ...[chat, await webhook('list'), await webhook('list', '--json'), await webhook('show', 'team')],
      ...[await webhook('show', 'chat', '--json'), await webhook('disable', 'team'), await webhook('enable', 'chat')],
      ...[await webhook('test', 'chat'), await place.command(['audit']), await webhook('delete', 'team', '--json')],
    ];
    for (const { code, stdout } of others) {
      expect(code).toBe(0);
      expect(stdout).not.toMatch(/geheim|whsec_|"key"/);
    }
    expect((await webhook('list')).stdout).toMatch(
      /^chat {2}discord {2}enabled {2}http:\/\/127\.0\.0\.1:\d+\/… {2}all projects/m,
    );
  });

  it('reads its address from standard input, where no list of processes shows it', async () => {
    const words = ['webhook', 'create', 'chat', '-', '--kind', 'slack'];
    const made = await place.command(words, { environment: allowed, input: `${receiver.url('/geheim')}\n` });
    expect(made).toMatchObject({ code: 0, stderr: '' });
    await webhook('test', 'chat');
    expect(receiver.received).toMatchObject([{ path: '/geheim' }]);
  });

  it('is tried at once, signed, as often as somebody likes, and says by its exit code what came of it', async () => {
    const { stdout } = await webhook('create', 'team', receiver.url('/team'), '--json');
    receiver.secrets.set('/team', JSON.parse(stdout).secret);
    expect((await webhook('test', 'team')).stdout).toMatch(
      /^✓ team was taken by http:\/\/127\.0\.0\.1:\d+\/… \(200\)\.$/m,
    );
    await webhook('disable', 'team');
    expect((await webhook('test', 'team')).code).toBe(0);
    expect(receiver.received.map(({ body, isGenuine }) => [body.type, isGenuine])).toEqual([
      ['webhook.test', true],
      ['webhook.test', true],
    ]);
    expect(new Set(receiver.received.map(({ id }) => id)).size).toBe(2);
    receiver.answer = () => 500;
    const failed = await webhook('test', 'team');
    expect(failed).toMatchObject({ code: 9, stderr: expect.stringContaining('answered 500') });
    expect(JSON.parse((await webhook('show', 'team', '--json')).stdout)).toMatchObject({ failures: 0 });
  });

  it('is made with what it wants to hear of, and its doings stand in the audit', async () => {
    const words = ['--only', 'github.com/acme/*', '--only', 'tools', '--event', 'lock.*', '--event', 'session.joined'];
    await webhook('create', 'team', receiver.url('/team'), ...words);
    expect(JSON.parse((await webhook('show', 'TEAM', '--json')).stdout)).toMatchObject({
      ...{ name: 'team', kind: 'standard', state: 'enabled', deliveredAt: null },
      ...{ projects: ['github.com/acme/*', 'tools'], events: ['lock.*', 'session.joined'] },
    });
    await webhook('disable', 'team');
    await webhook('delete', 'team');
    const { stdout } = await place.command(['audit', '--json']);
    const notes = JSON.parse(stdout).notes.map((note: Record<string, string>) => [
      note.action,
      note.what,
      note.subject,
    ]);
    expect(notes).toEqual([
      ['webhook', 'delete', 'team'],
      ['webhook', 'disable', 'team'],
      ['webhook', 'create', 'team'],
    ]);
  });

  it('that cannot be is refused with what is wrong, and nothing of its address', async () => {
    await webhook('create', 'team', receiver.url('/team'));
    const refused = await Promise.all([
      webhook('create', 'team', receiver.url('/geheim')),
      webhook('create', 'more', 'geheim'),
      webhook('create', 'more', 'https://ana:geheim@example.com/'),
      webhook('create', 'more', 'https://224.0.0.1/geheim'),
      webhook('create', 'more', receiver.url('/geheim'), '--event', 'lock.lost'),
      webhook('create', 'two words', receiver.url('/geheim')),
      webhook('create', 'more', receiver.url('/geheim'), '--kind', 'pigeon'),
      webhook('show', 'zoe'),
      webhook('enable', 'zoe'),
      webhook('test', 'zoe'),
      webhook('delete', 'zoe'),
    ]);
    expect(refused.map(({ code }) => code)).toEqual([4, 2, 2, 2, 2, 2, 2, 3, 3, 3, 3]);
    for (const { stdout, stderr } of refused) expect(stdout + stderr).not.toContain('geheim');
    expect(JSON.parse((await webhook('list', '--json')).stdout).webhooks).toHaveLength(1);
  });

  it('that there is none of is told with how to make one, and is in no export', async () => {
    expect((await webhook('list')).stdout).toBe('No webhooks. Make one: signalbox webhook create NAME URL\n');
    await webhook('create', 'team', receiver.url('/team'));
    await place.command(['lock', 'acquire', 'src/a.ts']);
    const { stdout } = await place.command(['export']);
    expect(stdout).toContain('src/a.ts');
    expect(stdout).not.toContain('team');
  });
});
