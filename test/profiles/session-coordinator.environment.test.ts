/** What users of `session-coordinator` have set in its own variables. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { until, Workspace } from '../support/workspace.ts';
import { Coordinator } from './support/coordinator.ts';

let place: Workspace;

beforeEach(() => {
  place = new Workspace();
});

afterEach(() => place.dispose());

/** With the variable, and without a store of our own setting. */
const storing = (path: string) => ({ environment: { SIGNALBOX_STORE: '', MCP_COORDINATOR_DB_PATH: path } });

describe('the path of the database', () => {
  it('puts the store beside it, for all that have the same, and leaves it alone (SC-120)', async () => {
    const folder = join(place.folder, 'user', 'coordination');
    mkdirSync(folder);
    const database = join(folder, 'coordinator.db');
    writeFileSync(database, 'not ours');
    const [one, two] = await Promise.all([
      Coordinator.start(place, storing(database)),
      Coordinator.start(place, storing('~/coordination/coordinator.db')),
    ]);
    const elsewhere = await Coordinator.start(place);
    await one.register('a');
    await two.register('b');
    expect(await one.names()).toEqual(['a', 'b']);
    expect(await elsewhere.names()).toEqual([]);
    expect(existsSync(join(folder, 'coordinator.signalbox.db'))).toBe(true);
    expect(readFileSync(database, 'utf8')).toBe('not ours');
  });

  it('counts only where nothing of our own is set, and is told by signalbox config (SC-121)', async () => {
    const database = join(place.folder, 'old.db');
    const own = `sqlite:${join(place.folder, 'own.db')}`;
    const variable = {
      SIGNALBOX_STORE: '',
      SIGNALBOX_PROFILE: 'session-coordinator',
      MCP_COORDINATOR_DB_PATH: database,
    };
    const storeOf = async (args: string[], environment: Record<string, string>) => {
      const { stdout } = await place.command(['config', '--json', ...args], { environment });
      const { settings } = JSON.parse(stdout);
      const { value, origin } = settings.find(({ key }: { key: string }) => key === 'store');
      return [value, origin];
    };
    const beside = `sqlite:${join(place.folder, 'old.signalbox.db')}`;
    expect(await storeOf([], variable)).toEqual([beside, 'environment, MCP_COORDINATOR_DB_PATH']);
    expect(await storeOf(['--store', own], variable)).toEqual([own, 'flag']);
    expect(await storeOf([], { ...variable, SIGNALBOX_STORE: own })).toEqual([own, 'environment']);
    expect(await storeOf([], { ...variable, SIGNALBOX_PROFILE: 'none' })).not.toContain(beside);
  });
});

describe('the time of a session', () => {
  it('is that of locks whose taker says none (SC-036, SC-122)', async () => {
    const one = await Coordinator.start(place, { environment: { MCP_SESSION_TIMEOUT_SEC: '1800' } });
    const a = await one.register('a');
    await a.lock('src/auth.ts');
    await a.lock('src/user.ts', { ttl_seconds: 60 });
    expect([await one.lasting('src/auth.ts'), await one.lasting('src/user.ts')]).toEqual([1_800, 60]);
    expect(one.client.session.stderr).not.toContain('MCP_SESSION_TIMEOUT_SEC');
  });

  it.each(['soon', '0', '-5', '1.5', '86401'])('that is %j is said once and left aside (SC-122)', async value => {
    // A server is made anew for each request of the newer protocol.
    const one = await Coordinator.start(place, { environment: { MCP_SESSION_TIMEOUT_SEC: value }, era: 'modern' });
    const a = await one.register('a');
    await a.lock('src/auth.ts');
    expect(await one.lasting('src/auth.ts')).toBe(900);
    const said = () => one.client.session.stderr.split('MCP_SESSION_TIMEOUT_SEC').length - 1;
    await until('it is said', () => said() > 0);
    await a.lock('src/user.ts');
    expect(said()).toBe(1);
  });

  it('between sweeps changes nothing: what is over does not count (SC-123)', async () => {
    const environment = { MCP_CLEANUP_INTERVAL_SEC: '86400' };
    const [one, two] = await Promise.all([
      Coordinator.start(place, { environment }),
      Coordinator.start(place, { environment }),
    ]);
    const [a, b] = [await one.register('a'), await two.register('b')];
    await a.lock('src/auth.ts');
    one.client.session.crash();
    await until('the lock is free', async () => (await b.lock('src/auth.ts')).granted);
    expect(await two.names()).toEqual(['b']);
  });
});
