/**
 * Turns a path pattern into a small automaton over characters.
 *
 * Inside, a path is its segments each ended by `/` (`a/b` is `a/b/`, the root is the empty text). That makes "zero segments"
 * of `**` an ordinary case: the slash after it is left out when the text so far ends at a segment border.
 */
import {
  alternativesOf,
  type BraceExpression,
  type BracketExpression,
  braceExpressions,
  bracketAt,
  type CodeRange,
  codeOf,
} from './glob-syntax.ts';

/** One step: which characters it may consume, and whether `/` is among them. */
export interface Step {
  /** The only character, or -1 when `ranges` decide. */
  readonly code: number;
  readonly ranges: readonly CodeRange[];
  readonly slash: boolean;
  readonly to: number;
}

export interface State {
  readonly steps: Step[];
  /** States that are reached without consuming anything. */
  readonly skips: number[];
  /** The state behind a `/` that may be left out at a segment border; -1 without one. */
  elided: number;
}

/** Begins in state 0. */
export interface Automaton {
  readonly states: readonly State[];
  readonly accepting: number;
}

export const slashCode = 0x2f;
const lastCode = 0x10ffff;
const anyInSegment: readonly CodeRange[] = [
  [0, slashCode - 1],
  [slashCode + 1, lastCode],
];

/** What is known at a place of the pattern, for deciding what `**` and `/` mean there. */
interface Place {
  readonly state: number;
  /** A segment can begin here. */
  readonly atSegmentStart: boolean;
  /** Everything since the last `/` can be empty, so that a following `/` would be a double one. */
  readonly mayElide: boolean;
}

interface Reading {
  /** Braces stand for themselves. */
  readonly bracesAreText: boolean;
  readonly insideBraces: boolean;
}

class Builder {
  readonly states: State[] = [];
  private readonly characters: readonly string[];
  private readonly fold: ((text: string) => string) | undefined;
  private readonly groups: ReadonlyMap<number, BraceExpression>;

  constructor(characters: readonly string[], fold: ((text: string) => string) | undefined) {
    this.characters = characters;
    this.fold = fold;
    this.groups = braceExpressions(characters);
  }

  newState(): number {
    return this.states.push({ steps: [], skips: [], elided: -1 }) - 1;
  }

  /** Adds the part of the pattern from `from` up to, not including, `to` behind `place`. */
  add(from: number, to: number, start: Place, reading: Reading): Place {
    let place = start;
    // A bracket expression read as a class jumps over its own literal reading to the place behind `]`.
    const landings = new Map<number, number[]>();
    for (let at = from; at < to; ) {
      this.land(landings.get(at), place.state);
      const group = reading.bracesAreText ? undefined : this.groups.get(at);
      const bracket = bracketAt(this.characters, at);
      if (bracket && bracket.end < to) {
        const sources = landings.get(bracket.end + 1) ?? [];
        landings.set(bracket.end + 1, [...sources, this.addClass(bracket, place.state)]);
      }
      if (group) {
        place = this.addAlternatives(group, place, reading);
        at = group.close + 1;
      } else {
        const length = this.starsAt(at, to);
        place = length > 0 ? this.addStars(at, length, to, place, reading) : this.addCharacter(at, place);
        at += Math.max(length, 1);
      }
    }
    this.land(landings.get(to), place.state);
    return place;
  }

  private land(sources: readonly number[] | undefined, target: number): void {
    for (const source of sources ?? []) this.at(source).skips.push(target);
  }

  private at(state: number): State {
    return this.states[state] as State;
  }

  private step(from: number, ranges: readonly CodeRange[], slash = false, to = this.newState()): number {
    const only = ranges.length === 1 && ranges[0] && ranges[0][0] === ranges[0][1] ? ranges[0][0] : -1;
    this.at(from).steps.push({ code: only, ranges, slash, to });
    return to;
  }

  private skip(from: number, to = this.newState()): number {
    this.at(from).skips.push(to);
    return to;
  }

  private starsAt(at: number, to: number): number {
    let end = at;
    while (end < to && this.characters[end] === '*') end += 1;
    return end - at;
  }

  /** Whether a segment can end at `at`: braces that follow may go on with a slash. */
  private segmentEndsAt(at: number, to: number, reading: Reading): boolean {
    return at === to || this.characters[at] === '/' || (!reading.bracesAreText && this.groups.has(at));
  }

