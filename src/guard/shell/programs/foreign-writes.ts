/** Finds the files that code of another language plainly writes: named in its quotes, or by a variable that holds such a name. */
import { hole } from '../words/word.ts';

// All lengths are bounded: code may be anything, and reading it is to take no time to speak of.

/** A name in quotes with what stands before them (`f"…"`, `Path('…')`), or a variable. */
const target = String.raw`(?:(?:pathlib\.)?Path\(\s*)?(?:(?<kind>[rRbBuUfF]{0,2})(?<quote>["'${'`'}])(?<text>(?:(?!\k<quote>)[^\\\n]){0,400})\k<quote>|(?<![\w$])(?<name>[A-Za-z_$][\w$]{0,60})(?![\w$]))`;
const any = String.raw`[^,()]{0,100}(?:\([^()]{0,100}\))?[^,()]{0,100}`;
const mode = String.raw`["'][^"'\n]{0,8}[wax+>][^"'\n]{0,8}["']`;

const forms = [
  String.raw`\bopen\(\s*${target}\s*\)?\s*,\s*(?:mode\s*=\s*)?${mode}`,
  String.raw`\bopen\(\s*(?:my\s*)?[$\w]+\s*,\s*["']\s*[+>]+["']\s*,\s*${target}`,
  String.raw`\b(?:write|append|output)(?:Text|Json|JSON)?File(?:Sync)?\(\s*${target}`,
  String.raw`\b(?:createWriteStream|truncateSync|unlinkSync|unlink|rmSync|file_put_contents)\(\s*${target}`,
  String.raw`\b(?:os\.(?:remove|unlink|truncate)|shutil\.rmtree|File\.(?:write|delete)|IO\.write|Bun\.write|Deno\.remove)\(\s*${target}`,
  String.raw`\b(?:rename(?:Sync)?|os\.replace|shutil\.move)\(\s*${target}`,
  String.raw`\b(?:rename|copyFile|cp)(?:Sync)?\(\s*${any},\s*${target}`,
  String.raw`\b(?:os\.(?:rename|replace)|shutil\.(?:copy\w*|move))\(\s*${any},\s*${target}`,
  String.raw`${target}\s*\)?\.(?:write_text|write_bytes|unlink|touch|rename|replace\(\s*Path|open\(\s*${mode})`,
].map(form => new RegExp(form, 'g'));

/** Where names come from that stand in no quotes. */
const lists = /\b(?:r?glob|iglob|walk|scandir|listdir|readdir(?:Sync)?|fast-glob|globSync|ls-files)\b/;

/** Names as they are written, `hole` for each unknown part; one that is nothing else where the code itself goes through folders. */
export function writesIn(code: string): readonly string[] {
  const found = new Set<string>();
  const variables = new Set<string>();
  for (const form of forms) {
    for (const { groups } of code.matchAll(form)) {
      if (groups?.name === undefined) found.add(spelled(groups));
      else variables.add(groups.name);
    }
  }
  const values = [...variables].slice(0, mostVariables).map(name => valuesOf(name, code));
  for (const name of values.flat()) found.add(name);
  const isUnknown = variables.size > mostVariables || values.some(each => each.length === 0);
  if (isUnknown && lists.test(code)) found.add(hole);
  return [...found].filter(name => name !== '');
}

const mostVariables = 30;

type Groups = { readonly [key: string]: string | undefined } | undefined;

function spelled(groups: Groups): string {
  const text = groups?.text ?? '';
  const isFilledIn = /f/i.test(groups?.kind ?? '') || groups?.quote === '`';
  return isFilledIn ? text.replaceAll(/\$?\{[^}]*\}/g, hole) : text;
}

/** What a variable is set to, wherever: one text, or one of several in a loop. */
function valuesOf(name: string, code: string): string[] {
  const escaped = name.replaceAll('$', String.raw`\$`);
  const set = new RegExp(String.raw`(?<![\w$.])${escaped}\s*=\s*${target}`, 'g');
  const values = [...code.matchAll(set)].flatMap(({ groups }) => (groups?.text === undefined ? [] : [spelled(groups)]));
  const loop = new RegExp(String.raw`\b${escaped}\s+(?:in|of)\s*[[(]([^\])]*)[\])]`, 'g');
  const each = [...code.matchAll(loop)].flatMap(([, items = '']) => [...items.matchAll(/["']([^"'\n]+)["']/g)]);
  return [...values, ...each.map(([, text = '']) => text)];
}
