/** The temporary servers of the tests: they must really do to a client what a test of a failure says they do. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { connect } from 'node:tls';
import { afterEach, describe, expect, it } from 'vitest';
import { makeCertificates } from '../support/servers/certificates.ts';
import { startPostgres } from '../support/servers/postgres/test-server.ts';
import { postgresPrograms, program } from '../support/servers/programs.ts';
import { startRedis } from '../support/servers/redis/test-server.ts';
import { describeUnless, type Lack } from '../support/servers/suites.ts';
import { exists, until } from '../support/workspace.ts';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const clean of cleanups.splice(0).reverse()) await clean();
});

/** Lets `remove` run behind the test, whatever becomes of it. */
function removed<T extends { remove(): Promise<void> }>(server: T): T {
  cleanups.push(() => server.remove());
  return server;
}

function certificates() {
  const folder = mkdtempSync(join(tmpdir(), 'signalbox-test-'));
  cleanups.push(() => rmSync(folder, { recursive: true, force: true }));
  return makeCertificates(folder);
}

function lackOf(name: string, found: string | undefined): Lack | undefined {
  if (found) return undefined;
  return { what: `the programs of ${name}`, remedy: 'Install the Debian packages "postgresql" and "redis-server".' };
}

/** Whether an answer comes within 300 ms. */
function answers(question: Promise<unknown>): Promise<boolean> {
  const late = new Promise<boolean>(resolve => setTimeout(resolve, 300, false));
  return Promise.race([
    question.then(
      () => true,
      () => false,
    ),
    late,
  ]);
}

describeUnless(lackOf('PostgreSQL', postgresPrograms()), 'a temporary PostgreSQL', () => {
  it('keeps its data and port when it is stopped or killed and started again, and leaves no process', async () => {
    const server = removed(await startPostgres({ settings: { max_connections: 12 } }));
    const { pid, url } = server;
    expect(await server.query('SHOW max_connections')).toEqual([{ max_connections: '12' }]);
    await server.query('CREATE TABLE kept AS SELECT 1 AS number');
    await server.kill();
    expect(exists(pid)).toBe(false);
    await server.start();
    await server.stop();
    await server.start();
    expect([server.url, await server.query('SELECT number FROM kept')]).toEqual([url, [{ number: 1 }]]);
  });

  it('answers nothing while it is paused, and goes on afterwards', async () => {
    const server = removed(await startPostgres());
    server.pause();
    expect(await answers(server.query('SELECT 1'))).toBe(false);
    server.resume();
    expect(await server.query('SELECT 1 AS number')).toEqual([{ number: 1 }]);
  });

  it('can be a standby that follows another one and refuses to write', async () => {
    const primary = removed(await startPostgres());
    const standby = removed(await startPostgres({ replicaOf: primary }));
    await primary.query('CREATE TABLE copied AS SELECT 7 AS number');
    await until('the standby has it', async () =>
      standby.query('SELECT number FROM copied').then(
        ([row]) => row?.number === 7,
        () => false,
      ),
    );
    await expect(standby.query('CREATE TABLE refused ()')).rejects.toThrow(/read-only/);
  });

  it('speaks TLS with a certificate for localhost', async () => {
    const tls = certificates();
    const server = removed(await startPostgres({ tls }));
    expect(await server.query('SHOW ssl')).toEqual([{ ssl: 'on' }]);
  });
});

describeUnless(lackOf('Redis', program('redis-server')), 'a temporary Redis', () => {
  it('keeps its port, and what was durable, when it is killed and started again, and leaves no process', async () => {
    const server = removed(await startRedis({ isDurable: true, settings: { maxmemory: '8mb' } }));
    const { pid, url } = server;
    expect(await server.command('CONFIG', 'GET', 'maxmemory')).toEqual(['maxmemory', String(8 * 1024 * 1024)]);
    await server.command('SET', 'kept', '1');
    await server.kill();
    expect(exists(pid)).toBe(false);
    await server.start();
    await server.stop();
    await server.start();
    expect([server.url, await server.command('GET', 'kept')]).toEqual([url, '1']);
  });

  it('answers nothing while it is paused, and goes on afterwards', async () => {
    const server = removed(await startRedis());
    server.pause();
    expect(await answers(server.command('PING'))).toBe(false);
    server.resume();
    expect(await server.command('PING')).toBe('PONG');
  });

  it('can be a replica that follows another one and refuses to write', async () => {
    const primary = removed(await startRedis());
    const replica = removed(await startRedis({ replicaOf: primary }));
    await primary.command('SET', 'copied', '7');
    await until('the replica has it', async () => (await replica.command('GET', 'copied')) === '7');
    await expect(replica.command('SET', 'copied', '8')).rejects.toThrow(/READONLY/);
  });

  it('speaks TLS with a certificate for localhost', async () => {
    const tls = certificates();
    const server = removed(await startRedis({ tls }));
    const socket = connect({
      port: server.port,
      host: '127.0.0.1',
      ca: readFileSync(tls.authority),
      servername: 'localhost',
    });
    await new Promise((resolve, reject) => socket.on('secureConnect', resolve).on('error', reject));
    expect([socket.authorized, server.url]).toEqual([true, `rediss://127.0.0.1:${server.port}`]);
    socket.destroy();
  });
});

describe('a suite that lacks its server', () => {
  /** Runs the suite of `lacking-child.ts` with a Vitest of its own. */
  function runLacking(environment: Record<string, string>) {
    const folder = mkdtempSync(join(tmpdir(), 'signalbox-test-'));
    cleanups.push(() => rmSync(folder, { recursive: true, force: true }));
    const root = resolve(import.meta.dirname, '../..');
    const test = { include: ['test/support/servers/lacking-child.ts'], environment: 'node' };
    writeFileSync(join(folder, 'vitest.config.mjs'), `export default ${JSON.stringify({ root, test })};`);
    const program = join(root, 'node_modules/vitest/vitest.mjs');
    const args = [program, 'run', '--config', join(folder, 'vitest.config.mjs'), '--reporter', 'verbose'];
    return spawnSync(process.execPath, args, { env: { ...process.env, ...environment }, encoding: 'utf8' });
  }

  it('is left out with a notice on standard error that names it and the way to get it', () => {
    const { status, stderr } = runLacking({ CI: '' });
    expect(status).toBe(0);
    expect(stderr).toMatch(/^!{40,}$/m);
    expect(stderr).toContain('NOT TESTED: what only a moon can show');
    expect(stderr).toContain('This machine lacks a moon.');
    expect(stderr).toContain('Move to another planet.');
  });

  it('fails under CI, with the same text', () => {
    const { status, stdout, stderr } = runLacking({ CI: 'true' });
    expect(status).toBe(1);
    expect(stdout + stderr).toContain('NOT TESTED: what only a moon can show');
  });
});
