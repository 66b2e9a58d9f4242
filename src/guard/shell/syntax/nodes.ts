/** The parts that a shell command is made of, as the parser finds them. */

/** A piece of a word. */
export type Part =
  | { readonly kind: 'text'; readonly text: string; readonly isQuoted: boolean }
  /** `${name operator operand}`; the operator is empty for the plain value. */
  | {
      readonly kind: 'parameter';
      readonly name: string;
      /** What stands in brackets behind the name, as it is written: `@`, `0`; null without brackets. */
      readonly subscript: string | null;
      readonly operator: string;
      readonly operand: readonly Part[];
      readonly isQuoted: boolean;
    }
  | { readonly kind: 'command'; readonly script: Node; readonly isQuoted: boolean }
  /** A number that is not worked out; what it is made of may run commands. */
  | { readonly kind: 'arithmetic'; readonly parts: readonly Part[] }
  | { readonly kind: 'process'; readonly script: Node }
  /** `(a b c)` behind `name=`. */
  | { readonly kind: 'array'; readonly words: readonly SourceWord[] }
  /** The brackets of a wildcard with alternatives, `!(a|b)`, and what they are made of. */
  | { readonly kind: 'pattern'; readonly text: string; readonly parts: readonly Part[] };

export interface SourceWord {
  readonly parts: readonly Part[];
}

export interface HereDocument {
  /** Filled in when the line ends. */
  parts: readonly Part[];
}

export interface Redirect {
  readonly operator: string;
  /** The number, or name in braces, before the operator. */
  readonly descriptor: string | null;
  readonly target: SourceWord;
  readonly document: HereDocument | null;
}

export interface Assignment {
  readonly name: string;
  readonly isAppended: boolean;
  /** An element of an array is set, not the variable. */
  readonly isElement: boolean;
  readonly value: SourceWord;
}

export interface SimpleNode {
  readonly kind: 'simple';
  readonly assignments: readonly Assignment[];
  readonly words: readonly SourceWord[];
  readonly redirects: readonly Redirect[];
}

export interface Statement {
  readonly node: Node;
  readonly isBackground: boolean;
}

export type Node =
  | SimpleNode
  | { readonly kind: 'pipeline'; readonly stages: readonly Node[]; readonly isNegated: boolean }
  | {
      readonly kind: 'and-or';
      readonly first: Node;
      readonly rest: readonly { readonly operator: '&&' | '||'; readonly node: Node }[];
    }
  | { readonly kind: 'list'; readonly statements: readonly Statement[] }
  | { readonly kind: 'subshell'; readonly body: Node }
  | {
      readonly kind: 'if';
      readonly branches: readonly { readonly condition: Node; readonly body: Node }[];
      readonly otherwise: Node | null;
    }
  | { readonly kind: 'loop'; readonly isUntil: boolean; readonly condition: Node; readonly body: Node }
  /** `words` is null for the arguments of the script or function. */
  | { readonly kind: 'for'; readonly name: string; readonly words: readonly SourceWord[] | null; readonly body: Node }
  | {
      readonly kind: 'case';
      readonly subject: SourceWord;
      readonly branches: readonly { readonly patterns: readonly SourceWord[]; readonly body: Node }[];
    }
  | { readonly kind: 'function'; readonly name: string; readonly body: Node }
  /** `[[ … ]]`, `(( … ))`: nothing happens but what its words run. */
  | { readonly kind: 'test'; readonly words: readonly SourceWord[] }
  | { readonly kind: 'redirected'; readonly body: Node; readonly redirects: readonly Redirect[] };

/** The text breaks off or breaks the grammar. Never leaves the reader. */
export class Unreadable extends Error {}