  private addStars(at: number, length: number, to: number, place: Place, reading: Reading): Place {
    const next = at + length;
    const anySegments = length > 1 && place.atSegmentStart && this.segmentEndsAt(next, to, reading);
    const loop = this.skip(place.state);
    this.step(loop, anyInSegment, anySegments, loop);
    return { state: this.skip(loop), atSegmentStart: false, mayElide: anySegments };
  }

  private addCharacter(at: number, place: Place): Place {
    const character = this.characters[at] ?? '';
    if (character === '/') return this.addSlash(place);
    let state = place.state;
    if (character === '?') state = this.step(state, anyInSegment);
    else for (const one of this.fold ? this.fold(character) : character) state = this.step(state, [single(one)]);
    return { state, atSegmentStart: false, mayElide: false };
  }

  addSlash(place: Place): Place {
    const next = this.step(place.state, [], true);
    if (place.mayElide) this.at(place.state).elided = next;
    return { state: next, atSegmentStart: true, mayElide: true };
  }

  private addClass(bracket: BracketExpression, from: number): number {
    const allowed = bracket.negated ? complement(bracket.ranges) : bracket.ranges;
    if (!this.fold) return this.step(from, allowed);
    // Case variants beyond ASCII may differ in length (ß and SS): any run of characters contains them all.
    if (bracket.ranges.some(([, high]) => high > 0x7f)) {
      const loop = this.skip(from);
      return this.step(loop, anyInSegment, false, loop);
    }
    return this.step(from, [...allowed, ...allowed.flatMap(lowerCaseOf)]);
  }

  private addAlternatives(group: BraceExpression, place: Place, reading: Reading): Place {
    const join = this.newState();
    const ends = alternativesOf(group).map(({ from, to }) =>
      this.add(from, to, { ...place, state: this.skip(place.state) }, { ...reading, insideBraces: true }),
    );
    // The literal text of an outermost expression includes that of the inner ones; repeating it at each depth
    // would make the automaton grow with the nesting.
    if (!reading.insideBraces) {
      const text = { ...place, state: this.skip(place.state) };
      ends.push(this.add(group.open, group.close + 1, text, { bracesAreText: true, insideBraces: true }));
    }
    for (const end of ends) this.skip(end.state, join);
    return {
      state: join,
      atSegmentStart: ends.some(end => end.atSegmentStart),
      mayElide: ends.some(end => end.mayElide),
    };
  }
}

/**
 * Compiles a pattern. The automaton accepts at least every path that any reading of the pattern matches: a bracket or brace
 * expression is read both as pattern and as text. `fold` maps a character to what stands for all its case variants.
 * States grow linearly with the pattern's length.
 */
export function compileAutomaton(characters: readonly string[], fold?: (text: string) => string): Automaton {
  const builder = new Builder(characters, fold);
  const start = { state: builder.newState(), atSegmentStart: true, mayElide: true };
  const end = builder.add(0, characters.length, start, { bracesAreText: false, insideBraces: false });
  return { accepting: builder.addSlash(end).state, states: builder.states };
}

/** Compiles a path whose characters all stand for themselves. */
export function compileText(characters: readonly string[], fold?: (text: string) => string): Automaton {
  const states: State[] = [{ steps: [], skips: [], elided: -1 }];
  const folded = characters.flatMap(character => (fold ? [...fold(character)] : character));
  [...folded, '/'].forEach((character, index) => {
    const step = { code: codeOf(character), ranges: [single(character)], slash: character === '/', to: index + 1 };
    states[index]?.steps.push(step.slash ? { ...step, code: -1, ranges: [] } : step);
    states.push({ steps: [], skips: [], elided: -1 });
  });
  return { states, accepting: states.length - 1 };
}

function single(character: string): CodeRange {
  return [codeOf(character), codeOf(character)];
}

/** Everything else that a segment can hold. */
function complement(ranges: readonly CodeRange[]): CodeRange[] {
  const excluded: CodeRange[] = [...ranges, [slashCode, slashCode]];
  const gaps: CodeRange[] = [];
  let next = 0;
  for (const [low, high] of excluded.sort((a, b) => a[0] - b[0])) {
    if (low > next) gaps.push([next, low - 1]);
    next = Math.max(next, high + 1);
  }
  if (next <= lastCode) gaps.push([next, lastCode]);
  return gaps;
}

function lowerCaseOf([low, high]: CodeRange): CodeRange[] {
  const from = Math.max(low, 0x41);
  const to = Math.min(high, 0x5a);
  return from <= to ? [[from + 0x20, to + 0x20]] : [];
}
