/** Searches two path automata, step by step together, for a path that both accept. */
import { type Automaton, type State, type Step, slashCode } from './glob-automaton.ts';
import type { CodeRange } from './glob-syntax.ts';

/**
 * A short path that both automata accept, or undefined when there is none. The empty path (the root) is given only when
 * there is no other. Work is bounded by the product of the two sizes, whatever the patterns are.
 */
export function commonPath(one: Automaton, other: Automaton): string | undefined {
  const search = new Search(one, other);
  let root = false;
  for (let visit = search.next(); visit; visit = search.next()) {
    if (visit.one === one.accepting && visit.other === other.accepting) {
      if (visit.code >= 0) return pathTo(visit);
      root = true;
    }
    search.expand(visit);
  }
  return root ? '' : undefined;
}

const dotCode = 0x2e;

/** The last segment of the path so far, as far as it matters: `.`, `..` and nothing are no names. */
type Segment = typeof empty | typeof dot | typeof dots | typeof name;
const empty = 0;
const dot = 1;
const dots = 2;
const name = 3;
const segments = 4;

function withCharacter(segment: Segment, code: number): Segment {
  if (code !== dotCode) return name;
  return segment === empty ? dot : segment === dot ? dots : name;
}

/** A pair of states, and how it was reached. */
interface Visit {
  readonly one: number;
  readonly other: number;
  readonly segment: Segment;
  /** The last character of the path so far, -1 for none. */
  readonly code: number;
  /** Where that character was added. */
  readonly before: Visit | undefined;
}

/** Visits each pair of states once, in about the order of the paths' lengths. */
class Search {
  private readonly one: Automaton;
  private readonly other: Automaton;
  private readonly visited: Uint8Array;
  private readonly queue: Visit[] = [];
  private head = 0;

  constructor(one: Automaton, other: Automaton) {
    this.one = one;
    this.other = other;
    this.visited = new Uint8Array(one.states.length * other.states.length * segments);
    this.enter(0, 0, empty, -1, undefined);
  }

  next(): Visit | undefined {
    const visit = this.queue[this.head];
    this.head += 1;
    return visit;
  }

  expand(visit: Visit): void {
    const here = this.one.states[visit.one] as State;
    const there = this.other.states[visit.other] as State;
    const { segment, code, before } = visit;
    for (const state of here.skips) this.enter(state, visit.other, segment, code, before);
    for (const state of there.skips) this.enter(visit.one, state, segment, code, before);
    if (segment === empty) {
      if (here.elided >= 0) this.enter(here.elided, visit.other, segment, code, before);
      if (there.elided >= 0) this.enter(visit.one, there.elided, segment, code, before);
    }
    for (const first of here.steps) {
      for (const second of there.steps) {
        const common = commonCode(first, second);
        if (common >= 0) this.enter(first.to, second.to, withCharacter(segment, common), common, visit);
        if (first.slash && second.slash && segment === name) this.enter(first.to, second.to, empty, slashCode, visit);
      }
    }
  }

  private enter(one: number, other: number, segment: Segment, code: number, before: Visit | undefined): void {
    const index = (one * this.other.states.length + other) * segments + segment;
    if (this.visited[index] === 1) return;
    this.visited[index] = 1;
    this.queue.push({ one, other, segment, code, before });
  }
}

function pathTo(last: Visit): string {
  const codes: number[] = [];
  for (let visit: Visit | undefined = last; visit && visit.code >= 0; visit = visit.before) codes.push(visit.code);
  return String.fromCodePoint(...codes.reverse()).slice(0, -1);
}

/**
 * A character both steps consume, other than `/`; -1 without one. Letters before anything that is odd in a message, and a dot
 * only when there is no other: whatever is a name with a dot in that place is one without it, but not the other way round.
 */
function commonCode(first: Step, second: Step): number {
  if (first.code >= 0) return covers(second, first.code) ? first.code : -1;
  if (second.code >= 0) return covers(first, second.code) ? second.code : -1;
  if (covers(first, 0x61) && covers(second, 0x61)) return 0x61;
  let any = -1;
  for (const [low, high] of first.ranges) {
    for (const [otherLow, otherHigh] of second.ranges) {
      const from = Math.max(low, otherLow);
      const to = Math.min(high, otherHigh);
      if (from > to) continue;
      if (from === dotCode && to === dotCode) {
        if (any < 0) any = dotCode;
        continue;
      }
      for (const [nice, niceEnd] of niceCodes) if (from <= niceEnd && to >= nice) return Math.max(from, nice);
      any = from;
    }
  }
  return any;
}

const niceCodes: readonly CodeRange[] = [
  [0x61, 0x7a],
  [0x41, 0x5a],
  [0x30, 0x39],
  [0x21, 0x7e],
];

function covers(step: Step, code: number): boolean {
  if (step.code >= 0) return step.code === code;
  return step.ranges.some(([low, high]) => low <= code && code <= high);
}
