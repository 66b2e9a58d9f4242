/** `signalbox/engine`: what somebody needs who writes an engine of their own. The guide is docs/guides/own-engine.md. */

export { type ErrorCode, errorCodes, SignalboxError } from './core/errors.ts';
export { limits } from './core/limits.ts';
export type {
  Ask,
  Clock,
  Contents,
  Event,
  Ids,
  Log,
  NewEvent,
  Page,
  Range,
  Reader,
  Store,
  StoreReport,
  Transaction,
  Wakeups,
} from './core/ports.ts';
export type { IndexName, Kind, RecordOf, Records } from './core/records.ts';
export { Announcer } from './engines/announcer.ts';
export { loadCommit, notEmpty } from './engines/contents.ts';
export { ProjectState } from './engines/memory/state.ts';
export type { CreateEngine, Offered } from './engines/module.ts';
export type { EngineParts } from './engines/parts.ts';
export { type Question, questionsOf, type ReadAhead, type Row, type Snapshot } from './engines/snapshot.ts';
export { assertProjectName, assertStorableText, compareText, liesIn, type Span, spanOf } from './engines/span.ts';
export { Turns, withoutWaiting } from './engines/turns.ts';
export {
  type Commit,
  type Entry,
  type EventWrite,
  parseEvent,
  type RecordWrite,
  runReader,
  runUnit,
  type UnitOptions,
  type Watch,
  wholeRows,
} from './engines/unit-of-work.ts';
