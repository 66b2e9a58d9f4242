/** What `claude-session-coordinator` tells by resources: who is there, what they are at, and where the state is. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Workspace } from '../support/workspace.ts';
import { Coordinator, configure } from './support/csc.ts';

let place: Workspace;
let one: Coordinator;
let two: Coordinator;

beforeEach(async () => {
  place = new Workspace();
  [one, two] = await Promise.all([Coordinator.start(place), Coordinator.start(place)]);
});

afterEach(() => place.dispose());

describe('session://context', () => {
  it('tells before sign_on who is there, and makes nobody join by that (CSC-050, CSC-051, CSC-053)', async () => {
    const context = await one.context();
    expect(Object.keys(context)).toEqual([
      'machine',
      'project',
      'current_session',
      'instances',
      'active_sessions',
      'first_available',
      'instructions',
    ]);
    expect(context).toMatchObject({
      current_session: null,
      instances: { claude_1: 'available', claude_2: 'available', claude_3: 'available', claude_4: 'available' },
      active_sessions: [],
      first_available: 'claude_1',
      instructions: {
        if_not_signed_on: expect.any(String),
        if_signed_on: expect.any(String),
        when_done: expect.any(String),
      },
    });
    const native = await place.session();
    expect((await native.call('session_list')).sessions).toHaveLength(1);
  });

  it('tells what is taken and what sign_on would give next (CSC-051)', async () => {
    await one.signOn();
    await two.signOn('frontend');
    const context = await one.context();
    expect(context.instances).toEqual({
      claude_1: 'taken',
      frontend: 'taken',
      claude_2: 'available',
      claude_3: 'available',
      claude_4: 'available',
    });
    expect(context.first_available).toBe('claude_2');
    for (const name of ['claude_2', 'claude_3', 'claude_4']) await (await Coordinator.start(place)).signOn(name);
    expect((await one.context()).first_available).toBe('claude_5');
  });

  it('tells what those are at who are signed on and have stored it (CSC-052)', async () => {
    await one.signOn();
    await two.signOn();
    expect((await one.context()).active_sessions).toEqual([]);
    await one.store('session:claude_1', 'current_issue', 15);
    await one.store('session:claude_1', 'todos', [{ task: 'a' }, { task: 'b' }]);
    await two.store('session:claude_2', 'todos', 'none');
    await two.store('session:claude_3', 'current_issue', 9);
    const first = { instance: 'claude_1', status: 'taken', current_issue: 15, todo_count: 2 };
    const second = { instance: 'claude_2', status: 'taken', current_issue: null, todo_count: 0 };
    expect((await one.context()).active_sessions).toEqual([first, second]);
    await one.signOff();
    expect((await one.context()).active_sessions).toEqual([second]);
  });
});

describe('session://state/{instance_id}', () => {
  it('tells what an instance has stored, also after it signed off (CSC-054)', async () => {
    await one.signOn('front end');
    const todos = [{ task: 'Mend', status: 'pending' }];
    for (const [key, value] of Object.entries({ current_issue: 15, status: 'busy', todos, other: 1 }))
      await one.store('session:front end', key, value);
    const told = { instance: 'front end', current_issue: 15, status: 'busy', todos, last_updated: null };
    expect(await two.state('front end')).toEqual(told);
    await one.store('session:front end', 'last_updated', '2026-01-01T00:00:00');
    await one.signOff();
    expect(await two.state('front end')).toEqual({ ...told, last_updated: '2026-01-01T00:00:00' });
  });

  it('of one that has stored nothing says so (CSC-054)', async () => {
    await one.signOn();
    const nothing = { error: 'Session not found or not active' };
    expect([await two.state('claude_1'), await two.state('nobody')]).toEqual([nothing, nothing]);
  });
});

describe('update_storage_settings', () => {
  it('keeps the decision with the project, for every session of it, without a sign_on (CSC-056, CSC-057)', async () => {
    const told = await one.decide('local', 'single-machine', 'I work alone');
    expect(told).toEqual({
      status: 'updated',
      settings: {
        storage_adapter: 'local',
        coordination_scope: 'single-machine',
        decided_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
        notes: 'I work alone',
      },
      adapter_info: expect.objectContaining({ name: 'local', ready: true }),
      scope_info: expect.objectContaining({ scope: 'single-machine' }),
      next_steps: [expect.any(String), expect.stringContaining('sqlite:'), expect.any(String)],
    });
    const { current_settings, recommendation } = await two.resource('session://storage-config');
    expect(current_settings).toEqual(told.settings);
    expect(recommendation).toBeNull();
    await two.decide('local', 'team', 'We are two');
    expect(await one.resource('session://storage-config')).toMatchObject({
      current_settings: { coordination_scope: 'team', notes: 'We are two' },
      recommendation: { current: 'local', recommended: 'redis', message: expect.stringContaining('--store') },
    });
  });

  it('leaves the files of the client alone, and no scope of anybody tells of it (CSC-057)', async () => {
    place.write('.claude/settings.local.json', '{"permissions":{}}');
    await one.decide('local', 'single-machine');
    const file = join(place.repository, '.claude', 'settings.local.json');
    expect(readFileSync(file, 'utf8')).toBe('{"permissions":{}}');
    expect(existsSync(join(place.repository, '.claude', 'session-state'))).toBe(false);
    await one.signOn();
    expect(await one.scopes()).toEqual(['instances']);
  });

  it('tells the reason as it is kept, without what harms (CSC-057)', async () => {
    const input = { adapter: 'local', scope: 'team', reason: 'We\u0007 are two' };
    const { content } = await one.done('update_storage_settings', input);
    expect(JSON.parse(content[0]?.text ?? '').settings.notes).toBe('We are two');
    expect((await two.resource('session://storage-config')).current_settings.notes).toBe('We are two');
  });

  it('refuses what there is not, and a server that nobody has named (CSC-056)', async () => {
    const refused = (adapter: string, scope: string) =>
      one.refusal('update_storage_settings', { adapter, scope, reason: 'x' });
    expect(await refused('s3', 'team')).toMatch(/Invalid adapter 's3'. Valid options: local, redis$/);
    expect(await refused('local', 'world')).toMatch(
      /Invalid scope 'world'. Valid options: single-machine, multi-machine, team$/,
    );
    expect(await refused('redis', 'team')).toMatch(/Adapter 'redis' is not configured.*--store redis:/);
    expect((await one.resource('session://storage-config')).current_settings).toBeNull();
  });

  it('takes a server that the old configuration names, and says that the store is another one still (CSC-056)', async () => {
    const three = await Coordinator.start(place, { environment: { REDIS_URL: 'redis://:secret@cache:6379' } });
    const { next_steps } = await three.decide('redis', 'multi-machine');
    expect(next_steps[1]).toContain('sqlite:');
    expect(next_steps[2]).toContain('--store redis://');
    const text = JSON.stringify(await three.resource('session://storage-config'));
    expect(text).not.toContain('secret');
  });
});

describe('a configuration that chooses a server', () => {
  it('is not passed over: on a store of this machine sign_on says how to start on the server (CSC-076)', async () => {
    configure(place, { storage: { adapter: 'redis', config: { url: 'redis://:secret@cache:6379/0' } } });
    const text = await one.refusal('sign_on');
    expect(text).toMatch(/^Error executing tool sign_on: .*adapter redis.*sqlite:.*--store redis:\/\/.*cache:6379/);
    expect(text).not.toContain('secret');
    expect(await one.taken()).toEqual([]);
    configure(place, { storage: { adapter: 'local' } });
    expect(await one.signOn()).toBe('claude_1');
  });
});

describe('session://storage-config', () => {
  it('tells where the state is and what is ready, before anything was decided (CSC-055)', async () => {
    expect(await one.resource('session://storage-config')).toEqual({
      current_settings: null,
      current_store: { adapter: 'local', scheme: 'sqlite', address: `sqlite:${join(place.home, 'signalbox.db')}` },
      configuration: { file: null, adapter: 'local' },
      available_options: {
        local: {
          name: 'local',
          display_name: expect.any(String),
          ready: true,
          capabilities: ['single-machine'],
          setup_required: false,
          setup_instructions: null,
        },
        redis: {
          name: 'redis',
          display_name: expect.any(String),
          ready: false,
          capabilities: ['single-machine', 'multi-machine', 'team'],
          setup_required: true,
          setup_instructions: expect.stringContaining('--store'),
        },
      },
      recommendation: {
        message: expect.stringContaining('update_storage_settings'),
        options: [
          { scope: 'single-machine', adapter: 'local', description: expect.any(String) },
          { scope: 'multi-machine', adapter: 'redis', description: expect.any(String) },
          { scope: 'team', adapter: 'redis', description: expect.any(String) },
        ],
      },
    });
  });
});
