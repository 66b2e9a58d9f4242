/** Follows the commands of a text through branches, loops and functions, and reads each with what is known where it stands. */
import { limits } from '../../core/limits.ts';
import { Frames } from './frames.ts';
import { harmOfUse, isStopped } from './harm.ts';
import { type Input, type Machine, noInput, nothing, type Outcome, type Printed, unchanged } from './machine.ts';
import { mentionsOfGit } from './mentions.ts';
import { type Notes, TooMuch } from './notes.ts';
import {
  behindFunction,
  bothOf,
  doubted,
  eitherOf,
  oneOf,
  together,
  unknownName,
  withoutPrefixes,
} from './outcomes.ts';
import { readProgram } from './programs/programs.ts';
import type { ShellPlace } from './reading.ts';
import { afterRedirects, readRedirects } from './redirects.ts';
import { assignedState, commandWords, isAssignmentOnly } from './simple.ts';
import { anywhere, joined, type State, unknownFolder, withVariable } from './state.ts';
import type { Node, SimpleNode, Statement } from './syntax/nodes.ts';
import { parseText } from './syntax/parser.ts';
import { reservedWord } from './syntax/source-word.ts';
import { type Substitutes, textOf, wordsOf } from './words/expansion.ts';
import { isLiteral, quoted, unknownWords, type Word } from './words/word.ts';

/** What holds behind one round of a loop, and what it prints. */
interface Round {
  readonly state: State;
  readonly output: Printed | null;
}

type Compound<Kind extends Node['kind']> = Extract<Node, { kind: Kind }>;

export class Walker implements Machine, Substitutes {
  readonly place: ShellPlace;
  readonly notes: Notes;
  readonly #frames = new Frames();
  readonly #called = new Set<string>();
  /** How many calls of each function are under way. */
  readonly #calls = new Map<string, number>();
  #level = 0;
  #depth = 0;
  /** How many commands around are only asked whether they succeed: an error ends nothing there. */
  #asked = 0;

  constructor(place: ShellPlace, notes: Notes) {
    this.place = place;
    this.notes = notes;
  }

