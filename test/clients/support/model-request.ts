/** One request to the model, told the same way for every client. */
import type { OfferedTool, Reading, ToolResult } from './wires/wire.ts';

export interface RequestFacts {
  readonly wire: string;
  readonly model: string;
  readonly session: string;
  readonly reading: Reading;
  /** As it came, for what no other field tells. */
  readonly body: unknown;
}

export class ModelRequest {
  readonly lane: string;
  /** The client's name for its session, where it tells one. */
  readonly session: string;
  readonly wire: string;
  readonly model: string;
  readonly system: string;
  /** What reached the model as said to it, in order: `[system] ` and the like before what no person said. */
  readonly users: readonly string[];
  readonly results: readonly ToolResult[];
  readonly offered: readonly OfferedTool[];
  readonly body: unknown;

  constructor({ wire, model, session, reading, body }: RequestFacts) {
    this.lane = laneOf(reading.users);
    this.session = session;
    this.wire = wire;
    this.model = model;
    this.system = reading.system;
    this.users = reading.users;
    this.results = reading.results;
    this.offered = reading.tools;
    this.body = body;
  }

  /** The names of the tools that the model may call, as the client tells them. */
  get tools(): string[] {
    return this.offered.map(({ name, namespace }) => (namespace ? `${namespace}.${name}` : name));
  }

  /** What the last tool call gave; empty before the first. */
  get lastResult(): string {
    return this.results.at(-1)?.text ?? '';
  }

  /** All that the model reads but its own words and the descriptions of tools. */
  everything(): string {
    return [this.system, ...this.users, ...this.results.map(result => result.text)].join('\n');
  }

  includes(text: string): boolean {
    return this.everything().includes(text);
  }

  /** How often a text stands in it. */
  count(text: string): number {
    return this.everything().split(text).length - 1;
  }

  /** For a failing test's notes: what is new since the request before. */
  summary(before?: ModelRequest): string {
    const known = new Set([...(before?.users ?? []), ...(before?.results ?? []).map(result => result.text)]);
    const results = this.results.map(({ name, text }) => ({ text, mark: `(${name}) ` }));
    const texts = [...this.users.map(text => ({ text, mark: '' })), ...results].filter(({ text }) => !known.has(text));
    const lines = texts.map(({ text, mark }) => `    ${mark}${shortened(text)}`.replaceAll('\n', '\n      '));
    return [`  ${this.lane} on ${this.wire}, ${this.offered.length} tools, session ${this.session}`, ...lines].join(
      '\n',
    );
  }
}

const shortened = (text: string) => (text.length > 600 ? `${text.slice(0, 300)} … ${text.slice(-300)}` : text);

export const noLane = 'main';

/**
 * A prompt names its lane where a line begins; what peers and hooks tell of somebody's prompt quotes it in the middle of one. The
 * last counts, so that a session that is resumed can get another script.
 */
function laneOf(texts: readonly string[]): string {
  const marks = texts.flatMap(text => [...text.matchAll(/^["'\s]*\[\[lane:([\w.-]+)\]\]/gm)]);
  return marks.at(-1)?.[1] ?? noLane;
}
