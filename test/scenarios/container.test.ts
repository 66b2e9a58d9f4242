/** The hub as its image runs it: an unknown user, a root that cannot be written, no shell, the first process of its namespace. */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Container, lackOfContainers } from '../support/container.ts';
import { freePort } from '../support/ports.ts';
import { postgresServer } from '../support/servers/choose.ts';
import { describeUnless, describeWith } from '../support/servers/suites.ts';
import { until } from '../support/workspace.ts';

let container: Container;
let port = 0;
const running: ChildProcess[] = [];

const prepare = async () => {
  container = new Container(mkdtempSync(join(tmpdir(), 'signalbox-container-')));
  port = await freePort();
};
const tidyUp = async () => {
  for (const child of running.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  container.dispose();
};

describeUnless(lackOfContainers(), 'the hub in a container', () => {
  beforeEach(prepare);
  afterEach(tidyUp);

  it('makes a token, serves, is found healthy and stops when asked, with its volume and /tmp alone to write to', async () => {
    await journey({}, true);
  });

  it('can write nowhere else, is nobody and has no rights', async () => {
    const tried = `
      const fs = require('node:fs');
      const failed = path => { try { fs.writeFileSync(path, 'x'); return path; } catch (error) { return error.code; } };
      console.log(JSON.stringify({
        written: ['/x', '/opt/signalbox/x', '/usr/local/bin/x', '/usr/lib/x', '/tmp/x', '/var/lib/signalbox/x'].map(failed),
        shell: ['/bin/sh', '/usr/bin/sh', '/bin/bash'].some(fs.existsSync),
        user: [process.getuid(), process.getgid(), process.pid],
        status: fs.readFileSync('/proc/self/status', 'utf8').match(/^(CapEff|NoNewPrivs):.*$/gm),
      }));`;
    const told = JSON.parse((await ended(['node', '-e', tried], {})).stdout);
    expect(told).toEqual({
      written: ['EROFS', 'EROFS', 'EROFS', 'EROFS', '/tmp/x', '/var/lib/signalbox/x'],
      shell: false,
      user: [10001, 10001, 1],
      status: [expect.stringMatching(/^CapEff:\s+0+$/), expect.stringMatching(/^NoNewPrivs:\s+1$/)],
    });
  });
});

if (!lackOfContainers()) {
  await describeWith(postgresServer, 'the hub in a container with a server as its store', server => {
    beforeEach(prepare);
    afterEach(tidyUp);

    it('needs no volume: the drivers are in the image', async () => {
      const room = server.room();
      try {
        await journey({ SIGNALBOX_STORE: room.url }, false);
      } finally {
        await tidyUp();
        await room.clear();
      }
    });
  });
}

/** What somebody does who starts it: a token, the hub, the check of its health, a call, the end. */
async function journey(store: Record<string, string>, hasVolume: boolean): Promise<void> {
  const { image } = container;
  const about = { ...store, SIGNALBOX_HUB_LISTEN: `0.0.0.0:${port}` };
  const made = await ended(
    [...image.entrypoint, 'token', 'create', 'ana', '--role', 'admin', '--json'],
    about,
    hasVolume,
  );
  expect([made.code, made.stderr]).toEqual([0, '']);
  expect((await ended(image.health, about, hasVolume)).code).toBe(1);
  const hub = container.start([...image.entrypoint, ...image.command], about, hasVolume);
  running.push(hub);
  let log = '';
  hub.stderr?.on('data', piece => {
    log += piece;
  });
  await until('it is ready', () => log.includes('"ready"') || hub.exitCode !== null);
  expect(log).toContain('"authentication":true');
  const health = await ended(image.health, about, hasVolume);
  expect([health.code, health.stdout]).toEqual([0, expect.stringContaining('/readyz: 200 ok')]);
  const answer = await fetch(`http://127.0.0.1:${port}/v1/sessions`, {
    method: 'POST',
    headers: {
      ...{ authorization: `Bearer ${JSON.parse(made.stdout).token}`, 'content-type': 'application/json' },
      'signalbox-project': 'github.com/acme/shop',
    },
    body: '{"handle":"nightly"}',
  });
  expect(await answer.json()).toMatchObject({ handle: 'nightly' });
  // The signal of a container engine goes to the first process.
  const first = readFileSync(`/proc/${hub.pid}/task/${hub.pid}/children`, 'utf8').trim();
  const over = once(hub, 'exit');
  process.kill(Number(first), 'SIGTERM');
  expect((await over)[0]).toBe(0);
  expect(log).toContain('"stopped"');
}

async function ended(words: readonly string[], about: Record<string, string>, hasVolume = true) {
  const child = container.start(words, about, hasVolume);
  running.push(child);
  let [stdout, stderr] = ['', ''];
  child.stdout?.on('data', piece => {
    stdout += piece;
  });
  child.stderr?.on('data', piece => {
    stderr += piece;
  });
  const [code] = await once(child, 'close');
  return { code, stdout, stderr };
}
