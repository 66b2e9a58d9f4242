/** What hooks are told of tools, before and after them, must have been true at some moment between the call and its answer. */

import { limits } from '../../../src/core/limits.ts';
import type { LockRecord } from '../../../src/core/records.ts';
import type { Knowledge, Rule } from '../knowledge.ts';
import type { State } from '../state.ts';
import type { Told } from './answers.ts';
import { type EditedFile, filesOfCall, isOfEdit, ownLock, toldTo, untold } from './edits.ts';
import { newestOf } from './ledger.ts';

const last = (span: readonly State[]) => span.at(-1) as State;

const hasAll: Rule<Told> = {
  promise: 'a tool that may run has the locks of all that it changes, and its session knows what others did there',
  *broken({ answer: { call, output, session }, span }, known) {
    if (call.tool !== 'guard_check' || output?.refused !== false || session === null) return;
    const files = filesOfCall(last(span), session, call).filter(({ mode }) => mode === 'block');
    if (files.length === 0) return;
    const holding = span.filter(state => files.every(file => ownLock(state, session, file, state.now)));
    if (holding.length === 0) yield `${session} never had all of ${files.map(({ path }) => path).join(', ')}`;
    else if (!holding.some(state => files.every(file => knows(state, session, file, known))))
      yield `${session} was not told what others did to ${files.map(({ path }) => path).join(', ')}`;
  },
};

/** Whether the session knew of everything that was done to a file before it got the lock that it has. */
function knows(state: State, session: string, file: EditedFile, known: Knowledge): boolean {
  const lock = ownLock(state, session, file, state.now) as LockRecord;
  const about = { toldTo: toldTo(known, session), below: lock.fence, isStrict: false };
  return untold(state, session, file, about).length === 0 || wasShown(state, session, lock);
}

/** Whether the notice that a file is kept for the session, which says that others had it, has reached that. */
function wasShown(state: State, session: string, { name, fence }: LockRecord): boolean {
  const notices = [...state.message.values()].filter(
    ({ conversation, recipients, sequence, body }) =>
      conversation === 'notice' &&
      recipients.includes(session) &&
      sequence > fence &&
      body.includes(name.slice('file:'.length)),
  );
  const first = notices.sort((a, b) => a.sequence - b.sequence)[0];
  const delivery = [...state.delivery.values()].find(each => each.session === session && each.message === first?.id);
  return delivery !== undefined && delivery.state !== 'queued';
}

const inLedger: Rule<Told> = {
  promise: 'an edit that a hook tells is in the ledger once that is answered',
  *broken({ answer: { call, output, session }, span }) {
    if (call.tool !== 'guard_done' || !output || session === null || call.input.hasFailed === true) return;
    const action = call.input.action as { kind: string; files?: { change: string }[] };
    if (action.kind !== 'edit') return;
    for (const [at, file] of filesOfCall(last(span), session, call).entries()) {
      const change = action.files?.[at]?.change;
      const isIn = (state: State) => {
        const newest = newestOf(state, file.path);
        return (
          newest?.session === session &&
          newest.change === change &&
          newest.root === file.root &&
          newest.host === file.host
        );
      };
      const begun = span[0]?.sequence ?? 0;
      const isNow = (state: State) => {
        const newest = newestOf(state, file.path);
        return (newest?.sequence ?? 0) > begun || state.now - (newest?.at ?? 0) < limits.editFoldedMs;
      };
      if (!span.some(state => isIn(state) && isNow(state))) yield `${file.path} (${change}) of ${session}`;
    }
  },
};

const trueWords: Rule<Told> = {
  promise: 'a refused edit names who was really in its way',
  *broken({ answer: { call, text }, span }) {
    if (call.tool !== 'guard_check') return;
    for (const [, name = '', verb = '', handle = ''] of text.matchAll(
      /(\S+) is (being edited|locked) by ([^\s,]+),/g,
    )) {
      const isThere = (state: State) =>
        [...state.lock.values()].some(
          lock =>
            state.session.get(lock.holder)?.handle === handle &&
            lock.name === `file:${name}` &&
            isOfEdit(lock) === (verb === 'being edited'),
        );
      if (!span.some(isThere)) yield `${name} was never ${verb} by ${handle}`;
    }
  },
};

export const guardedRules: readonly Rule<Told>[] = [hasAll, inLedger, trueWords];