  script(text: string, state: State, input: Input): Outcome {
    return this.#nested(() => {
      const { lines, brokenAt, problem } = parseText(text, this.#level);
      const outcome = this.#list(
        lines.map(node => ({ node, isBackground: false })),
        state,
        input,
      );
      if (brokenAt !== null) {
        this.notes.unread(problem ?? 'a mistake in its grammar');
        this.mentions(text.slice(brokenAt), state);
      }
      return outcome;
    });
  }

  child(text: string, state: State, input: Input): Printed | null {
    return this.#apart(() => this.script(text, state, input).output);
  }

  /** Looks for git in a text that cannot be read as commands. */
  mentions(text: string, state: State): void {
    const nowhere: State = { ...state, places: [unknownFolder] };
    for (const words of mentionsOfGit(text)) {
      if (words) this.#suspected(words, nowhere, false);
      else this.notes.lost();
    }
  }

  suspected(words: readonly Word[], state: State): void {
    this.#suspected(words, state, true);
  }

  #suspected(words: readonly Word[], state: State, mayBeAlias: boolean): void {
    const notes = this.notes.apart();
    try {
      new Walker(this.place, notes).program(words, state, noInput);
    } catch (error) {
      if (!(error instanceof TooMuch)) throw error;
      this.notes.lost();
    }
    const found = notes.reading();
    for (const evasion of found.evasions) this.notes.evasion(evasion);
    for (const verb of found.unknownVerbs) this.notes.unknownVerb(verb);
    for (const use of found.git) {
      // Of all words that may follow "git" in a sentence only verbs are meant.
      const isSentence = !mayBeAlias && found.unknownVerbs.includes(use.verb);
      if (isStopped(harmOfUse(use)) && !isSentence) this.notes.git(use);
    }
  }

  /** Functions that nothing calls by name, for a text in which something unknown is run. */
  uncalled(state: State): void {
    for (const [name, bodies] of state.functions) {
      if (this.#called.has(name)) continue;
      for (const body of bodies) this.#apart(() => this.#walk(body, state, noInput));
    }
  }

  output(script: Node, state: State): Printed | null {
    return this.#nested(() => this.#apart(() => this.#walk(script, state, noInput).output));
  }

  spend(characters: number): void {
    this.notes.countCharacters(characters);
  }

  local(name: string): void {
    this.#frames.local(name);
  }

  leave(from: 'function' | 'loop', state: State): boolean {
    return this.#frames.leave(from, state);
  }

  run(words: readonly Word[], state: State, input: Input): Outcome {
    const [name, ...rest] = words;
    const bodies = name && isLiteral(name) ? state.functions.get(name.text) : undefined;
    if (!name || !bodies) return this.program(words, state, input);
    this.#called.add(name.text);
    // It may not have been defined after all, or be gone again.
    this.suspected(words, state);
    return this.#nested(() => this.#recursive(name.text, bodies, rest, state, input));
  }

  program(words: readonly Word[], state: State, input: Input): Outcome {
    const [name, ...rest] = words;
    if (!name) return unchanged(state);
    return this.#nested(() => readProgram({ machine: this, name, words: rest, state, input }));
  }

  #nested<T>(read: () => T): T {
    if (this.#level >= limits.shellNestingLevels) throw new TooMuch('commands nested too deep');
    this.#level += 1;
    const found = read();
    this.#level -= 1;
    return found;
  }

  #apart<T>(read: () => T): T {
    return this.#frames.within(null, read).found;
  }

  #asking<T>(isAsked: boolean, read: () => T): T {
    if (isAsked) this.#asked += 1;
    const found = read();
    if (isAsked) this.#asked -= 1;
    return found;
  }

  /** A function that calls itself is followed a few times, the last time for any arguments. */
  #recursive(name: string, bodies: readonly Node[], words: readonly Word[], state: State, input: Input): Outcome {
    const level = this.#calls.get(name) ?? 0;
    if (level > limits.shellRecursions) return unchanged(state);
    this.#calls.set(name, level + 1);
    const given = level < limits.shellRecursions ? words : [unknownWords];
    const outcomes = bodies.map(body => this.#function(body, given, state, input));
    this.#calls.set(name, level);
    return outcomes.reduce(oneOf);
  }

  #function(body: Node, words: readonly Word[], state: State, input: Input): Outcome {
    const given = withVariable(state, '@', { words, exported: 'no' });
    const { found, left, locals } = this.#frames.within('function', () => this.#walk(body, given, input));
    const back = (after: State | null) => after && behindFunction(state, after, locals);
    return { ...found, ok: back(joined(found.ok, left)), failed: back(joined(found.failed, left)) };
  }

  #walk(node: Node, state: State, input: Input): Outcome {
    if (this.#depth >= limits.shellFollowedLevels) throw new TooMuch('commands nested too deep');
    this.#depth += 1;
    const outcome = this.#node(node, state, input);
    this.#depth -= 1;
    return outcome;
  }

  #node(node: Node, state: State, input: Input): Outcome {
    switch (node.kind) {
      case 'simple':
        return this.#simple(node, state, input);
      case 'list':
        return this.#list(node.statements, state, input);
      case 'pipeline':
        return this.#pipeline(node, state, input);
      case 'and-or':
        return this.#andOr(node, state, input);
      case 'subshell':
        return unchanged(
          state,
          this.#apart(() => this.#walk(node.body, state, input).output),
        );
      case 'if':
        return this.#if(node, state, input);
      case 'loop':
        return this.#loop(node, state, input);
      case 'for':
        return this.#for(node, state, input);
      case 'case':
        return this.#case(node, state, input);
      case 'function':
        return unchanged({ ...state, functions: new Map(state.functions).set(node.name, [node.body]) }, '');
      case 'test':
        for (const word of node.words) textOf(word, state, this);
        return unchanged(state, '');
      case 'redirected':
        return this.#redirected(node, state, input);
    }
  }

  #simple(node: SimpleNode, state: State, input: Input): Outcome {
    this.notes.countCommand();
    const redirected = readRedirects(node.redirects, state, this);
    const inside = assignedState(node, state, this);
    if (isAssignmentOnly(node)) return { ok: inside, failed: inside, output: nothing };
    // The words are filled in before the variables in front of them are set.
    const outcome = this.#named(node, state, inside, redirected.input ?? input);
    const back = (after: State | null) => after && withoutPrefixes(node, state, after);
    return afterRedirects({ ...outcome, ok: back(outcome.ok), failed: back(outcome.failed) }, redirected);
  }

  /** A command with the aliases of the shell and the variables filled in. */
  #named(node: SimpleNode, before: State, state: State, input: Input): Outcome {
    const words = commandWords(node, before, this);
    const first = node.words[0] ? reservedWord(node.words[0]) : '';
    const alias = state.shellAliases.get(first);
    if (alias === undefined) return this.run(words, state, input);
    // Shells that run a text do not use aliases, or not in the line that defines them.
    this.suspected(words, state);
    const rest = words.slice(1);
    const without = new Map(state.shellAliases);
    without.delete(first);
    const text = [alias, ...rest.map(quoted)].join(' ');
    return this.script(text, { ...state, shellAliases: without }, input);
  }

  #list(statements: readonly Statement[], state: State, input: Input): Outcome {
    let outcome: Outcome = unchanged(state, '');
    let current = state;
    let output: Printed | null = nothing;
    for (const { node, isBackground } of statements) {
      outcome = isBackground
        ? unchanged(current, this.#background(node, current, input))
        : this.#statement(node, current, input);
      // With `set -e` what follows may not be run.
      output = current.stopsOnError ? doubted(together(output, outcome.output)) : together(output, outcome.output);
      // What follows an `exit` is read all the same, with what held before it.
      current = joined(outcome.ok, outcome.failed) ?? current;
    }
    return { ...outcome, output };
  }

  #background(node: Node, state: State, input: Input): Printed | null {
    this.notes.goesOn();
    return this.#apart(() => this.#walk(node, state, input).output);
  }

  #statement(node: Node, state: State, input: Input): Outcome {
    const outcome = this.#walk(node, state, input);
    const stops = (outcome.ok ?? state).stopsOnError && this.#asked === 0;
    // In `a && b` a failure of the first is none; what other commands are made of has been asked one by one.
    const isFatal = node.kind === 'simple' || node.kind === 'subshell' || (node.kind === 'pipeline' && !node.isNegated);
    return stops && isFatal ? { ...outcome, failed: null } : outcome;
  }

  #pipeline({ stages, isNegated }: Compound<'pipeline'>, state: State, input: Input): Outcome {
    const [only] = stages;
    if (only && stages.length === 1) {
      const outcome = this.#asking(isNegated, () => this.#walk(only, state, input));
      return isNegated ? { ...outcome, ok: outcome.failed, failed: outcome.ok } : outcome;
    }
    let piped = input;
    let last = unchanged(state);
    for (const stage of stages) {
      last = this.#apart(() => this.#walk(stage, state, piped));
      piped = { text: last.output?.text ?? null, isSure: last.output?.isSure ?? true, from: 'pipe' };
    }
    // Some shells run the last command themselves, so that what it changes stays.
    const after = joined(state, joined(last.ok, last.failed));
    return { ok: after, failed: after, output: last.output };
  }

  #andOr({ first, rest }: Compound<'and-or'>, state: State, input: Input): Outcome {
    let outcome = this.#asking(true, () => this.#walk(first, state, input));
    for (const [at, { operator, node }] of rest.entries()) {
      const isAnd = operator === '&&';
      const from = isAnd ? outcome.ok : outcome.failed;
      const isLast = at === rest.length - 1;
      // Also what seems never to be run is read: too much is better here than too little.
      const before = from ?? outcome.ok ?? outcome.failed ?? state;
      const next = this.#asking(!isLast, () => this.#walk(node, before, input));
      outcome = isAnd ? bothOf(outcome, next) : eitherOf(outcome, next);
    }
    return outcome;
  }

  #if({ branches, otherwise }: Compound<'if'>, state: State, input: Input): Outcome {
    let from: State = state;
    const outcomes: Outcome[] = [];
    for (const { condition, body } of branches) {
      const asked = this.#asking(true, () => this.#walk(condition, from, input));
      outcomes.push(this.#walk(body, asked.ok ?? from, input));
      from = asked.failed ?? from;
    }
    // Without an `else` nothing is done, and that succeeds.
    const last: Outcome = otherwise ? this.#walk(otherwise, from, input) : { ok: from, failed: null, output: nothing };
    return [...outcomes, last].reduce(oneOf);
  }

  #loop({ condition, body, isUntil }: Compound<'loop'>, state: State, input: Input): Outcome {
    return this.#repeated(state, from => {
      const asked = this.#asking(true, () => this.#walk(condition, from, input));
      return this.#round(body, (isUntil ? asked.failed : asked.ok) ?? from, input);
    });
  }

  #for(node: Compound<'for'>, state: State, input: Input): Outcome {
    const words = node.words?.flatMap(word => wordsOf(word, state, this)) ?? state.variables.get('@')?.words;
    const isFollowed = words !== undefined && words.length <= limits.shellLoopWords && words.every(isLiteral);
    const once = (from: State, word: Word) =>
      this.#round(node.body, withVariable(from, node.name, { words: [word], exported: 'no' }), input);
    if (!isFollowed) return this.#repeated(state, from => once(from, unknownName(words ?? [])));
    let current = state;
    let output: Printed | null = nothing;
    for (const word of words) {
      const round = once(current, word);
      current = round.state;
      output = together(output, round.output);
    }
    return unchanged(current, output);
  }

  /** Once through the body of a loop. */
  #round(body: Node, state: State, input: Input): Round {
    const { found, left } = this.#frames.within('loop', () => this.#walk(body, state, input));
    return { state: joined(joined(found.ok, found.failed), left) ?? state, output: found.output };
  }

  /** A loop of unknown length: its body again and again until it changes nothing more, at the latest once the folder is unknown. */
  #repeated(state: State, once: (from: State) => Round): Outcome {
    let from = state;
    let output: Printed | null = nothing;
    for (const isLast of [false, false, true]) {
      const round = once(isLast ? anywhere(from) : from);
      output = together(output, round.output);
      const after = joined(from, round.state) ?? from;
      if (after === from) break;
      from = after;
    }
    return unchanged(from, doubted(output));
  }

  #case({ subject, branches }: Compound<'case'>, state: State, input: Input): Outcome {
    textOf(subject, state, this);
    const outcomes = branches.map(({ patterns, body }) => {
      for (const pattern of patterns) textOf(pattern, state, this);
      return this.#walk(body, state, input);
    });
    const { ok, failed, output } = [unchanged(state, nothing), ...outcomes].reduce(oneOf);
    const after = joined(ok, failed) ?? state;
    return { ok: after, failed: after, output };
  }

  #redirected({ body, redirects }: Compound<'redirected'>, state: State, input: Input): Outcome {
    const redirected = readRedirects(redirects, state, this);
    const outcome = this.#walk(body, state, redirected.input ?? input);
    return afterRedirects(outcome, redirected);
  }
}
