/** `signalbox audit`: who did what over a hub on this store. */
import { accountsProject } from '../../../core/account.ts';
import { readAudit } from '../../../core/audit.ts';
import type { AuditRecord } from '../../../core/audit-record.ts';
import { SignalboxError } from '../../../core/errors.ts';
import { durationOf } from '../../../core/lifetime.ts';
import { limits } from '../../../core/limits.ts';
import { instant } from '../../../core/text.ts';
import { exitCodes } from '../exit-codes.ts';
import { type Invocation, pageFor, printResult, withComposition } from '../invocation.ts';
import { oneLine } from '../layout.ts';
import type { Style } from '../style.ts';
import type { AuditRequest } from './requests.ts';

export function runAudit(request: AuditRequest, invocation: Invocation): Promise<number> {
  return withComposition(invocation, async parts => {
    const { principal = null, what = null, project = null, decision = null } = request;
    const limit = wholeNumber(request.limit);
    const { notes, more } = await parts.world.store.read(accountsProject, tx => {
      const since = request.since === undefined ? 0 : tx.now - durationOf(request.since);
      return readAudit(tx, { since, principal, what, project, decision, limit });
    });
    const { style } = pageFor(invocation, parts.world.clock.now());
    await printResult(invocation, { notes, more }, () => spoken(notes, more, style));
    return exitCodes.ok;
  });
}

function wholeNumber(text: string | undefined): number {
  const limit = text === undefined ? limits.auditShown : Number(text);
  if (Number.isInteger(limit) && limit > 0 && limit <= limits.auditShownMost) return limit;
  const next = `Write a whole number from 1 to ${limits.auditShownMost}.`;
  throw new SignalboxError('invalid_input', `--limit is ${text?.slice(0, 20)}.`, next);
}

function spoken(notes: readonly AuditRecord[], more: boolean, style: Style): string {
  if (notes.length === 0) return 'Nothing was noted.\n';
  const lines = notes.map(({ at, principal, action, what, session, subject, project, decision, code, address }) => {
    const isArrival = action === 'authentication';
    const why = isArrival && what !== null ? `${code}: ${what}` : code;
    const outcome = decision === 'done' ? style.good(decision) : style.bad(`${decision} (${why})`);
    const about = [
      subject && `${action === 'webhook' ? action : 'token'} ${subject}`,
      session && `session ${session}`,
      project && `in ${project}`,
      address && `from ${address}`,
    ].filter(Boolean);
    const who = style.strong(oneLine(principal ?? (action === 'webhook' ? 'the hub' : 'nobody known')));
    const done = isArrival ? action : (what ?? action);
    return `${style.quiet(instant(at))}  ${who}  ${done}  ${outcome}  ${style.quiet(oneLine(about.join(', ')))}`;
  });
  return `${[...lines, ...(more ? ['There is more: narrow it down, or raise --limit.'] : [])].join('\n')}\n`;
}
