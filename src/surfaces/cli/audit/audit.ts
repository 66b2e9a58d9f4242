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
    const limit = wholeNumber('--limit', request.limit ?? limits.auditShown, limits.auditShownMost);
    const before =
      request.before === undefined ? null : wholeNumber('--before', request.before, Number.MAX_SAFE_INTEGER);
    const { notes, next } = await parts.world.store.read(accountsProject, tx => {
      const since = request.since === undefined ? 0 : tx.now - durationOf(request.since);
      return readAudit(tx, { since, before, principal, what, project, decision, limit });
    });
    const { style } = pageFor(invocation, parts.world.clock.now());
    await printResult(invocation, { notes, next }, () => spoken(notes, next, style));
    return exitCodes.ok;
  });
}

function wholeNumber(option: string, given: string | number, most: number): number {
  const number = Number(given);
  if (Number.isInteger(number) && number > 0 && number <= most) return number;
  const next = `Write a whole number from 1 to ${most}.`;
  throw new SignalboxError('invalid_input', `${option} is ${String(given).slice(0, 20)}.`, next);
}

function spoken(notes: readonly AuditRecord[], next: number | null, style: Style): string {
  if (notes.length === 0 && next === null) return 'Nothing was noted.\n';
  const lines = notes.map(({ at, principal, action, what, session, subject, project, decision, code, address }) => {
    const isArrival = action === 'authentication';
    const why = isArrival && what !== null ? `${code}: ${what}` : code;
    const outcome = decision === 'done' ? style.good(decision) : style.bad(`${decision} (${why})`);
    const about = [
      subject && `${action === 'webhook' || action === 'token' ? action : 'on'} ${subject}`,
      session && `session ${session}`,
      project && `in ${project}`,
      address && `from ${address}`,
    ].filter(Boolean);
    const who = style.strong(oneLine(principal ?? (action === 'webhook' ? 'the hub' : 'nobody known')));
    const done = isArrival ? action : oneLine(what ?? action);
    return `${style.quiet(instant(at))}  ${who}  ${done}  ${outcome}  ${style.quiet(oneLine(about.join(', ')))}`;
  });
  const further =
    next === null ? [] : [`There is more: go on with --before ${next}, narrow it down, or raise --limit.`];
  return `${[...lines, ...further].join('\n')}\n`;
}
