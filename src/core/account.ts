/**
 * Accounts of the hub: access tokens, and whom a token stands for. They belong to no project, and lie in one of their own, with the audit of
 * what is done with them.
 * The form follows RFC 6750 (a bearer token is opaque text); what is kept is a hash, as OWASP asks for secrets of high entropy.
 */
import { noteDeed } from './audit.ts';
import { SignalboxError } from './errors.ts';
import { operatorHandle } from './handles.ts';
import { limits } from './limits.ts';
import type { Reader, Transaction } from './ports.ts';
import { cleanLine } from './text.ts';
import { type Role, roles, type TokenRecord } from './token-record.ts';

/** Where accounts are kept. No id of a real project begins with `@`. */
export const accountsProject = '@accounts';

/** By this people and secret scanners recognise a token. */
const tokenPrefix = 'sbx_';
const idCharacters = 10;
const secretCharacters = 52;
const tokenForm = /^sbx_([0-9a-hjkmnp-tv-z]{10})_[0-9a-hjkmnp-tv-z]{52}$/;

/** Makes digests of secrets, and compares them in a time that does not depend on where they differ. */
export interface Digests {
  sha256(text: string): string;
  equal(one: string, other: string): boolean;
}

/** A new token, of an id that it keeps when it is rotated. `next` gives random letters, as `Ids.next` does. */
export function mintToken(
  next: () => string,
  id: string = next().slice(0, idCharacters),
): { readonly id: string; readonly token: string } {
  return { id, token: `${tokenPrefix}${id}_${(next() + next()).slice(0, secretCharacters)}` };
}

export interface TokenWish {
  readonly name: string;
  readonly role: string;
  readonly projects: readonly string[];
  readonly tools: readonly string[];
  readonly notes: string | null;
  readonly expiresAt: number | null;
}

/** What a request is allowed, by the token that it came with. Of a provider's token the id is that of its person. */
export type Principal = Pick<TokenRecord, 'id' | 'name' | 'role' | 'projects' | 'tools'>;

/**
 * Keeps a new token. `tools` are the names that there are. Errors: `conflict` for a name that is taken, also by a revoked token,
 * `invalid_input` for a wrong name, role, tool or end, `limit_exceeded` for too many.
 */
export async function createToken(
  tx: Transaction,
  wish: TokenWish,
  secret: { readonly id: string; readonly hash: string },
  tools: readonly string[],
): Promise<TokenRecord> {
  const name = nameOf(wish.name);
  if (await tokenNamed(tx, name)) {
    throw new SignalboxError(
      'conflict',
      `There is a token "${name}" already, or was one.`,
      'Choose another name, or give the token a new secret with `signalbox token rotate`.',
    );
  }
  if ((await tx.count('token', 'name', { prefix: '' })) >= limits.tokensPerStore) {
    throw new SignalboxError('limit_exceeded', `A store keeps ${limits.tokensPerStore} tokens.`, 'Share tokens.');
  }
  if (wish.expiresAt !== null && wish.expiresAt <= tx.now) {
    throw new SignalboxError('invalid_input', 'The token would be over already.', 'Let it end later.');
  }
  const record: TokenRecord = {
    ...{ id: secret.id, name, hash: secret.hash, former: null, role: roleOf(wish.role) },
    projects: wish.projects.map(project => cleanLine(project, 'a project', limits.projectCharacters)),
    tools: wish.tools.map(tool => toolOf(tool, tools)),
    notes: wish.notes === null ? null : cleanLine(wish.notes, 'notes', limits.tokenNotesCharacters),
    ...{ createdAt: tx.now, expiresAt: wish.expiresAt, revokedAt: null, rotatedAt: null, usedAt: null },
  };
  return kept(tx, record, 'create');
}

/** All tokens, the newest first. */
export async function listTokens(tx: Reader): Promise<TokenRecord[]> {
  const all = await tx.list('token', 'name', { prefix: '' }, { limit: limits.tokensPerStore });
  return all.toSorted((a, b) => b.createdAt - a.createdAt);
}

/** The token of that name; `not_found` where there is none. */
export async function showToken(tx: Reader, name: string): Promise<TokenRecord> {
  const found = await tokenNamed(tx, name.trim());
  if (found) return found;
  throw new SignalboxError('not_found', `There is no token "${name.slice(0, 60)}".`, 'See `signalbox token list`.');
}

