/** The files in `deploy/`, held to what the program really is and does. */
import { execFileSync, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { settings } from '../../src/config.ts';
import { limits } from '../../src/core/limits.ts';
import { chooseDriver } from '../../src/engines/sqlite/driver.ts';
import { schemaVersion } from '../../src/engines/sqlite/open.ts';
import { imageOf } from '../support/container.ts';
import { Hub, makeToken } from '../support/hub.ts';
import { program } from '../support/servers/programs.ts';
import { describeUnless } from '../support/servers/suites.ts';
import { Workspace } from '../support/workspace.ts';

const root = new URL('../../', import.meta.url).pathname;
const read = (path: string) => readFileSync(join(root, path), 'utf8');
// biome-ignore lint/suspicious/noExplicitAny: what a file of another program's form holds is for the tests to say
type Any = any;
const documents = (path: string): Any[] =>
  parseAllDocuments(read(path)).map(document => {
    expect(document.errors).toEqual([]);
    return document.toJS();
  });
const files = readdirSync(join(root, 'deploy'), { recursive: true, encoding: 'utf8' })
  .map(name => `deploy/${name}`)
  .filter(path => /\.\w+$|file$/.test(path));
const [image, { version }] = [imageOf(read('deploy/Dockerfile')), JSON.parse(read('package.json'))];
const port = settings.find(({ key }) => key === 'hubListen')?.fallback.split(':')[1] ?? '';
const manifests = ['namespace', 'hub', 'secret.example', 'first-token'].flatMap(name =>
  documents(`deploy/kubernetes/${name}.yaml`),
);
const kind = (name: string): Any => manifests.find(each => each.kind === name);
const [pod] = [kind('Deployment').spec.template];
const [container] = pod.spec.containers;
const firstToken = kind('Pod').spec;
const services = (name: string): Record<string, Any> => documents(`deploy/compose${name}.yaml`)[0].services;

describe('the files for operation', () => {
  it('name settings that there are, besides those that they explain themselves', () => {
    const known = settings.map(({ environment }) => environment as string);
    const own = ['SIGNALBOX_DOMAIN', 'SIGNALBOX_HUBS', 'SIGNALBOX_DATABASE_PASSWORD'];
    for (const path of files) {
      const named = new Set(read(path).match(/SIGNALBOX_\w+/g));
      expect([path, [...named].filter(name => !known.includes(name) && !own.includes(name))]).toEqual([path, []]);
    }
    // What the Caddyfile asks for is given to Caddy.
    const asked = [...read('deploy/Caddyfile').matchAll(/\{\$(\w+)/g)].map(([, name]) => name ?? '');
    expect(Object.keys(services('.public').caddy.environment)).toEqual(expect.arrayContaining(asked));
  });

  it('agree on the port, the image, its user, its program and its folder', () => {
    expect(read('deploy/Dockerfile')).toContain(`EXPOSE ${port}\n`);
    expect(image.environment).toMatchObject({ SIGNALBOX_HUB_LISTEN: `0.0.0.0:${port}`, SIGNALBOX_HOME: image.volume });
    expect(services('').hub.ports).toEqual([`127.0.0.1:${port}:${port}`]);
    expect(services('.public').caddy.environment.SIGNALBOX_HUBS).toBe(`hub:${port}`);
    expect(services('.public').hub.ports).toBe(undefined);
    expect(container.ports).toEqual([{ name: 'http', containerPort: Number(port) }]);
    expect(kind('Service').spec.ports[0].targetPort).toBe('http');
    const images = [services('').hub, services('.public').hub, container, firstToken.containers[0]];
    for (const named of images) expect(named.image).toBe(`signalbox:${version}`);
    expect(pod.spec.securityContext).toMatchObject({ runAsNonRoot: true, runAsUser: Number(image.user.split(':')[0]) });
    expect([...image.entrypoint, ...image.command]).toEqual(['node', '/opt/signalbox/dist/signalbox.mjs', 'hub']);
    expect(image.health).toEqual([...image.entrypoint, 'hub', '--check']);
  });

  it('let a hub end what is under way', () => {
    const drain = limits.hubDrainMs / 1_000;
    const pause = Number(/(\d+)\)$/.exec(container.lifecycle.preStop.exec.command[2])?.[1]) / 1_000;
    expect(pod.spec.terminationGracePeriodSeconds).toBeGreaterThan(pause + drain);
    const given = [services('').hub, services('.public').hub].map(({ stop_grace_period }) =>
      Number.parseInt(stop_grace_period, 10),
    );
    given.push(Number(/^TimeoutStopSec=(\d+)$/m.exec(read('deploy/systemd/signalbox-hub.service'))?.[1]));
    for (const seconds of given) expect(seconds).toBeGreaterThan(drain);
  });

  it('give a hub nothing that it does not need', () => {
    for (const hub of [services('').hub, services('.public').hub]) {
      expect(hub).toMatchObject({ read_only: true, cap_drop: ['ALL'], security_opt: ['no-new-privileges:true'] });
    }
    expect(kind('Namespace').metadata.labels).toEqual({ 'pod-security.kubernetes.io/enforce': 'restricted' });
    for (const { automountServiceAccountToken, securityContext, containers } of [pod.spec, firstToken]) {
      expect(automountServiceAccountToken).toBe(false);
      expect(securityContext).toMatchObject({ runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } });
      expect(containers[0].securityContext).toEqual({
        ...{ allowPrivilegeEscalation: false, readOnlyRootFilesystem: true },
        capabilities: { drop: ['ALL'] },
      });
    }
    // No address of a store with its password stands in a file.
    const store = container.env.find(({ name }: Any) => name === 'SIGNALBOX_STORE');
    expect(store.valueFrom.secretKeyRef).toEqual({ name: kind('Secret').metadata.name, key: 'url' });
    expect(services('.postgres').hub.environment.SIGNALBOX_STORE).toContain('{SIGNALBOX_DATABASE_PASSWORD:?');
  });

  it('keep two hubs in a cluster, that select each other and leave one while nodes are emptied', () => {
    const labels = pod.metadata.labels;
    const { spec } = kind('Deployment');
    expect([spec.replicas, kind('PodDisruptionBudget').spec.minAvailable]).toEqual([2, 1]);
    expect(spec.strategy.rollingUpdate).toEqual({ maxUnavailable: 0, maxSurge: 1 });
    const selecting = [spec.selector.matchLabels, kind('Service').spec.selector];
    selecting.push(
      kind('PodDisruptionBudget').spec.selector.matchLabels,
      kind('NetworkPolicy').spec.podSelector.matchLabels,
    );
    for (const selector of selecting) expect(selector).toEqual(labels);
    for (const { metadata } of manifests.filter(each => each.kind !== 'Namespace'))
      expect(metadata.namespace).toBe(kind('Namespace').metadata.name);
    const mounted = container.volumeMounts.map(({ name }: Any) => name);
    expect(pod.spec.volumes.map(({ name }: Any) => name)).toEqual(mounted);
    expect(container.volumeMounts[1].mountPath).toBe(image.volume);
  });

  it('put Caddy where a hub believes it, and join a database to either', () => {
    const [composed] = documents('deploy/compose.public.yaml');
    const [{ subnet }] = composed.networks.front.ipam.config;
    expect(composed.services.hub.environment.SIGNALBOX_HUB_PROXIES).toBe(subnet);
    for (const name of ['', '.public']) {
      const hub = services(name).hub;
      expect(hub.networks).toEqual(['front']);
    }
    expect(services('.postgres').hub.networks).toEqual(services('.postgres').database.networks);
  });
});

