/** Programs that write the files they are given anew: formatters, linters that mend, tools that change code. */
import { type Call, type Program, type Programs, programName, unchanged } from '../machine.ts';
import { optionTable, parseOptions } from '../words/options.ts';
import type { Word } from '../words/word.ts';
import { noteWrite, widened } from './file-writes.ts';

interface Rewriter {
  /** The first word, which names no file; another one, or none, and nothing is written. */
  readonly verb?: RegExp;
  /** The option without which it only looks; missing if it writes by itself. */
  readonly asked?: RegExp;
  /** Options with which it only looks. */
  readonly looks?: RegExp;
  /** Options with a value in the word behind them. */
  readonly values?: string;
  /** How many words stand before the files. */
  readonly before?: number;
  /** A pattern in quotes means to it what it would to the shell, `**` and braces included. */
  readonly globs?: boolean;
  /** It goes on to files that the given ones name. */
  readonly follows?: boolean;
  /** Without files it takes what it finds in its folder. */
  readonly finds?: boolean;
}

const looksOnly =
  /^--(check|check-only|diff|dry-run|dry|list-different|test|verify|help|version|stdout|stdin|stdin-.*|print-config)(=|$)|^-[hV]$/;

/** Any file of the folder that a command works in. */
export const anything: Word = { text: '*', patternAt: 0, isMany: false };

function rewriter(one: Rewriter): Program {
  const { verb, asked, looks = looksOnly, values = '', before = 0, finds = false } = one;
  // Whole names: what they begin is not taken for them.
  const table = optionTable(`${values} fix write check`);
  return ({ machine, words, state }) => {
    const given = parseOptions(words, table);
    const [first, ...rest] = given.words;
    const has = (option: RegExp) => words.some(word => option.test(word.text));
    const isMeant = (!verb || (first !== undefined && verb.test(first.text))) && (!asked || has(asked));
    if (!isMeant || has(looks)) return unchanged(state);
    const files = (verb ? rest : given.words).slice(before);
    const targets = files.length > 0 ? files.map(word => asTarget(word, one)) : finds ? [anything] : [];
    for (const word of targets) noteWrite(machine, state, word, 'write', { extent: 'some' });
    return unchanged(state);
  };
}

