import { existsSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createPrograms } from './programs.ts';

const { run } = createPrograms();
const node = (script: string, withinMs = 20_000) => run([process.execPath, '-e', script], withinMs);

let folder: string;

beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'signalbox-test-')));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('a program', () => {
  it('gets its words as they are, past every shell', async () => {
    const file = join(folder, 'a b $(c)');
    const script = 'require("fs").writeFileSync(process.argv[1], "")';
    expect(await run([process.execPath, '-e', script, file], 20_000)).toBe(true);
    expect(existsSync(file)).toBe(true);
  });

  it('did well when it ends with 0, and only then', async () => {
    expect(await node('console.log("x".repeat(1e6))')).toBe(true);
    expect(await node('process.exit(3)')).toBe(false);
    expect(await node('process.kill(process.pid, "SIGTERM"); setTimeout(() => {}, 1e4)')).toBe(false);
  });

  it('that does not end in time is killed, though it does not want to', async () => {
    expect(await node('process.on("SIGTERM", () => {}); setInterval(() => {}, 1000)', 200)).toBe(false);
  });

  it('that is not there did not do well', async () => {
    expect(await run([join(folder, 'nothing')], 1000)).toBe(false);
    expect(await run([], 1000)).toBe(false);
  });
});
