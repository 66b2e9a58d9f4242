import { describe, expect, it } from 'vitest';
import { systemDigests } from '../system/digests.ts';
import { isBearerToken, isOfProvider, principalOfClaims } from './identity-provider.ts';
import { limits } from './limits.ts';
import { type ProviderSettings, providerPolicy, publicAddress, scopeFor } from './provider-policy.ts';

const settings: ProviderSettings = {
  url: 'https://hub.example.com',
  issuer: 'https://id.example.com',
  audience: '',
  roleClaim: 'scope',
  roles: 'signalbox:read=read,signalbox:write=write,signalbox:admin=admin',
  projectClaim: '',
  projects: '',
  nameClaim: 'sub',
};

const policyOf = (more: Partial<ProviderSettings> = {}) => {
  const policy = providerPolicy({ ...settings, ...more });
  if (!policy) throw new Error('no provider');
  return policy;
};
const whose = (claims: object, more: Partial<ProviderSettings> = {}) =>
  principalOfClaims({ sub: 'ana', scope: 'signalbox:write', ...claims }, policyOf(more), systemDigests);

describe('the claims of a token', () => {
  it('stand for one id by issuer and subject, whatever else is in the token', () => {
    const one = whose({ jti: '1', exp: 1 });
    expect(one).toEqual({
      id: expect.stringMatching(/^oidc:[0-9a-f]{32}$/),
      ...{ name: 'oidc:ana', role: 'write', projects: [], tools: [] },
    });
    expect(one && 'id' in one && isOfProvider(one)).toBe(true);
    expect(whose({ jti: '2', exp: 2 })).toEqual(one);
    const others = [whose({ sub: 'Ana' }), whose({}, { issuer: 'https://id.example.org' })];
    const ids = [one, ...others].map(each => each && 'id' in each && each.id);
    expect(new Set(ids).size).toBe(3);
  });

  it.each([[undefined], [''], [7], [['ana']], ['a'.repeat(256)]])('stand for nobody with the subject %j', sub => {
    expect(whose({ sub })).toBeNull();
  });

  it.each([
    ['signalbox:read signalbox:admin signalbox:write', 'admin'],
    ['openid signalbox:read', 'read'],
    [['signalbox:write'], 'write'],
  ])('give the highest role of %j', (scope, role) => {
    expect(whose({ scope })).toMatchObject({ role });
  });

  it.each([
    [undefined],
    [''],
    ['openid'],
    ['signalbox:writer'],
    ['SIGNALBOX:WRITE'],
    [{ 'signalbox:write': true }],
    [[7]],
  ])('give no role by %j', scope => {
    expect(whose({ scope })).toEqual({ name: 'oidc:ana', lacks: 'role' });
  });

  it('are found by their name, which may have dots, or by the way to them; a text that is no scope is one value', () => {
    const roles = 'Team Lead=admin,https://x/y=write';
    expect(whose({ realm: { roles: ['Team Lead'] } }, { roles, roleClaim: 'realm.roles' })).toMatchObject({
      role: 'admin',
    });
    expect(whose({ 'a.b/roles': 'https://x/y' }, { roles, roleClaim: 'a.b/roles' })).toMatchObject({ role: 'write' });
    expect(whose({ title: 'Team Lead' }, { roles, roleClaim: 'title' })).toMatchObject({ role: 'admin' });
    expect(whose({}, { roleClaim: 'constructor.name', roles: 'Object=admin' })).toMatchObject({ lacks: 'role' });
  });

  it('narrow to projects, and to none where the claim has none that counts', () => {
    const projectClaim = 'teams';
    expect(whose({ teams: ['a/*', 'b', 'b'] }, { projectClaim })).toMatchObject({ projects: ['a/*', 'b'] });
    const projects = 'shop=github.com/acme/shop,shop=github.com/acme/till,web=github.com/acme/web-*';
    expect(whose({ teams: 'shop' }, { projectClaim, projects })).toMatchObject({
      projects: ['github.com/acme/shop', 'github.com/acme/till'],
    });
    for (const teams of [undefined, [], '', ['x'.repeat(301)]]) {
      expect(whose({ teams }, { projectClaim })).toEqual({ name: 'oidc:ana', lacks: 'project' });
    }
    expect(whose({ teams: ['**'] }, { projectClaim, projects })).toMatchObject({ lacks: 'project' });
  });

  it('name somebody by one line of a bounded length, that no token made here has', () => {
    expect(whose({ email: '\u001b[31mana\n@x' }, { nameClaim: 'email' })).toMatchObject({ name: 'oidc:ana @x' });
    expect(whose({}, { nameClaim: 'email' })).toMatchObject({ name: 'oidc:ana' });
    expect(whose({ email: ' \u200b' }, { nameClaim: 'email' })).toMatchObject({ name: 'oidc:ana' });
    const long = whose({ email: 'é'.repeat(250) }, { nameClaim: 'email' });
    expect(long?.name).toHaveLength(limits.tokenNameCharacters + 'oidc:'.length);
  });
});

