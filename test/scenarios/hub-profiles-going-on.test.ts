/** Vocabularies behind a hub that goes away in the middle of something, and a person at a shell there, with real processes. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Duo } from '../profiles/support/duo.ts';
import { ForeignClient } from '../profiles/support/foreign-client.ts';
import { Peer } from '../profiles/support/peers.ts';
import { Presence } from '../profiles/support/presence.ts';
import { makeToken, shop } from '../support/hub.ts';
import { ana, hub, machineOf, place as office, officeForEachTest, printed, startHub } from '../support/office.ts';
import { until, type Workspace } from '../support/workspace.ts';

officeForEachTest();

let place: Workspace;
let bens: Workspace;

beforeEach(async () => {
  [place, bens] = [machineOf(ana.token), machineOf(await makeToken(office, 'ben'))];
});

afterEach(() => Promise.all([place.dispose(), bens.dispose()]));

function repositoryIn(machine: Workspace, name: string): string {
  const folder = join(machine.folder, name);
  mkdirSync(folder, { recursive: true });
  execFileSync('git', ['init', '-q'], { cwd: folder, env: machine.environment });
  return folder;
}

const again = () => startHub([], {}, hub.port);
const meeting = 'claude-duo';
const sleep = (ms: number) => new Promise(resolve => setTimeout(resolve, ms));
const handles = async (project = shop): Promise<string[]> =>
  (await printed('session', 'list', '--project', project)).sessions.map(({ handle }: { handle: string }) => handle);
const opened = async () => (await printed('audit', '--what', 'open', '--principal', 'ana')).notes.length;

describe('a partner at the next hub', () => {
  it('is one, also where its client did nothing but connect', async () => {
    await ForeignClient.start(place, meeting, { directory: repositoryIn(place, 'web') });
    await until('it is there', async () => (await handles(meeting)).length > 0);
    const before = await opened();
    await hub.kill();
    await again();
    await until('it is taken up', async () => (await opened()) > before);
    await sleep(1_000);
    expect(await handles(meeting)).toEqual(['web']);
  });

  it('is one, and has gone with its client, also where it was asked something meanwhile', async () => {
    const one = await Duo.start(place, 'web');
    await hub.kill();
    const asked = one.client.raw('list_partners');
    await again();
    await asked;
    await sleep(1_000);
    const there = await handles(meeting);
    expect(there).toEqual(['web']);
    await one.client.session.close();
    await until('it has gone', async () => (await handles(meeting)).length === 0);
  });
});

describe('names at the next hub', () => {
  it('live on where a folder that another of them works in has gone', async () => {
    const one = await Presence.start(place);
    const gone = repositoryIn(place, 'gone');
    await one.register('front', { branch: 'main' });
    await one.on(gone).register('elsewhere', { branch: 'main' });
    await one.register('docs', { branch: 'main' });
    await one.claim('docs', 'ci');
    rmSync(gone, { recursive: true });
    const before = await opened();
    await hub.kill();
    await again();
    const two = await Presence.start(bens);
    await until('both are taken up', async () => (await opened()) === before + 2);
    await two.register('back', { branch: 'main' });
    expect((await two.names()).sort()).toEqual(['back', 'docs', 'front']);
    expect(await two.claim('back', 'ci')).toMatchObject({ ok: false });
  });
});

describe('a person at a shell', () => {
  it('writes to every peer that is listed there, as natively, or is told why not in words that are true', async () => {
    const there = await Peer.start(place, { directory: repositoryIn(place, 'other') });
    const here = await Peer.start(place);
    const id = await here.idOf(there);
    const compat = (...words: string[]) => place.command(['compat', 'claude-peers', ...words]);
    expect((await compat('peers')).stdout).toContain(id);
    const { stderr } = await compat('send', id, 'Hello');
    expect(stderr).not.toContain('This is the shell of the session');
  });
});
