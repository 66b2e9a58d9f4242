/** `signalbox token`: works on the store itself, whether or not a hub runs over it. */
import type { Composition } from '../../../compose.ts';
import {
  accountsProject,
  createToken,
  listTokens,
  mintToken,
  revokeToken,
  rotateToken,
  showToken,
  stateOf,
} from '../../../core/account.ts';
import { durationOf, endOf } from '../../../core/lifetime.ts';
import type { TokenRecord } from '../../../core/token-record.ts';
import { operations } from '../../../tools/index.ts';
import { type Invocation, type Told, withAnswer } from '../invocation.ts';
import type { Page } from '../renderers.ts';
import { assertLasting, assertWholeStore } from '../store/open-store.ts';
import type { TokenRequest } from './requests.ts';
import { fieldsText, type ShownToken, tableText } from './view.ts';

export function runToken(request: TokenRequest, invocation: Invocation): Promise<number> {
  assertWholeStore(invocation, 'token', 'Say for which projects a token is with --only.');
  return withAnswer(invocation, (parts, page) => {
    assertLasting(parts);
    return answer(request, parts, page);
  });
}

async function answer(request: TokenRequest, parts: Composition, page: Page): Promise<Told> {
  const { store, ids } = parts.world;
  switch (request.action) {
    case 'create': {
      const { id, token } = mintToken(() => ids.next());
      const hash = parts.digests.sha256(token);
      const { name, role, projects, tools, notes = null, expires } = request;
      const names = operations.map(tool => tool.name);
      const made = await store.transact(accountsProject, tx => {
        const expiresAt = expires === undefined ? null : endOf(expires, tx.now);
        return createToken(tx, { name, role, projects, tools, notes, expiresAt }, { id, hash }, names);
      });
      return withSecret(made, token, page);
    }
    case 'rotate': {
      const { id } = await store.read(accountsProject, tx => showToken(tx, request.name));
      const { token } = mintToken(() => ids.next(), id);
      const graceMs = request.grace === undefined ? 0 : durationOf(request.grace);
      const hash = parts.digests.sha256(token);
      const made = await store.transact(accountsProject, tx => rotateToken(tx, request.name, hash, graceMs));
      return withSecret(made, token, page);
    }
    case 'list': {
      const { all, now } = await store.read(accountsProject, async tx => ({ all: await listTokens(tx), now: tx.now }));
      const shown = all.map(record => shownToken(record, now));
      return { value: { tokens: shown }, text: tableText(shown, page) };
    }
    case 'show': {
      const shown = await store.read(accountsProject, async tx =>
        shownToken(await showToken(tx, request.name), tx.now),
      );
      return { value: shown, text: fieldsText(shown, page) };
    }
    case 'revoke': {
      const ended = await store.transact(accountsProject, tx => revokeToken(tx, request.name));
      const text = `${page.style.good('✓')} ${page.style.strong(ended.name)} is revoked: its next use is refused, everywhere.\n`;
      return { value: shownToken(ended, ended.revokedAt ?? 0), text };
    }
  }
}

/** Shown once, on a line of its own, so that a script takes it by its form. */
function withSecret(record: TokenRecord, token: string, page: Page): Told {
  const shown = shownToken(record, record.createdAt);
  const note = 'It is shown this once. Keep it where only its owner reads it.';
  return { value: { ...shown, token }, text: `${fieldsText(shown, page)}\n${token}\n\n${page.style.quiet(note)}\n` };
}

function shownToken(record: TokenRecord, now: number): ShownToken {
  const { hash: _hash, former: _former, revokedAt, ...rest } = record;
  return { ...rest, revokedAt, state: stateOf(record, now) };
}