/** A file, a folder, a pattern that the shell or the program itself expands, or `./...`. */
function asTarget(word: Word, { globs = false, follows = false }: Rewriter): Word {
  const text = word.text.replace(/(^|\/)\.\.\.$/, '$1*');
  const wildcard = text.search(/[*?{[]/);
  const target = { ...word, text, patternAt: word.patternAt ?? (wildcard < 0 ? null : wildcard) };
  return follows || !(globs || word.patternAt !== null) ? widened(target) : target;
}

/** One of several, by the first word. */
function byVerb(verbs: Readonly<Record<string, Program>>, otherwise: Program): Program {
  return call => {
    const verb = call.words.find(word => !word.text.startsWith('-'))?.text ?? '';
    return (Object.hasOwn(verbs, verb) ? verbs[verb] : otherwise)?.(call) ?? unchanged(call.state);
  };
}

const nothing: Program = ({ state }) => unchanged(state);
const always = rewriter({});
const alwaysFinding = rewriter({ finds: true });
const inPlace = rewriter({
  asked: /^(-[a-zA-Z]*i[a-zA-Z]*|-{1,2}in-?place|--replace|--mode=inplace)$/,
  values: 'style= l|lines= max-line-length= select= j|jobs= exclude= config= d',
});
const writing: Rewriter = {
  asked: /^(-w|-w=true|--write)$/,
  values: 'r= local= lang= i|indent= ln= m|max-len= config= ignore-path= plugin= parser= log-level=',
};
const written = rewriter(writing);
const prettier = rewriter({ ...writing, globs: true });
const fixed = (more: Rewriter = {}) => rewriter({ asked: /^--fix(=|$)/, ...more });

const eslint = fixed({
  globs: true,
  finds: true,
  looks: /^--(help|version|fix-dry-run|print-config|init|stdin)$/,
  values: `c|config= ext= rulesdir= f|format= o|output-file= ignore-path= ignore-pattern= max-warnings= rule= plugin= parser=
    parser-options= env= global= cache-location= fix-type= p|project=`,
});
const biome = rewriter({
  verb: /^(check|format|lint)$/,
  asked: /^--(write|fix|apply|apply-unsafe)$/,
  values: 'config-path= log-level= diagnostic-level= max-diagnostics= reporter= only= skip=',
  finds: true,
});
const ruffValues = 'select= ignore= extend-select= config= target-version= line-length= output-format= exclude=';
const ruffFix = /^--(fix|fix-only|add-noqa)$/;
const ruff = byVerb(
  {
    format: rewriter({ verb: /^format$/, values: ruffValues, finds: true }),
    check: rewriter({ verb: /^check$/, asked: ruffFix, values: ruffValues, finds: true }),
  },
  rewriter({ asked: ruffFix, values: ruffValues }),
);
const astGrepFor = (verb?: RegExp) =>
  rewriter({
    ...(verb && { verb }),
    asked: /^(-U|--update-all)$/,
    finds: true,
    values: 'p|pattern= r|rewrite|rule= l|lang= c|config=',
  });
const astGrep = byVerb({ run: astGrepFor(/^run$/), scan: astGrepFor(/^scan$/) }, astGrepFor());
const rubocop = rewriter({
  asked: /^(-[aAx]|--(safe-)?auto-?correct(-all)?|--fix-layout)$/,
  values: 'c|config= f|format= o|out= only= except= r|require=',
  finds: true,
});
const replacer = rewriter({
  before: 2,
  looks: /^(-p|-s|--preview|--dry-run|--help|--version)$/,
  values: 'f|flags= n|max-replacements=',
});
const terraform = rewriter({ verb: /^fmt$/, looks: /^-{1,2}(check|write=false|help)$/, finds: true });

export const rewriters: Programs = {
  prettier,
  prettierd: prettier,
  eslint,
  eslint_d: eslint,
  xo: eslint,
  standard: eslint,
  oxlint: eslint,
  tslint: eslint,
  stylelint: fixed({ values: 'c|config= custom-syntax= f|formatter= ignore-path=' }),
  biome,
  rome: biome,
  dprint: rewriter({ verb: /^fmt$/, values: 'c|config= plugins=', finds: true }),
  black: rewriter({ values: 'l|line-length= t|target-version= include= exclude= config= W|workers= c|code=' }),
  isort: rewriter({
    looks: /^(-c|--check|--check-only|--diff|-d|--help|--version|-)$/,
    values: 'sp|settings-path= profile= l|line-length= src=',
  }),
  autopep8: inPlace,
  autoflake: inPlace,
  docformatter: inPlace,
  yapf: inPlace,
  pyupgrade: always,
  ruff,
  djlint: rewriter({ asked: /^--reformat$/, values: 'profile= extension=' }),
  sqlfluff: rewriter({ verb: /^(fix|format)$/, values: 'd|dialect= t|templater= r|rules= config=', finds: true }),
  gofmt: written,
  goimports: written,
  gofumpt: written,
  golines: written,
  shfmt: rewriter({ asked: /^(-[a-z]*w[a-z]*|--write)$/, values: 'i|indent= ln|language-dialect=' }),
  'golangci-lint': rewriter({
    verb: /^(run|fmt)$/,
    asked: /^--fix$/,
    values: 'c|config= E|enable= D|disable=',
    finds: true,
  }),
  rustfmt: rewriter({ follows: true, values: 'edition= config= config-path= color= emit=' }),
  'clang-format': inPlace,
  stylua: rewriter({ looks: /^(-c|--check|-|--help|--version)$/, values: 'f|config-path= g|glob=' }),
  rubocop,
  standardrb: fixed({ finds: true }),
  'php-cs-fixer': rewriter({ verb: /^fix$/, values: 'config= rules= cache-file= path-mode=', finds: true }),
  phpcbf: alwaysFinding,
  pint: alwaysFinding,
  ktlint: rewriter({ asked: /^(-F|--format)$/, finds: true }),
  'google-java-format': inPlace,
  scalafmt: rewriter({ values: 'c|config= f|files= exclude=', finds: true }),
  ormolu: inPlace,
  fourmolu: inPlace,
  'swift-format': inPlace,
  swiftformat: rewriter({ looks: /^--(lint|dryrun|help|version)$/, values: 'config= rules= swiftversion=' }),
  swiftlint: fixed({ finds: true }),
  taplo: rewriter({ verb: /^(fmt|format)$/, finds: true }),
  buf: rewriter({ verb: /^format$/, asked: /^(-w|--write)$/, finds: true }),
  terraform,
  tofu: terraform,
  mix: rewriter({ verb: /^format$/, looks: /^--(check-formatted|dry-run|stdin-filename)$/, finds: true }),
  dart: rewriter({
    verb: /^(format|fix)$/,
    looks: /^(-o|--output|--set-exit-if-changed|--dry-run|-n|--help)(=|$)/,
    finds: true,
  }),
  zig: rewriter({ verb: /^fmt$/ }),
  nixfmt: always,
  alejandra: alwaysFinding,
  markdownlint: rewriter({ asked: /^(-f|--fix)$/, values: 'c|config= i|ignore=' }),
  'markdownlint-cli2': fixed(),
  jscodeshift: rewriter({
    looks: /^(-d|--dry|-h|--help)$/,
    values: 't|transform= extensions= parser= ignore-pattern= c|cpus=',
  }),
  codemod: rewriter({ before: Number.POSITIVE_INFINITY, finds: true }),
  fastmod: rewriter({ before: 2, finds: true, values: 'd|dir= e|extensions= g|glob= iglob=' }),
  'ast-grep': astGrep,
  sg: astGrep,
  comby: rewriter({ asked: /^(-i|-in-place)$/, before: 2, finds: true, values: 'matcher= config= templates=' }),
  sd: replacer,
  rpl: replacer,
  dos2unix: always,
  unix2dos: always,
};

/** Files in which a project's packages stand, as the programs write them that manage those. */
function manifests(names: string, verb: RegExp, extent: 'all' | 'perhaps'): Program {
  return ({ machine, words, state }) => {
    const [first, ...rest] = words.filter(word => !word.text.startsWith('-'));
    const isIdle = rest.length === 0 && (extent === 'perhaps' || words.length < 2);
    if (!first || !verb.test(first.text) || isIdle) return unchanged(state);
    for (const text of names.split(' '))
      noteWrite(machine, state, { text, patternAt: null, isMany: false }, 'write', { extent });
    return unchanged(state);
  };
}

/** Both of them look at the call. */
function all(...programs: readonly Program[]): Program {
  return call => {
    for (const program of programs) program(call);
    return unchanged(call.state);
  };
}

function packages(lock: string, adds: RegExp): Program {
  const files = `package.json ${lock}`;
  return all(manifests(files, /^version$/, 'all'), manifests(files, adds, 'perhaps'));
}

const fmt = rewriter({ verb: /^fmt$/, finds: true });

/** What programs that run others, or are several in one, write themselves. */
const packageManagers: Programs = {
  npm: packages('package-lock.json', /^(i|install|add|uninstall|remove|rm|un|update|up|pkg)$/),
  yarn: packages('yarn.lock', /^(add|remove|up|upgrade)$/),
  pnpm: packages('pnpm-lock.yaml', /^(i|install|add|remove|rm|uninstall|un|update|up)$/),
  bun: packages('bun.lock', /^(i|install|add|remove|rm|update)$/),
};

const toolchains: Programs = {
  cargo: byVerb(
    {
      fmt: rewriter({ looks: /^(--check|--help)$/, before: Number.POSITIVE_INFINITY, finds: true }),
      fix: rewriter({ before: Number.POSITIVE_INFINITY, finds: true }),
      clippy: fixed({ before: Number.POSITIVE_INFINITY, finds: true }),
    },
    manifests('Cargo.toml Cargo.lock', /^(add|remove|rm|update)$/, 'perhaps'),
  ),
  go: byVerb(
    { fmt, fix: rewriter({ verb: /^fix$/, finds: true }) },
    manifests('go.mod go.sum', /^(get|mod)$/, 'perhaps'),
  ),
  deno: byVerb({ fmt, lint: rewriter({ verb: /^lint$/, asked: /^--fix$/, finds: true }) }, nothing),
  dotnet: rewriter({
    verb: /^format$/,
    looks: /^--(verify-no-changes|help)$/,
    before: Number.POSITIVE_INFINITY,
    finds: true,
  }),
  nx: rewriter({ verb: /^(format|format:write)$/, finds: true }),
};

const runnerVerbs = /^(exec|x|dlx|run|run-script|--|--silent)$/;
const runnerValues = /^(-p|--package|--filter|-F|--prefix|-C|--cwd|-w|--workspace|--with|--from|-n|--group|--extra)$/;

/** The name of a package or program, without its version. */
function carriedName(word: Word): string {
  return programName({ ...word, text: word.text.replace(/(?<=.)@[^/]*$/, '') });
}

/** What a runner is told to run, where that is a rewriter: `npx prettier --write src`, `poetry run black .`. */
function carriedRewriter(words: readonly Word[]): { program: Program; words: readonly Word[] } | null {
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] as Word;
    if (runnerValues.test(word.text)) at += 1;
    else if (!word.text.startsWith('-') && !runnerVerbs.test(word.text)) {
      const name = carriedName(word);
      const program = Object.hasOwn(rewriters, name) ? rewriters[name] : undefined;
      return program ? { program, words: words.slice(at + 1) } : null;
    }
  }
  return null;
}