describe('a hub that is asked as the files do', () => {
  let place: Workspace;
  let hub: Hub;

  beforeAll(async () => {
    place = new Workspace();
    await makeToken(place, 'ana', '--role', 'admin');
    hub = await Hub.start(place);
  });
  afterAll(async () => {
    await hub.stop();
    await place.dispose();
  });

  it('answers each probe of the cluster, which calls it by no name of its own', async () => {
    const probes = [container.startupProbe, container.livenessProbe, container.readinessProbe];
    for (const { httpGet } of probes) {
      const { path, httpHeaders } = httpGet;
      const named = httpHeaders.map(({ name, value }: Any) => `${name}: ${value}\r\n`).join('');
      expect(await rawStatus(path, named)).toBe(200);
      // A probe without that header would be one of a stranger.
      expect(await rawStatus(path, 'Host: 10.1.2.3:4720\r\n')).toBe(421);
    }
  });

  it('is found to serve by its own check, and a port where nothing is, or something else, is not', async () => {
    const check = (listen: string) => place.command(['hub', '--check', '--json', '--listen', listen]);
    const { code, stdout } = await check(new URL(hub.url).host);
    expect([code, JSON.parse(stdout)]).toEqual([0, { isReady: true, url: `${hub.url}/readyz`, said: '200 ok' }]);
    expect((await check(`0.0.0.0:${new URL(hub.url).port}`)).code).toBe(0);
    const other = createServer((_request, response) => response.end('hello')).listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port: taken } = other.address() as { port: number };
    expect((await check(`127.0.0.1:${taken}`)).code).toBe(1);
    other.close();
    expect((await check(`127.0.0.1:${taken}`)).code).toBe(1);
    expect((await check('nowhere')).code).toBe(2);
  });

  it('is no longer ready over a store that a newer program has changed, and refuses to work in it', async () => {
    const path = join(place.home, 'signalbox.db');
    const change = (sql: string) => {
      const database = chooseDriver().open(path);
      database.exec(sql);
      database.close();
    };
    change('PRAGMA user_version = 99');
    expect((await hub.request('/healthz')).status).toBe(200);
    expect((await hub.request('/readyz')).status).toBe(503);
    const { status, body } = await hub.as('sbx_any').call('session_list');
    expect([status, body.error.message]).toEqual([503, expect.stringContaining('newer')]);
    change(`PRAGMA user_version = ${schemaVersion}`);
    expect((await hub.request('/readyz')).status).toBe(200);
  });

  async function rawStatus(path: string, headers: string): Promise<number> {
    const socket = connect(Number(new URL(hub.url).port), '127.0.0.1');
    socket.end(`GET ${path} HTTP/1.1\r\n${headers}Connection: close\r\n\r\n`);
    let answer = '';
    for await (const piece of socket) answer += String(piece);
    return Number(/^HTTP\/1\.\d (\d+)/.exec(answer)?.[1]);
  }
});

