/** How git reads the paths it is given. */
import { folderOf, resolvePath } from '../paths.ts';
import { hole, type Word } from '../words/word.ts';

/** What it is about may be more than one file: a folder by the way it is written, a pattern, or something unknown. */
export function isBroad(word: Word): boolean {
  const { text } = word;
  if (word.isMany || word.patternAt !== null || text.includes(hole)) return true;
  // One file, named from the top of the checkout.
  const plain = /^:(?:\/|\((?:top|literal|top,literal|literal,top)\))(.+)$/s.exec(text)?.[1];
  if (plain !== undefined) return isBroad({ ...word, text: plain });
  if (text.startsWith(':')) return true;
  return text === '' || /(^|\/)\.{0,2}$/.test(text) || /[*?[]/.test(text);
}

export interface PathScope {
  /** Absolute. Of a pattern, the folder above it. */
  readonly paths: readonly string[];
  /** Something beyond them may be meant. */
  readonly reachesAll: boolean;
}

/** Where the paths lie if git runs in the folder `from`. */
export function scopeOf(words: readonly Word[], from: string | null, root: string | null = null): PathScope {
  const paths = new Set<string>();
  const meant = words.filter(word => !/^:(!|\^|\([^)]*exclude)/.test(word.text));
  let reachesAll = meant.length === 0 && words.length > 0;
  for (const word of meant) {
    const path = word.isMany ? null : pathOf(word, from, root);
    if (path === null) reachesAll = true;
    else paths.add(path);
  }
  return { paths: [...paths], reachesAll };
}

function pathOf(word: Word, folder: string | null, root: string | null): string | null {
  const magic = /^:(\([^)]*\)|\/)/.exec(word.text)?.[0];
  // From the root of the checkout, which the text does not tell.
  const from = magic === ':/' || magic?.includes('top') ? root : folder;
  const text = word.text.slice(magic?.length ?? 0);
  const end = text.search(/[*?[\0]/);
  if (end < 0) return resolvePath(from, text);
  const known = text.slice(0, end);
  if (known === '' && text[0] === hole) return null;
  return resolvePath(from, known.endsWith('/') ? known : folderOf(known));
}

/** Endings that files of projects have, and names of branches and tags do not. */
const endings = new Set(
  `astro avif bash bat bazel bib bmp bz2 c cc cfg cjs clj cljs cmake cmd conf cpp cs css csv cts cxx dart diff eex env erb erl
  ex exs fish fs gif go gql gradle graphql groovy gz h haml hbs hcl hh hpp hrl hs htm html ico ini ipynb java jinja jpeg jpg js
  json json5 jsonc jsonl jsx kt kts less lhs lock log lua m4 map markdown md mdx mjs ml mli mm mts nim nix orig patch pdf php pl
  plist pm png po pot prisma properties proto ps1 psd pug py pyc pyi r rb rej rs rst sass scala scss sh snap sol sql sqlite svelte
  svg swift tar tex tf tfvars toml ts tsv tsx ttf txt vb vim vue wasm webp woff woff2 xml yaml yml zig zip zsh`.split(
    /\s+/,
  ),
);

const fileNames =
  /^(Makefile|Dockerfile|Gemfile|Rakefile|Procfile|Vagrantfile|Jenkinsfile|LICENSE|README|CHANGELOG|CODEOWNERS|BUILD|WORKSPACE)$/;

/** Whether a word cannot be the name of a branch or commit, or is so surely a file that nobody would call a branch so. */
export function isSurelyPath(word: Word): boolean {
  const { text } = word;
  if (word.patternAt !== null) return true;
  if (text.includes(hole)) return false;
  if (/^\.{1,2}(\/|$)|^\/|\/$|(^|\/)\.|[*?[\\ ]|\.$/.test(text) || /^:([(!^]|\/$)/.test(text)) return true;
  const name = text.slice(text.lastIndexOf('/') + 1);
  const ending = /\.([A-Za-z0-9]+)$/.exec(name)?.[1]?.toLowerCase() ?? '';
  // A branch may be called `next.js`, but hardly `src/next.js`, and hardly `next.json`.
  const isTelling = text.includes('/') || ending.length > 2 || /^(ts|md|py|rs|sh)$/.test(ending);
  return fileNames.test(name) || (endings.has(ending) && isTelling);
}

/** Whether a word can only be a commit: it holds what no path of a project does, or is a whole name of one. */
export function isSurelyCommit(word: Word): boolean {
  return /^(HEAD|@|FETCH_HEAD|ORIG_HEAD|MERGE_HEAD)$|[~^]\d*$|@\{|^[0-9a-f]{40}$|^stash@/.test(word.text);
}
