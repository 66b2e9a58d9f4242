/** Fits the sections of a digest into so many characters: each gets its fair share, and what is left out is counted. */
import { limits } from './limits.ts';
import { cleanText, spokenDuration } from './text.ts';

export interface Section {
  /** `Locked by others`. */
  readonly title: string;
  /** How much of the room it may claim, compared with the others. */
  readonly weight: number;
  /** The most important first; each on one line. */
  readonly lines: readonly string[];
  /** How many there are in all, those without a line included. */
  readonly total: number;
  /** The tool that shows all of them. */
  readonly tool: string;
}

/**
 * The head and the sections in at most `characters`. A section that needs less than its share leaves the rest to the others;
 * what does not fit is told as a number with the tool that shows it. Sections without anything are left out. Texts are cleaned
 * before they are fitted, since that makes some longer: nothing grows on the way out.
 */
export function fitted(head: string, sections: readonly Section[], characters: number): string {
  const top = cleanText(head).text;
  const filled = sections.filter(section => section.total > 0).map(withCleanLines);
  const room = characters - top.length;
  let spare = 0;
  const texts = shares(filled, room).map((share, at) => {
    const section = filled[at] as Section;
    const text = sectionText(section, Math.floor(share + spare));
    spare += share - text.length;
    return text;
  });
  return clipped([top, ...texts].join(''), characters);
}

function withCleanLines(section: Section): Section {
  return { ...section, lines: section.lines.map(line => cleanText(line).text) };
}

/** Shares the room out by weight; who needs less than that leaves the rest to the others. */
function shares(sections: readonly Section[], room: number): number[] {
  const needs = sections.map(section => sectionText(section, Number.POSITIVE_INFINITY).length);
  const shared = new Map<number, number>();
  let left = room;
  for (let isSettled = false; !isSettled; ) {
    const open = sections.map((_, at) => at).filter(at => !shared.has(at));
    const unit = left / open.reduce((sum, at) => sum + weightOf(sections, at), 0);
    const sated = open.filter(at => (needs[at] ?? 0) <= unit * weightOf(sections, at));
    isSettled = sated.length === 0;
    for (const at of isSettled ? open : sated) {
      const share = isSettled ? unit * weightOf(sections, at) : (needs[at] ?? 0);
      shared.set(at, share);
      left -= share;
    }
  }
  return sections.map((_, at) => shared.get(at) ?? 0);
}

const weightOf = (sections: readonly Section[], at: number) => sections[at]?.weight ?? 0;

function sectionText(section: Section, characters: number): string {
  const { title, total, lines, tool } = section;
  for (let shown = lines.length; shown > 0; shown -= 1) {
    const left = total - shown;
    const rest = left > 0 ? [`… ${left} more: ${tool}`] : [];
    const text = `\n${[`${title} (${total}):`, ...lines.slice(0, shown), ...rest].join('\n')}\n`;
    if (text.length <= characters) return text;
  }
  return `\n${title}: ${total} (${tool})\n`;
}

/** A peer's words on one line, between quotes that they cannot close. */
export function quoted(text: string, characters: number = limits.briefLineCharacters): string {
  return `"${clipped(oneLined(text).replaceAll('"', "'"), characters)}"`;
}

/** A name of a peer's making (a file, a branch) on one line. */
export function nameText(text: string): string {
  return clipped(oneLined(text), limits.contextTitleCharacters);
}

/** `3 h ago`. */
export function agoText(at: number, now: number): string {
  return `${spokenDuration(now - at)} ago`;
}

export function clipped(text: string, characters: number): string {
  return text.length <= characters ? text : `${text.slice(0, Math.max(0, characters - 1)).toWellFormed()}…`;
}

function oneLined(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}
