/** Tokens of an OpenID provider at the hub. */
import type { Break } from '../break.ts';

const signIn = 'test/scenarios/hub-sign-in.test.ts';
const discovery = 'test/scenarios/hub-discovery.test.ts';
const keys = 'src/system/identity-provider.test.ts';
const claims = 'src/core/identity-provider.test.ts';

export const ofSignIn: readonly Break[] = [
  {
    what: 'sign-in: a token of a provider is for one audience',
    file: 'src/system/identity-provider.ts',
    replace: '      audience: [...audiences],\n',
    by: '',
    caughtBy: `${signIn} › that is wrong in any way is refused in one and the same way; the log and the audit have the reason`,
  },
  {
    what: 'sign-in: a shared secret signs no token',
    file: 'src/system/identity-provider.ts',
    replace: "if (!algorithms.includes(header.alg ?? '')) return 'algorithm';",
    by: "if (header.alg === undefined) return 'algorithm';",
    caughtBy: `${signIn} › that is wrong in any way is refused in one and the same way; the log and the audit have the reason`,
  },
  {
    what: 'sign-in: a token bound to a key is not taken from its bearer',
    file: 'src/core/identity-provider.ts',
    replace: " && !Object.hasOwn(claims, 'cnf')",
    by: '',
    caughtBy: `${claims} › A token of the header %j with the claims %j may be taken from its bearer: %s`,
  },
  {
    what: 'sign-in: a token is taken for a day at most',
    file: 'src/system/identity-provider.ts',
    replace: 'maxTokenAge: limits.hubTokenSeconds,',
    by: 'maxTokenAge: 10 * limits.hubTokenSeconds,',
    caughtBy: `${signIn} › that is wrong in any way is refused in one and the same way; the log and the audit have the reason`,
  },
  {
    what: 'sign-in: no project of a claim is none and not all',
    file: 'src/core/identity-provider.ts',
    replace: "if (policy.projectClaim !== null && projects.length === 0) return { name, lacks: 'project' };",
    by: '',
    caughtBy: `${claims} › narrow to projects, and to none where the claim has none that counts`,
  },
  {
    what: 'sign-in: who somebody is does not depend on the token',
    file: 'src/core/identity-provider.ts',
    replace: 'JSON.stringify([policy.issuer, sub])',
    by: 'JSON.stringify([policy.issuer, sub, claims.jti])',
    caughtBy: `${signIn} › is one person’s however often it is renewed, and nobody else’s: a session stays with whoever opened it`,
  },
  {
    what: 'sign-in: who somebody is depends on the provider',
    file: 'src/core/identity-provider.ts',
    replace: 'JSON.stringify([policy.issuer, sub])',
    by: 'JSON.stringify([sub])',
    caughtBy: `${claims} › stand for one id by issuer and subject, whatever else is in the token`,
  },
  {
    what: 'sign-in: a new key of a provider is looked for',
    file: 'src/system/identity-provider.ts',
    replace: '      await keys.renew();\n',
    by: '',
    caughtBy: `${signIn} › may change its keys while the hub runs: new tokens are taken, and those of a key that it withdrew are not`,
  },
  {
    what: 'sign-in: keys that were withdrawn are forgotten',
    file: 'src/system/provider-keys.ts',
    replace: 'if (this.#age > limits.hubKeysFreshMs) {',
    by: 'if (this.#known === null) {',
    caughtBy: `${keys} › that it withdraws are believed until the next look and no longer`,
  },
  {
    what: 'sign-in: keys that are known go on while the provider is away',
    file: 'src/system/provider-keys.ts',
    replace: 'return this.#known && this.#age <= limits.hubKeysUsedMs ? this.#known.keys : null;',
    by: 'return this.#known && this.#isReached ? this.#known.keys : null;',
    caughtBy: `${keys} › that are known are used for a day while it is away, and then nobody can tell`,
  },
  {
    what: 'sign-in: a provider is not asked at every token',
    file: 'src/system/provider-keys.ts',
    replace: 'if (!this.#looking && this.#clock.elapsed() - this.#triedAt < limits.hubKeysPauseMs) return;',
    by: '',
    caughtBy: `${keys} › are asked for at most once in a while, also when nobody answers or a key is unknown`,
  },
  {
    what: 'sign-in: keys are taken from where the provider is, and not from where that leads',
    file: 'src/system/provider-keys.ts',
    replace: "redirect: 'error',",
    by: "redirect: 'follow',",
    caughtBy: `${keys} › may be moved, and are never looked for where others could change them or where an answer leads`,
  },
  {
    what: 'sign-in: a provider that is another one is not believed',
    file: 'src/system/provider-keys.ts',
    replace: "if (said.issuer !== issuer) throw new Error('it says that it is another issuer');",
    by: '',
    caughtBy: `${signIn} › is not believed when it says that it is another issuer`,
  },
  {
    what: 'sign-in: what nobody can tell is no refusal',
    file: 'src/system/identity-provider.ts',
    replace: 'if (!known) return away;',
    by: "if (!known) return { flaw: 'key' };",
    caughtBy: `${signIn} › may be away: keys that are known go on, without any requests wait and are not refused, and the hub says so`,
  },
  {
    what: 'sign-in: what nobody can tell ends no token',
    file: 'src/surfaces/http/guard.ts',
    replace: "    if ('retryMs' in found) throw awaitingProvider(found.retryMs);\n",
    by: '',
    caughtBy:
      'src/surfaces/http/app.test.ts › whose provider can no longer say whose token it is is told that nobody can tell, and not that it is over',
  },
  {
    what: 'sign-in: who is not let in is told where to sign in',
    file: 'src/surfaces/http/sign-in.ts',
    replace: "const all = { realm: 'signalbox', ...fields, resource_metadata: metadata };",
    by: "const all = { realm: 'signalbox', ...fields, metadata };",
    caughtBy: `${discovery} › is said to whoever is not let in, with the scope that work takes; only who brought a token hears that it was wrong`,
  },
  {
    what: 'sign-in: a client of MCP is told of a scope by the status',
    file: 'src/surfaces/http/mcp.ts',
    replace: '      await refuseForScope(tools, body, about);\n',
    by: '',
    caughtBy: `${discovery} › that may only read asks for more with the first tool that takes it, and gets it where its provider says so`,
  },
  {
    what: 'sign-in: coming without a token is no guess',
    file: 'src/surfaces/http/guard.ts',
    replace: "const isHarmless = ['missing', 'expired'].includes(reason) || 'ungranted' in found;",
    by: "const isHarmless = 'ungranted' in found;",
    caughtBy: `${signIn} › lets many in from one address who only come without a token or with one that was good`,
  },
  {
    what: 'sign-in: looking for a provider is no failed sign-in',
    file: 'src/surfaces/http/app.ts',
    replace: "app.get('/.well-known/*', context => {",
    by: "app.get('/.well-known/oauth-protected-resource/mcp', context => {",
    caughtBy: `${discovery} › is nothing where there is none, and looking for it is no failed sign-in`,
  },
  {
    what: 'sign-in: others are not let in without a word where to sign in',
    file: 'src/surfaces/http/sign-in-settings.ts',
    replace: 'if (url !== null || isLoopback(host)) return;',
    by: "if (url !== null || host !== '') return;",
    caughtBy: `${signIn} › is opened to others by the admins of its provider, and only with an address to be found at`,
  },
];
