import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLog, type LogLevel } from './log.ts';

function logged(level: LogLevel = 'debug') {
  const lines: string[] = [];
  const log = createLog({ level, write: line => lines.push(line), clock: { now: () => Date.UTC(2030, 0, 1) } });
  return { log, lines };
}

describe('createLog', () => {
  it('writes one readable line with time, level, message and details', () => {
    const { log, lines } = logged();
    log.warn('Cannot listen.', { path: '/run/a b', attempts: 3, again: undefined });
    expect(lines).toEqual(['2030-01-01T00:00:00.000Z warn Cannot listen. path="/run/a b" attempts=3\n']);
  });

  it('writes what is at least as important as its level, and nothing when silent', () => {
    const written = (level: LogLevel) => {
      const { log, lines } = logged(level);
      for (const name of ['debug', 'info', 'warn', 'error'] as const) log[name](name);
      return lines.map(line => line.trim().split(' ').pop());
    };
    expect(written('debug')).toEqual(['debug', 'info', 'warn', 'error']);
    expect(written('warn')).toEqual(['warn', 'error']);
    expect(written('silent')).toEqual([]);
  });

  it('hides values whose key sounds like a secret, at any depth, and passwords in URLs', () => {
    const { log, lines } = logged();
    log.info('Opening postgres://me:hunter2@db/x', {
      apiKey: 'hunter2',
      store: 'redis://:hunter2@host:6379',
      request: { headers: [{ Authorization: 'Bearer hunter2' }], sessionToken: 'hunter2' },
      cause: new Error('cannot reach postgres://me:hunter2@db/x'),
    });
    expect(lines.join()).not.toContain('hunter2');
    expect(lines.join()).toContain('postgres://me:[hidden]@db/x');
  });

  it('keeps a message on one line and strips whatever could drive a terminal', () => {
    const { log, lines } = logged();
    log.info('one\ntwo\u001b[31mred\u001b]0;title\u0007\u202eabc', { 'k\u0007': '\u009b2J\r\n', list: ['\u001b[2J'] });
    expect(lines).toHaveLength(1);
    expect(lines[0]?.trimEnd()).toMatch(/^[\u0020-\u007e]+$/);
    expect(lines[0]).toContain('one twored abc');
  });

  it('cuts a line that is too long', () => {
    const { log, lines } = logged();
    log.info('x'.repeat(100_000));
    expect(lines[0]?.length).toBeLessThan(2_100);
  });

  it('never throws, whatever the details hold and whatever the writer does', () => {
    const cyclic: Record<string, unknown> = {};
    cyclic.self = cyclic;
    const hostile = {
      get trap(): string {
        throw new Error('no');
      },
    };
    const { log, lines } = logged();
    log.info('cyclic', { cyclic, big: 1n, symbol: Symbol('s'), nothing: null, call: () => 1 });
    log.info('hostile', { hostile });
    expect(lines[0]).toContain('big=1');
    const broken = createLog({
      write: () => {
        throw new Error('EPIPE');
      },
    });
    expect(() => broken.error('lost')).not.toThrow();
  });

  it('names an error and its cause', () => {
    const { log, lines } = logged();
    log.error('Failed.', { error: new TypeError('bad', { cause: new Error('deeper') }) });
    expect(lines[0]).toContain('error="TypeError: bad (because of Error: deeper)"');
  });
});

describe('createLog on the real standard error', () => {
  let folder: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'signalbox-log-'));
    const entry = join(folder, 'entry.ts');
    const source = fileURLToPath(new URL('./log.ts', import.meta.url));
    // Writes until told to stop, long after the reader of its standard error has gone.
    writeFileSync(
      entry,
      `import { createLog } from ${JSON.stringify(source)};
       const log = createLog({ level: 'info' });
       process.stdin.on('data', () => { for (let n = 0; n < 200; n++) log.error('line ' + n); process.stdout.write('survived '); });
       process.stdin.on('end', () => process.exit(0));
       log.info('ready');`,
    );
    await build({
      entryPoints: [entry],
      bundle: true,
      platform: 'node',
      format: 'esm',
      outfile: join(folder, 'entry.mjs'),
    });
  });

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('survives that nobody reads standard error any more', async () => {
    const child = spawn(process.execPath, [join(folder, 'entry.mjs')]);
    let out = '';
    child.stdout.on('data', chunk => {
      out += chunk;
      if (out === 'survived ') child.stdin.write('again');
      else if (out === 'survived survived ') child.stdin.end();
    });
    child.stderr.once('data', () => {
      child.stderr.destroy();
      child.stdin.write('go');
    });
    const code = await new Promise(resolve => child.once('exit', resolve));
    expect([code, out]).toEqual([0, 'survived survived ']);
  });
});