describe('the build of the image', () => {
  it('has all that it needs in what .dockerignore lets through, and nothing of a checkout’s own', () => {
    const folder = mkdtempSync(join(tmpdir(), 'signalbox-image-'));
    try {
      const letIn = read('.dockerignore')
        .split('\n')
        .flatMap(line => (line.startsWith('!') ? [line.slice(1)] : []));
      expect(read('.dockerignore')).toMatch(/^\*$/m);
      for (const path of letIn) cpSync(join(root, path), join(folder, path), { recursive: true });
      symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
      const run = (...words: string[]) => execFileSync(process.execPath, words, { cwd: folder, encoding: 'utf8' });
      run('scripts/build.mjs');
      run('scripts/place-program.mjs', join(folder, 'program'));
      expect(run('program/dist/signalbox.mjs', '--version').trim()).toBe(version);
      const placed = readdirSync(join(folder, 'program'));
      expect(placed.sort()).toEqual(['LICENSE', 'dist', 'node_modules', 'package.json']);
      for (const driver of ['pg', 'ioredis', '@photostructure/sqlite'])
        expect(existsSync(join(folder, 'program/node_modules', driver, 'package.json'))).toBe(true);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

const lackOfSystemd = program('systemd-analyze')
  ? undefined
  : { what: 'systemd-analyze', remedy: 'Install the package "systemd" (Linux only).' };

describeUnless(lackOfSystemd, 'the unit of systemd', () => {
  it('is one to systemd, without a remark, and leaves the hub hardly anything to do harm with', () => {
    const folder = mkdtempSync(join(tmpdir(), 'signalbox-unit-'));
    try {
      const unit = join(folder, 'signalbox-hub.service');
      // The program is installed where systemd finds it; here it is not.
      writeFileSync(
        unit,
        read('deploy/systemd/signalbox-hub.service').replace('ExecStart=signalbox', `ExecStart=${process.execPath}`),
      );
      const analyzed = (...words: string[]) => spawnSync('systemd-analyze', words, { encoding: 'utf8' });
      const verified = analyzed('verify', '--man=no', unit);
      expect([verified.status, verified.stderr]).toEqual([0, '']);
      const judged = analyzed('security', '--offline=true', '--no-pager', unit).stdout;
      expect(Number(/exposure level for \S+: ([\d.]+)/.exec(judged)?.[1])).toBeLessThan(2);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
