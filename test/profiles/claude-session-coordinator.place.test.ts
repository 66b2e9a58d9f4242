/** Where `claude-session-coordinator` takes the machine and the project from, and that the state belongs to the repository. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Workspace } from '../support/workspace.ts';
import { Coordinator, configure } from './support/csc.ts';

let place: Workspace;

beforeEach(() => {
  place = new Workspace();
});

afterEach(() => place.dispose());

const identityOf = async (client: Coordinator) => {
  const { machine, project } = await client.context();
  return { machine, project };
};
const writeFile = (path: string, config: unknown) => {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, typeof config === 'string' ? config : JSON.stringify(config));
};

describe('the project', () => {
  it('is what the remote `origin` names, without the ending that only some spellings have (CSC-071)', async () => {
    const one = await Coordinator.start(place);
    place.git('remote', 'add', 'origin', 'https://github.com/acme/shop.git');
    const named: Record<string, string> = {
      'https://github.com/acme/shop.git': 'acme/shop',
      'https://github.com/acme/shop': 'acme/shop',
      'https://github.com/acme/shop/': 'acme/shop',
      'https://user:secret@github.com/acme/shop.git': 'acme/shop',
      'http://git.local:8080/acme/shop': 'acme/shop',
      'git@github.com:acme/shop.git': 'acme/shop',
      'git@github.com:acme/group/shop.git': 'acme/group/shop',
      'https://gitlab.com/acme/group/shop.git': 'group/shop',
      'git@github.com:acme/acme.github.io.git': 'acme/acme.github.io',
      'https://github.com/acme/acme.github.io': 'acme/acme.github.io',
      'ssh://git@github.com/acme/shop.git': 'acme/shop',
      'ssh://git@github.com:2222/acme/shop': 'acme/shop',
      'https://github.com/acme/shop.git?private_token=secret#part': 'acme/shop',
      'codecommit::us-east-1://shop': 'shop',
      'git@[::1]:acme/shop.git': 'acme/shop',
    };
    for (const [address, project] of Object.entries(named)) {
      place.git('remote', 'set-url', 'origin', address);
      expect((await identityOf(one)).project, address).toBe(project);
    }
  });

  it('is the name of the folder where no remote names it, or where that is configured (CSC-072)', async () => {
    const one = await Coordinator.start(place);
    expect((await identityOf(one)).project).toBe('shop');
    for (const address of ['/srv/git/acme/store.git', 'file:///srv/git/acme/store.git']) {
      place.git('remote', 'add', 'origin', address);
      expect((await identityOf(one)).project, address).toBe('shop');
      place.git('remote', 'remove', 'origin');
    }
    place.git('remote', 'add', 'origin', 'git@github.com:acme/store.git');
    configure(place, { session: { project_detection: 'directory' } });
    expect((await identityOf(one)).project).toBe('shop');
  });

  it('is not guessed where another way to find it is configured (CSC-072)', async () => {
    configure(place, { session: { project_detection: 'magic' } });
    const one = await Coordinator.start(place);
    expect(await one.refusal('sign_on')).toMatch(/^Error executing tool sign_on: .*magic.*git or directory/);
    await expect(one.context()).rejects.toThrow(/magic.*git or directory/);
    await expect(one.prompt('first_run_storage')).resolves.toContain('local');
    await expect(one.prompt('startup')).rejects.toThrow(/magic.*git or directory/);
  });
});

describe('the machine', () => {
  it('is its own name, or what is configured (CSC-070)', async () => {
    const one = await Coordinator.start(place);
    expect((await identityOf(one)).machine).toBe(hostname());
    configure(place, { session: { machine_id: 'auto' } });
    expect((await identityOf(one)).machine).toBe(hostname());
    configure(place, { session: { machine_id: 'laptop' } });
    expect(await one.client.json('sign_on')).toMatchObject({ machine: 'laptop', full_scope_prefix: 'laptop:shop' });
  });
});

describe('the configuration', () => {
  it('is the first file that there is, and nothing of the others (CSC-073)', async () => {
    const named = join(place.folder, 'named.json');
    const one = await Coordinator.start(place, { environment: { CLAUDE_SESSION_COORDINATOR_CONFIG: named } });
    place.git('remote', 'add', 'origin', 'git@github.com:acme/store.git');
    const seen = async () => Object.values(await identityOf(one)).join(' ');
    expect(await seen()).toBe(`${hostname()} acme/store`);
    const user = join(place.environment.HOME ?? '', '.config', 'claude-session-coordinator', 'config.json');
    writeFile(user, { session: { machine_id: 'of-user', project_detection: 'directory' } });
    expect(await seen()).toBe('of-user shop');
    configure(place, { session: { machine_id: 'of-project' } });
    expect(await seen()).toBe('of-project acme/store');
    writeFile(named, { session: { project_detection: 'directory' } });
    expect(await seen()).toBe(`${hostname()} shop`);
  });

  it('that is broken is refused by name, and nobody is signed on (CSC-073)', async () => {
    const one = await Coordinator.start(place);
    for (const broken of ['{ "session": ', '[]', '"text"']) {
      place.write('.claude/session-coordinator-config.json', broken);
      expect(await one.refusal('sign_on')).toMatch(/session-coordinator-config\.json is not a JSON object/);
    }
    configure(place, {});
    expect(await one.taken()).toEqual([]);
  });

  it.each([
    ['machine_id', { session: { machine_id: 5 } }],
    ['project_detection', { session: { project_detection: 7 } }],
    ['session', { session: 5 }],
    ['adapter', { storage: { adapter: 7 } }],
    ['url', { storage: { config: { url: [] } } }],
    ['s3', { storage: { adapter: 's3' } }],
  ])('with a %s that it cannot have is refused (CSC-073)', async (named, config) => {
    configure(place, config);
    const one = await Coordinator.start(place);
    expect(await one.refusal('sign_on')).toContain(named);
    const { code, stdout } = await place.command(['compat', 'claude-session-coordinator', '--validate-config']);
    expect({ code, stdout }).toEqual({ code: 1, stdout: expect.stringMatching(new RegExp(`✗ .*${named}`)) });
  });
});

describe('the state', () => {
  it('is one for all worktrees and subfolders, whatever they are called (CSC-043, CSC-074)', async () => {
    const tree = place.worktree('feature');
    place.write('src/deep/file.ts', '');
    const [one, two, three] = await Promise.all([
      Coordinator.start(place),
      Coordinator.start(place, { directory: tree }),
      Coordinator.start(place, { directory: join(place.repository, 'src', 'deep') }),
    ]);
    const names = [await one.signOn(), await two.signOn(), await three.signOn()];
    expect(names).toEqual(['claude_1', 'claude_2', 'claude_3']);
    const projects = await Promise.all([one, two, three].map(async each => (await identityOf(each)).project));
    expect(projects).toEqual(['shop', 'feature', 'deep']);
    await one.store('issue:1', 'status', 'begun');
    expect(await two.retrieve('issue:1', 'status')).toEqual(['begun']);
    expect(await three.scopes()).toEqual(['instances', 'issue:1']);
    expect(await three.taken()).toEqual(names);
  });

  it('is one for all that a machine is called, and another for every repository (CSC-043, CSC-074)', async () => {
    const one = await Coordinator.start(place);
    await one.signOn();
    await one.store('issue:1', 'status', 'begun');
    configure(place, { session: { machine_id: 'desktop' } });
    const two = await Coordinator.start(place);
    expect(await two.signOn()).toBe('claude_2');
    expect(await two.retrieve('issue:1', 'status')).toEqual(['begun']);
    const other = join(place.folder, 'other');
    mkdirSync(other);
    const three = await Coordinator.start(place, { directory: other });
    expect(await three.signOn()).toBe('claude_1');
    expect(await three.scopes()).toEqual(['instances']);
  });
});
