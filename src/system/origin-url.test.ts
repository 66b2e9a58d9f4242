import { describe, expect, test } from 'vitest';
import { normaliseOrigin } from './origin-url.ts';

describe('the address of a remote', () => {
  test('has one form, whatever way it is written', () => {
    for (const address of [
      'https://github.com/Owner/Repo.git',
      'https://github.com/Owner/Repo/',
      'https://user:p%40ss@GitHub.com:443/Owner/Repo.git/',
      'https://user@mail:secret@github.com/Owner/Repo',
      'http://github.com:80/Owner/Repo',
      'ssh://git@github.com/Owner/Repo.git',
      'ssh://git@github.com:22/Owner//Repo.git',
      'git+ssh://git@github.com/Owner/Repo',
      'git://github.com:9418/Owner/Repo.git',
      'git@github.com:Owner/Repo.git',
      'github.com:Owner/Repo',
      'git@github.com:/Owner/Repo.git',
      '[github.com:22]:Owner/Repo',
      ' https://github.com/Owner/Repo\n',
    ]) {
      expect(normaliseOrigin(address), address).toBe('github.com/Owner/Repo');
    }
  });

  test('keeps another port, the case of the path, and what belongs to the path', () => {
    expect(normaliseOrigin('ssh://git@host:2222/a/B.git')).toBe('host:2222/a/B');
    expect(normaliseOrigin('https://host:8443/a/b')).toBe('host:8443/a/b');
    expect(normaliseOrigin('[host:2222]:a/b')).toBe('host:2222/a/b');
    expect(normaliseOrigin('ssh://[2001:DB8::1]:22/a/b')).toBe('[2001:db8::1]/a/b');
    expect(normaliseOrigin('git@[2001:db8::1]:a/b')).toBe('[2001:db8::1]/a/b');
    expect(normaliseOrigin('https://dev.azure.com/org/my%20project/_git/repo')).toBe(
      'dev.azure.com/org/my project/_git/repo',
    );
    expect(normaliseOrigin('https://host/a.github')).toBe('host/a.github');
  });

  test('is not used when it means something else on each machine', () => {
    for (const address of [
      '',
      '/srv/repo.git',
      '../repo',
      './a:b',
      'file:///srv/repo.git',
      'file://server/share/repo.git',
      'C:\\repo',
      'C:/repo',
      'repo',
    ]) {
      expect(normaliseOrigin(address), address).toBeUndefined();
    }
    expect(normaliseOrigin('ext::ssh host %S repo')).toBeUndefined();
    expect(normaliseOrigin('https://host/')).toBeUndefined();
    expect(normaliseOrigin('https://host/a\u001b[2Jb')).toBeUndefined();
  });
});
