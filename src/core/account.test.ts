import { beforeEach, describe, expect, it } from 'vitest';
import { type Bench, createBench } from '../../test/support/rules.ts';
import { systemDigests } from '../system/digests.ts';
import { systemIds } from '../system/ids.ts';
import {
  accountsProject,
  createToken,
  listTokens,
  mintToken,
  principalOf,
  revokeToken,
  rotateToken,
  showToken,
  stateOf,
  type TokenWish,
} from './account.ts';
import { readAudit } from './audit.ts';
import type { Transaction } from './ports.ts';

const tools = ['lock_acquire', 'session_list'];
const plain: TokenWish = { name: 'ana', role: 'write', projects: [], tools: [], notes: null, expiresAt: null };
const next = () => systemIds.next();

let bench: Bench;

beforeEach(() => {
  bench = createBench();
});

const act = <T>(work: (tx: Transaction) => Promise<T>) => bench.store.transact(accountsProject, work);
const whose = (token: string) => bench.store.read(accountsProject, tx => principalOf(tx, token, systemDigests));

async function make(wish: Partial<TokenWish> = {}) {
  const { id, token } = mintToken(next);
  const record = await act(tx =>
    createToken(tx, { ...plain, ...wish }, { id, hash: systemDigests.sha256(token) }, tools),
  );
  return { token, record };
}

describe('a token', () => {
  it('has 260 random bits behind a prefix and an id, and no store holds it', async () => {
    const { token, record } = await make();
    expect(token).toMatch(/^sbx_[0-9a-hjkmnp-tv-z]{10}_[0-9a-hjkmnp-tv-z]{52}$/);
    expect(token.slice(4, 14)).toBe(record.id);
    const { records } = await bench.store.contents(accountsProject);
    const secret = token.slice(15);
    expect(JSON.stringify(records)).not.toContain(secret);
    expect(mintToken(next).token).not.toBe(token);
  });

  it('stands for its name, role, projects and tools', async () => {
    const { token, record } = await make({ role: 'read', projects: ['github.com/acme/*'], tools: ['session_list'] });
    expect(await whose(token)).toEqual({
      id: record.id,
      name: 'ana',
      role: 'read',
      projects: ['github.com/acme/*'],
      tools: ['session_list'],
    });
  });

  it('that is wrong in any letter, of another form, or unknown stands for nobody', async () => {
    const { token } = await make();
    const last = token.endsWith('0') ? '1' : '0';
    const wrong = [`${token.slice(0, -1)}${last}`, `${token} `, token.toUpperCase(), '', 'sbx_', mintToken(next).token];
    for (const each of wrong) expect(await whose(each), each).toBeUndefined();
  });

  it('is refused from its revocation on, for good, and its name stays taken', async () => {
    const { token } = await make();
    expect(await act(tx => revokeToken(tx, 'Ana'))).toMatchObject({ revokedAt: bench.clock.now() });
    expect(await whose(token)).toBeUndefined();
    await expect(make()).rejects.toMatchObject({ code: 'conflict' });
    await expect(act(tx => rotateToken(tx, 'ana', 'x', 0))).rejects.toMatchObject({ code: 'conflict' });
  });

  it('is refused from its end on', async () => {
    const { token } = await make({ expiresAt: bench.clock.now() + 1_000 });
    expect(await whose(token)).toBeDefined();
    await bench.clock.advance(1_000);
    expect(await whose(token)).toBeUndefined();
    expect(stateOf(await bench.store.read(accountsProject, tx => showToken(tx, 'ana')), bench.clock.now())).toBe(
      'expired',
    );
  });

  it('that is rotated is another one; the one before is taken for the time that was given, and no longer', async () => {
    const { token, record } = await make();
    const second = mintToken(next, record.id).token;
    await act(tx => rotateToken(tx, 'ana', systemDigests.sha256(second), 5_000));
    expect(await whose(token)).toMatchObject({ name: 'ana' });
    expect(await whose(second)).toMatchObject({ name: 'ana' });
    await bench.clock.advance(5_000);
    expect(await whose(token)).toBeUndefined();
    expect(await whose(second)).toMatchObject({ name: 'ana' });
    const third = mintToken(next, record.id).token;
    await act(tx => rotateToken(tx, 'ana', systemDigests.sha256(third), 0));
    expect(await whose(second)).toBeUndefined();
    expect(await whose(third)).toMatchObject({ name: 'ana' });
  });

  it.each([
    [{ name: '' }, 'invalid_input'],
    [{ name: 'a b' }, 'invalid_input'],
    [{ role: 'root' }, 'invalid_input'],
    [{ tools: ['rm'] }, 'invalid_input'],
    [{ expiresAt: 1 }, 'invalid_input'],
  ])('with %o is refused as %s', async (wish, code) => {
    await expect(make(wish)).rejects.toMatchObject({ code });
  });

  it('is listed, the newest first; one that there is not is told apart from one that was', async () => {
    await make({ name: 'ana' });
    await bench.clock.advance(10);
    await make({ name: 'ben' });
    await act(tx => revokeToken(tx, 'ana'));
    const all = await bench.store.read(accountsProject, listTokens);
    expect(all.map(({ name, revokedAt }) => [name, revokedAt !== null])).toEqual([
      ['ben', false],
      ['ana', true],
    ]);
    await expect(act(tx => revokeToken(tx, 'eve'))).rejects.toMatchObject({ code: 'not_found' });
  });
});

it('What is done with tokens stands in the audit, and nothing where nothing was done', async () => {
  await make();
  await act(tx => rotateToken(tx, 'ana', 'x', 0));
  await act(tx => revokeToken(tx, 'ana'));
  await act(tx => revokeToken(tx, 'ana'));
  await expect(act(tx => rotateToken(tx, 'ana', 'y', 0))).rejects.toThrow();
  const query = { since: 0, before: null, principal: 'operator', what: null, project: null, decision: null, limit: 9 };
  const { notes } = await bench.store.read(accountsProject, tx => readAudit(tx, query));
  expect(notes.map(({ action, subject, what, decision }) => [action, subject, what, decision].join(' '))).toEqual([
    'token ana revoke done',
    'token ana rotate done',
    'token ana create done',
  ]);
});
