/** Reads `docs/guarantees.md` and the titles of tests, for the tests that hold the two together. */
import { filesEnding } from './sources.ts';

/** A test as a guarantee names it: `path › title`, in backticks. */
export interface Named {
  readonly path: string;
  readonly title: string;
}

export interface Guarantee {
  readonly number: number;
  readonly text: string;
  readonly tests: readonly Named[];
}

/** The numbered paragraphs of the document. Lists without numbers, such as what is not guaranteed, promise nothing. */
export function guaranteesIn(document: string): Guarantee[] {
  const paragraphs = document.split(/\n(?=\d+\. |\n|#)/);
  return paragraphs.flatMap(paragraph => {
    const [, number, text] = /^\s*(\d+)\. ([\s\S]*)$/.exec(paragraph) ?? [];
    if (number === undefined || text === undefined) return [];
    const named = [...text.replaceAll(/\s+/g, ' ').matchAll(/`([^` ]+) › ([^`]+)`/g)];
    const tests = named.map(([, path = '', title = '']) => ({ path, title }));
    return [{ number: Number(number), text, tests }];
  });
}

/** The titles of all tests in a file, as they are written; `it.each` ones keep their placeholders. Groups are no tests. */
export function titlesIn(text: string): string[] {
  // The formatter puts a statement's first and last line at one indentation, which is easier to trust than counting brackets.
  const statements = text.matchAll(/^( *)(?:it|test)\b(?=[.(])[\s\S]*?^\1(?=\S)(?!\])[^\n]*/gm);
  return [...statements].flatMap(([statement]) => {
    const title = /(?:^ *(?:it|test)|\))\(\s*(?:'((?:[^'\\\n]|\\.)*)'|"((?:[^"\\\n]|\\.)*)"|`([^`]*)`),/.exec(
      statement,
    );
    const written = title?.[1] ?? title?.[2] ?? title?.[3];
    return written === undefined ? [] : [written.replaceAll(/\\(.)/g, '$1')];
  });
}

const placeholder = /%[sdifjo#%]|\$[a-zA-Z_][\w.]*/g;

/** A title may be given as it is written in the file, or with its placeholders filled in as the runner shows it. */
export function isTitle(given: string, written: string): boolean {
  if (given === written) return true;
  const fixed = written.split(placeholder);
  if (fixed.length === 1 || !/[a-z]{3}/i.test(fixed.join(''))) return false;
  return new RegExp(`^${fixed.map(part => part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('.+')}$`).test(given);
}

/** The guarantees of the project. */
export function guaranteesOfProject(): Guarantee[] {
  return guaranteesIn(filesEnding('.md').find(file => file.path === 'docs/guarantees.md')?.text ?? '');
}