it.each([
  [{}, {}, true],
  [{ typ: 'JWT' }, {}, true],
  [{ typ: 'at+jwt' }, {}, true],
  [{ typ: 'application/AT+JWT' }, {}, true],
  [{ typ: 'dpop+jwt' }, {}, false],
  [{ typ: 'logout+jwt' }, {}, false],
  [{ typ: 7 }, {}, false],
  [{ typ: 'JWT' }, { at_hash: 'x' }, false],
  [{}, { c_hash: 'x' }, false],
  [{ typ: 'at+jwt' }, { cnf: { jkt: 'x' } }, false],
])('A token of the header %j with the claims %j may be taken from its bearer: %s', (header, claims, isTaken) => {
  expect(isBearerToken(header, claims)).toBe(isTaken);
});

describe('the settings of a provider', () => {
  it('are enough with issuer and address: the token is for the hub, and scopes give roles', () => {
    const policy = policyOf();
    expect(policy.audiences).toEqual([
      'https://hub.example.com/mcp',
      'https://hub.example.com',
      'https://hub.example.com/',
    ]);
    expect(policyOf({ audience: 'api://hub, other' }).audiences).toEqual(['api://hub', 'other']);
    expect(scopeFor(policy, 'read')).toBe('signalbox:read');
    expect(scopeFor(policyOf({ roles: 'all=admin' }), 'read')).toBe('all');
    expect(scopeFor(policyOf({ roles: 'look=read' }), 'write')).toBeNull();
    expect(scopeFor(policyOf({ roleClaim: 'groups' }), 'read')).toBeNull();
    expect(providerPolicy({ ...settings, issuer: '' })).toBeNull();
  });

  it.each<[Partial<ProviderSettings>, RegExp]>([
    [{ issuer: 'http://id.example.com' }, /OIDC_ISSUER/],
    [{ issuer: 'id.example.com' }, /OIDC_ISSUER/],
    [{ issuer: 'https://id.example.com/?x' }, /OIDC_ISSUER/],
    [{ issuer: 'https://ana:secret@id.example.com' }, /OIDC_ISSUER/],
    [{ url: '' }, /for whom/],
    [{ url: '', audience: ' , ' }, /for whom/],
    [{ url: 'http://hub.example.com' }, /HUB_URL/],
    [{ url: 'https://hub.example.com/team' }, /HUB_URL/],
    [{ roles: 'signalbox:write=owner' }, /OIDC_ROLES/],
    [{ roles: 'write' }, /OIDC_ROLES/],
    [{ roles: ',' }, /OIDC_ROLES/],
    [{ roles: 'a"b=write' }, /OIDC_ROLES/],
    [{ projects: 'shop=github.com/acme/shop' }, /OIDC_PROJECTS/],
    [{ projectClaim: 'teams', projects: 'shop' }, /OIDC_PROJECTS/],
    [{ issuer: '', audience: 'x' }, /no provider/],
    [{ issuer: '', projectClaim: 'teams' }, /no provider/],
  ])('that make no sense are refused with what to write: %j', (more, message) => {
    const refused = () => providerPolicy({ ...settings, ...more });
    expect(refused).toThrow(message);
    expect(refused).toThrow(expect.objectContaining({ code: 'invalid_input', next: expect.stringMatching(/\.$/) }));
  });

  it('allow an address without encryption for this machine alone', () => {
    const here = ['http://127.0.0.1:9000', 'http://localhost:9000', 'http://[::1]:9000'];
    expect(here.map(url => policyOf({ issuer: url }).issuer)).toEqual(here);
    expect(publicAddress('http://localhost:4720/')).toBe('http://localhost:4720');
    expect(publicAddress('')).toBeNull();
    expect(() => publicAddress('http://127.0.0.1.evil.example')).toThrow('HUB_URL');
  });
});