const asksToWrite = /^--(fix|fix-all|write|in-?place|auto-?fix|auto-?correct(-all)?|rewrite)$/;
const isPathLike = /\/|^\.{1,2}$|[^.]\.[A-Za-z0-9]+$|[*?]/;

/**
 * Notes what a program writes that runs others, or that nobody told us of. Of the latter only what they are plainly told to write: of
 * the files that are given to them most are only read.
 */
export function noteRewrites(call: Call, known: string): void {
  if (Object.hasOwn(toolchains, known)) {
    toolchains[known]?.(call);
    return;
  }
  if (Object.hasOwn(packageManagers, known)) packageManagers[known]?.(call);
  const carried = carriedRewriter(call.words);
  if (carried) {
    carried.program({ ...call, words: carried.words });
    return;
  }
  const { machine, words, state } = call;
  if (!words.some(word => asksToWrite.test(word.text)) || words.some(word => looksOnly.test(word.text))) return;
  const files = words.filter(word => !word.text.startsWith('-') && isPathLike.test(word.text));
  const targets = files.map(word => asTarget(word, { follows: true }));
  for (const word of targets.length > 0 ? targets : [anything])
    noteWrite(machine, state, word, 'write', { extent: 'perhaps' });
}

/** Whether a word names a rewriter, as behind `python -m`. */
export function isRewriter(word: Word): boolean {
  return Object.hasOwn(rewriters, carriedName(word));
}
