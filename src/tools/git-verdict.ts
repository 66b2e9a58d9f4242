/** How git's hooks are judged, whichever it is: policy first, then the rule, then what becomes of a refusal. */
import type { GitHookFacts } from '../core/git-hook-facts.ts';
import { type Bypass, isBelowSession, noteBypass } from '../core/guard-bypass.ts';
import { limits } from '../core/limits.ts';
import type { GuardPolicy } from '../core/policy.ts';
import type { SessionRecord } from '../core/records.ts';
import { heard, isNewlyHeard, refuse } from '../core/refusal.ts';
import type { Said } from '../core/refusal-text.ts';
import { quoted } from '../core/text.ts';
import type { Unit } from '../core/unit.ts';
import type { Me, Participant } from './participant.ts';

export interface GitVerdict {
  refused: boolean;
  /** Why, in whole sentences; the last one is the next step. */
  lines: string[];
  /** What is worth a word and stops nothing. */
  warnings: string[];
  /** What is to be added to the message of a commit; null for nothing. */
  trailer: string | null;
}

export interface GitCall {
  readonly hook: string;
  readonly facts: GitHookFacts;
  readonly bypass: string | null;
  readonly isPerson: boolean;
  readonly isStranger: boolean;
  readonly ancestors: readonly number[];
  readonly policy: GuardPolicy;
}

export function allowed(warnings: readonly string[] = []): GitVerdict {
  return { refused: false, lines: [], warnings: [...warnings], trailer: null };
}

/** Whether a person asks: the operator, and nothing around the command tells of an AI client. */
export function isPerson(me: Me, call: GitCall): boolean {
  return me.kind === 'operator' && call.isPerson && !call.isStranger;
}

export interface Refusing {
  readonly said: Said;
  /** The same text for the same attempt. */
  readonly what: string;
  readonly concerned: readonly SessionRecord[];
  readonly files: readonly string[];
  /** What will have been done if it goes on all the same, in the past. */
  readonly did: string;
  /** Notes with the refusal what the session has been told by it. */
  readonly told?: (me: Me, unit: Unit) => Me;
}

/** Refuses, unless a person goes on in spite of it: that is noted, and told to everybody concerned. */
export async function refusedOrPassed(caller: Participant, call: GitCall, refusing: Refusing): Promise<GitVerdict> {
  const { said } = refusing;
  const mayPass = call.bypass === null ? false : await mayBypass(caller, call);
  if (mayPass && call.bypass !== null) {
    const bypass: Bypass = { ...refusing, hook: call.hook, reason: call.bypass, commit: null };
    await caller.transact(async (unit, me) => noteBypass(unit, me, bypass));
    const facts = said.lines.slice(1).filter(line => !line.startsWith('Next:'));
    return allowed([...facts, `Goes on because of SIGNALBOX_BYPASS, which is noted and told to those concerned.`]);
  }
  const whole = await caller.read(async (_view, me) => [...said.lines, ...bypassHint(me, call)]);
  const lines = await inTime(caller, whole, async (unit, me) => {
    const current = refusing.told?.(me, unit) ?? me;
    const what = refusing.what.slice(0, limits.attemptCharacters);
    const text = refuse(unit, current, { ...said, ring: 'git', what }, null);
    // A short answer is for models, which retry at once; a person may have come back after reading something else.
    const isShort = text.endsWith(`: ${said.brief}`) && !isPerson(me, call);
    return isShort ? [said.brief, ...bypassHint(me, call)] : whole;
  });
  return { ...allowed(), refused: true, lines };
}

/**
 * Notes something that the verdict does not depend on: it stands also when somebody else keeps the store from being written, and then
 * it is `otherwise`.
 */
async function inTime<T>(caller: Participant, otherwise: T, note: (unit: Unit, me: Me) => Promise<T>): Promise<T> {
  const done = new AbortController();
  const noting = caller.transact(note).catch(() => otherwise);
  const waiting = caller.world.clock.sleep(limits.gitNoteMs, done.signal).then(() => otherwise);
  try {
    return await Promise.race([noting, waiting]);
  } finally {
    done.abort();
  }
}

async function mayBypass(caller: Participant, call: GitCall): Promise<boolean> {
  const processes = call.ancestors.flatMap(pid => caller.world.processes.identify(pid) ?? []);
  return caller.read(async (view, me) => isPerson(me, call) && !(await isBelowSession(view, processes)));
}

function bypassHint(me: Me, call: GitCall): string[] {
  if (call.bypass !== null) {
    return [
      `SIGNALBOX_BYPASS (${quoted(call.bypass.slice(0, limits.reasonCharacters))}) is for a person in a shell of their own; here it changes nothing.`,
    ];
  }
  return isPerson(me, call)
    ? ['You go on all the same with SIGNALBOX_BYPASS="the reason" before the command; it is noted and told.']
    : [];
}

/** Notes that git's ring asked for a session, now and then. */
export async function noteHeard(caller: Participant): Promise<void> {
  const isNews = await caller.read(async (view, me) => me.kind === 'agent' && isNewlyHeard(me, 'git', view.tx.now));
  if (!isNews) return;
  await inTime(caller, undefined, async ({ tx }, me) => {
    tx.put('session', { ...me, guard: { ...me.guard, rings: heard(me, 'git', tx.now) } });
  });
}
