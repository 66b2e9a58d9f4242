/**
 * The conformance suite of MCP itself, at the version in pins.json, against a hub over HTTP. Beside this file lies what it may fail, for
 * each revision: whatever else fails, and whatever passes that is said to fail, fails here.
 */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Front, frontOf } from '../support/front.ts';
import { Hub, makeToken, shop } from '../support/hub.ts';
import { Workspace } from '../support/workspace.ts';
import { programOf } from './support/installed.ts';

/** The last revision with a handshake, and the first without: the suite speaks each as it is. */
const revisions = ['2025-11-25', '2026-07-28'];

let [place, hub, front]: [Workspace, Hub, Front] = [] as never;

beforeEach(async () => {
  place = new Workspace();
  const token = await makeToken(place, 'referee');
  hub = await Hub.start(place);
  // The suite brings neither a token nor a project.
  front = await frontOf(hub, { authorization: `Bearer ${token}`, 'signalbox-project': shop });
});

afterEach(async () => {
  await front.close();
  await hub.stop();
  await place.dispose();
});

it.each(revisions)(
  'a hub keeps to MCP %s: of the official suite it fails what takes the suite’s own tools, and no more',
  async revision => {
    const may = fileURLToPath(new URL(`./conformance/${revision}.yml`, import.meta.url));
    const suite = [programOf('conformance'), 'server', '--url', `${front.url}/mcp`, '--requirements', revision];
    const { code, text } = await new Promise<{ code: unknown; text: string }>(resolve => {
      const options = { cwd: place.folder, env: place.environment, maxBuffer: 1 << 26 };
      execFile(programOf('node'), [...suite, '--expected-failures', may], options, (error, stdout, stderr) =>
        resolve({ code: error ? error.code : 0, text: stdout + stderr }),
      );
    });
    expect({ code, text }).toMatchObject({ code: 0 });
    expect(Number(/Total: (\d+) passed/.exec(text)?.[1]), text).toBeGreaterThan(35);
    expect(hub.log.filter(({ level }) => level === 'error')).toEqual([]);
  },
);
