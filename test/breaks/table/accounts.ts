/** Who may use a hub. */
import type { Break } from '../break.ts';

const account = 'src/core/account.test.ts';
const authority = 'src/core/authority.test.ts';

export const ofAccounts: readonly Break[] = [
  {
    what: 'accounts: a token is kept as a hash only',
    file: 'src/system/digests.ts',
    replace: "sha256: text => createHash('sha256').update(text, 'utf8').digest('hex'),",
    by: 'sha256: text => text,',
    caughtBy: `${account} › has 260 random bits behind a prefix and an id, and no store holds it`,
  },
  {
    what: 'accounts: a wrong secret stands for nobody',
    file: 'src/core/account.ts',
    replace: '!record || (!isNow && !isFormer) ||',
    by: '!record ||',
    caughtBy: `${account} › that is wrong in any letter, of another form, or unknown stands for nobody`,
  },
  {
    what: 'accounts: a revoked token stands for nobody',
    file: 'src/core/account.ts',
    replace: "if (revokedAt !== null) return 'revoked';",
    by: '',
    caughtBy: `${account} › is refused from its revocation on, for good, and its name stays taken`,
  },
  {
    what: 'accounts: a token has an end',
    file: 'src/core/account.ts',
    replace: "return expiresAt !== null && expiresAt <= now ? 'expired' : 'active';",
    by: "return 'active';",
    caughtBy: `${account} › is refused from its end on`,
  },
  {
    what: 'accounts: the secret before a rotation ends with its time',
    file: 'src/core/account.ts',
    replace: 'digests.equal(hash, former.hash) && former.until > tx.now',
    by: 'digests.equal(hash, former.hash)',
    caughtBy: `${account} › that is rotated is another one; the one before is taken for the time that was given, and no longer`,
  },
  {
    what: 'accounts: a role to read changes nothing',
    file: 'src/core/authority.ts',
    replace: "return effect === 'read' ? 'read' : 'write';",
    by: "return 'read';",
    caughtBy: `${authority} › to read may do what changes nothing, one to write what does not overrule others, admin everything`,
  },
  {
    what: 'accounts: a token for some projects is for no other',
    file: 'src/core/authority.ts',
    replace: 'return projects.length === 0 ||',
    by: 'return projects.length < 9 ||',
    caughtBy: `${authority} › for the projects %o may act in this one: %s`,
  },
  {
    what: 'accounts: a token for some tools is for no other',
    file: 'src/core/authority.ts',
    replace: 'tools.length > 0 && !tools.includes(action.name)',
    by: 'tools.length > 9 && !tools.includes(action.name)',
    caughtBy: `${authority} › for some tools may use no other, and none that its role does not allow`,
  },
];