/** Ends a token for good, from its next use on, everywhere. Done again it changes nothing. */
export async function revokeToken(tx: Transaction, name: string): Promise<TokenRecord> {
  const known = await showToken(tx, name);
  if (known.revokedAt !== null) return known;
  const revoked: TokenRecord = { ...known, former: null, revokedAt: tx.now };
  return kept(tx, revoked, 'revoke');
}

/**
 * Gives a token another secret; the one before is taken for `graceMs` more. The id in it stays. Errors: `conflict` for one that is
 * revoked or over.
 */
export async function rotateToken(tx: Transaction, name: string, hash: string, graceMs: number): Promise<TokenRecord> {
  const known = await showToken(tx, name);
  if (stateOf(known, tx.now) !== 'active') {
    throw new SignalboxError(
      'conflict',
      `The token "${known.name}" is ${stateOf(known, tx.now)}.`,
      'Create another one.',
    );
  }
  const former = graceMs > 0 ? { hash: known.hash, until: tx.now + graceMs } : null;
  return kept(tx, { ...known, hash, former, rotatedAt: tx.now }, 'rotate');
}

export function stateOf({ revokedAt, expiresAt }: TokenRecord, now: number): 'active' | 'revoked' | 'expired' {
  if (revokedAt !== null) return 'revoked';
  return expiresAt !== null && expiresAt <= now ? 'expired' : 'active';
}

/** Whom a token stands for at this moment; undefined for one that is unknown, wrong, revoked or over, which nobody is told apart. */
export async function principalOf(tx: Reader, token: string, digests: Digests): Promise<Principal | undefined> {
  const id = tokenForm.exec(token)?.[1];
  const record = id === undefined ? undefined : await tx.get('token', id);
  const hash = digests.sha256(token);
  // Compared in any case, so that an unknown id takes the time that a known one takes.
  const isNow = digests.equal(hash, record?.hash ?? hash);
  const former = record?.former;
  const isFormer = former ? digests.equal(hash, former.hash) && former.until > tx.now : false;
  if (!record || (!isNow && !isFormer) || stateOf(record, tx.now) !== 'active') return undefined;
  const { name, role, projects, tools } = record;
  return { id: record.id, name, role, projects, tools };
}

/** Whether it stands in the record that a token was used within `limits.tokenUseNotedMs`. */
export async function isUseNoted(tx: Reader, id: string): Promise<boolean> {
  const usedAt = (await tx.get('token', id))?.usedAt ?? null;
  return usedAt !== null && tx.now - usedAt < limits.tokenUseNotedMs;
}

/** Notes that a token is used now. Nothing for one that is gone. */
export async function noteUse(tx: Transaction, id: string): Promise<void> {
  const known = await tx.get('token', id);
  if (known) tx.put('token', { ...known, usedAt: tx.now });
}

async function kept(tx: Transaction, record: TokenRecord, what: string): Promise<TokenRecord> {
  tx.put('token', record);
  const by = { principal: operatorHandle, decision: 'done', code: null } as const;
  await noteDeed(tx, { ...by, action: 'token', subject: record.name, what });
  return record;
}

async function tokenNamed(tx: Reader, name: string): Promise<TokenRecord | undefined> {
  const [found] = await tx.list('token', 'name', { equals: name.toLowerCase() }, { limit: 1 });
  return found;
}

function nameOf(raw: string): string {
  const name = cleanLine(raw, 'the name', limits.tokenNameCharacters);
  // The audit names people and machines by this, and whoever works on the store by that word.
  if (name.toLowerCase() === operatorHandle) {
    throw new SignalboxError(
      'invalid_input',
      `"${name}" is whoever works on the store itself.`,
      'Choose another name.',
    );
  }
  if (/^[\p{L}\p{N}][\p{L}\p{M}\p{N}._@-]*$/u.test(name)) return name;
  throw new SignalboxError(
    'invalid_input',
    "A token's name holds letters, digits and `. _ @ -`, and begins with a letter or digit.",
    'Choose the name of a person or a machine, such as "ana" or "ci-runner".',
  );
}

function roleOf(raw: string): Role {
  const role = roles.find(each => each === raw);
  if (role) return role;
  throw new SignalboxError('invalid_input', `There is no role "${raw.slice(0, 40)}".`, `Use ${roles.join(', ')}.`);
}

function toolOf(raw: string, tools: readonly string[]): string {
  const tool = tools.find(each => each === raw.trim());
  if (tool) return tool;
  throw new SignalboxError('invalid_input', `There is no tool "${raw.slice(0, 60)}".`, `Tools: ${tools.join(', ')}.`);
}
