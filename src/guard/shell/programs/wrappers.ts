/** Programs that run another program, which stands behind their own options. */

import { type Call, type Outcome, type Program, type Programs, unchanged } from '../machine.ts';
import { resolvePath } from '../paths.ts';
import { type State, withVariable } from '../state.ts';
import { type OptionTable, optionTable, type ParsedOptions, parseOptions } from '../words/options.ts';
import { isLiteral, plainWord, type Word } from '../words/word.ts';
import { noteAssignment, noteUnset } from './environment.ts';

/** `operands`: how many words of its own stand before the command, such as how long `timeout` waits. */
function wrapper(options: string, operands = 0): Program {
  const table = optionTable(options);
  return ({ machine, words, state, input }) => {
    const given = parseOptions(words, table, true);
    return started(machine.program(given.words.slice(operands), state, input), state);
  };
}

/** What a program does in a process of its own changes nothing of the shell. */
function started(outcome: Outcome, state: State): Outcome {
  return { ...unchanged(state, outcome.output) };
}

/** A word in front of a command that only changes how the shell looks it up. */
const prefix: Program = ({ machine, words, state, input }) => machine.run(words, state, input);

const assigned = /^([A-Za-z_][A-Za-z0-9_]*)=([\s\S]*)$/;

/** Takes `NAME=value` from the front of the words. */
function withAssignments(call: Call, words: readonly Word[]): { state: State; words: readonly Word[] } {
  let { state } = call;
  for (const [at, word] of words.entries()) {
    const [, name, text] = assigned.exec(word.text) ?? [];
    if (name === undefined) return { state, words: words.slice(at) };
    noteAssignment(call.machine, name, plainWord(text ?? ''));
    state = withVariable(state, name, { words: [{ ...word, text: text ?? '' }], exported: 'yes' });
  }
  return { state, words: [] };
}

/** The state in the folder that an option names. */
function inFolder(state: State, option: Word | undefined): State {
  if (!option) return state;
  const places = state.places.map(({ directory, unlessThere }) => ({
    directory: isLiteral(option) ? resolvePath(directory, option.text) : null,
    unlessThere,
  }));
  return { ...state, places };
}

const environmentOptions = optionTable(
  `i|ignore-environment 0|null u|unset= C|chdir= S|split-string= v|debug P= block-signal? default-signal? ignore-signal?
  list-signal-handling a|argv0=`,
);

function env(call: Call): Outcome {
  const { machine, input } = call;
  const given = parseOptions(withoutDash(call.words), environmentOptions, true);
  for (const { text } of given.values('unset')) noteUnset(machine, text);
  const inside = withAssignments({ ...call, state: inFolder(call.state, given.values('chdir').at(-1)) }, given.words);
  const split = given.values('split-string').at(-1);
  if (split) {
    const text = [split.text, ...given.words.map(word => word.text)].join(' ');
    return unchanged(call.state, machine.child(`env ${text}`, inside.state, input));
  }
  const bare = given.has('ignore-environment') ? withoutExports(call.state, inside.state) : inside.state;
  return started(machine.program(inside.words, bare, input), call.state);
}

/** A dash alone stands for `-i`. */
function withoutDash(words: readonly Word[]): readonly Word[] {
  return words.map(word => (word.text === '-' ? plainWord('-i') : word));
}

/** What `env -i` leaves: the variables it sets itself. */
function withoutExports(before: State, inside: State): State {
  const kept = [...inside.variables].filter(([name, value]) => before.variables.get(name) !== value);
  return { ...inside, variables: new Map(kept) };
}

const sudoOptions = optionTable(
  `A|askpass a= b|background B|bell C= c= D|chdir= E|preserve-env? e|edit g|group= H|set-home h|host= i|login K|remove-timestamp
  k|reset-timestamp l|list N|no-update n|non-interactive P|preserve-groups p|prompt= R|chroot= r|role= S|stdin s|shell t|type=
  T|command-timeout= U|other-user= u|user= V|version v|validate`,
);

function sudo(call: Call): Outcome {
  const given = parseOptions(call.words, sudoOptions, true);
  const inside = withAssignments({ ...call, state: inFolder(call.state, given.values('chdir').at(-1)) }, given.words);
  return started(call.machine.program(inside.words, inside.state, call.input), call.state);
}

const crossEnv: Program = call => {
  const inside = withAssignments(call, call.words);
  return started(call.machine.program(inside.words, inside.state, call.input), call.state);
};

const flockOptions = optionTable(
  `s|shared x|e|exclusive u|unlock n|nb|nonblock w|wait|timeout= o|close E|conflict-exit-code= F|no-fork c|command= v|verbose`,
);

function flock({ machine, words, state, input }: Call): Outcome {
  const given = parseOptions(words, flockOptions, true);
  const rest = given.words.slice(1);
  const isText = rest[0]?.text === '-c';
  const text = given.values('command').at(-1) ?? (isText ? rest[1] : undefined);
  if (text) return unchanged(state, machine.child(text.text, state, input));
  return started(machine.program(rest, state, input), state);
}

/** `su`, `script` and others that are given the text of a command with an option. */
function texted(options: string, option: string): Program {
  const table = optionTable(options);
  return ({ machine, words, state, input }) => {
    const given: ParsedOptions = parseOptions(words, table);
    const [text] = given.values(option);
    if (text) return unchanged(state, machine.child(text.text, state, input));
    machine.suspected(given.words.slice(1), state);
    return unchanged(state);
  };
}

const watchOptions: OptionTable = optionTable(
  `b|beep c|color C|no-color d|differences? e|errexit g|chgexit n|interval= p|precise q|equexit= r|no-rerun s|shotsdir= t|no-title
  w|no-wrap x|exec v|version h|help`,
);

function watch({ machine, words, state, input }: Call): Outcome {
  const text = parseOptions(words, watchOptions, true)
    .words.map(word => word.text)
    .join(' ');
  machine.child(text, state, input);
  return unchanged(state);
}

const timed = wrapper('p|portability f|format= o|output= a|append v|verbose q|quiet h l');

export const wrappers: Programs = {
  env,
  sudo,
  doas: wrapper('u= C= n s L a='),
  nice: wrapper('# n|adjustment='),
  nohup: wrapper(''),
  setsid: wrapper('c|ctty f|fork w|wait'),
  ionice: wrapper('c|class= n|classdata= p|pid= t|ignore u|uid= P|pgid='),
  chrt: wrapper('a|all-tasks b|batch d|deadline f|fifo i|idle o|other p|pid r|rr v|verbose', 1),
  taskset: wrapper('a|all-tasks p|pid c|cpu-list', 1),
  time: timed,
  gtime: timed,
  timeout: wrapper('s|signal= k|kill-after= foreground preserve-status v|verbose p f', 1),
  gtimeout: wrapper('s|signal= k|kill-after= foreground preserve-status v|verbose p f', 1),
  stdbuf: wrapper('i|input= o|output= e|error='),
  gstdbuf: wrapper('i|input= o|output= e|error='),
  chronic: wrapper('v e'),
  unbuffer: wrapper('p'),
  caffeinate: wrapper('d i m s u t= w='),
  catchsegv: wrapper(''),
  strace: wrapper(
    'c C d D f F h i k q r t T v V w x y z Z a= b= e= E= I= o= O= p= P= s= S= u= U= X= quiet? trace= follow-forks output=',
  ),
  ltrace: wrapper('c C f i L r S t T V a= A= D= e= F= l= n= o= p= s= u= x='),
  proxychains: wrapper('q f='),
  proxychains4: wrapper('q f='),
  torsocks: wrapper('i q a= u= p= P='),
  winpty: wrapper(''),
  wsl: wrapper('e d|distribution= u|user= cd= exec shell-type='),
  busybox: wrapper(''),
  'xvfb-run': wrapper(
    'a|auto-servernum e|error-file= f|auth-file= h l n|server-num= p|xauth-protocol= s|server-args= w|wait=',
  ),
  'dbus-run-session': wrapper('config-file= dbus-daemon='),
  'systemd-run': wrapper(
    'user scope t|pty P|pipe q|quiet G|collect wait p|property= unit= description= slice= E|setenv= d|same-dir working-directory= uid= gid= nice= on-active=',
  ),
  'cross-env': crossEnv,
  'cross-env-shell': crossEnv,
  noglob: prefix,
  nocorrect: prefix,
  '-': prefix,
  '!': prefix,
  and: prefix,
  or: prefix,
  not: prefix,
  begin: prefix,
  repeat: ({ machine, words, state, input }) => machine.run(words.slice(1), state, input),
  flock,
  watch,
  viddy: watch,
  su: texted(
    'c|command= s|shell= l|login m|p|preserve-environment g|group= G|supp-group= P|pty w|whitelist-environment= f|fast',
    'command',
  ),
  runuser: texted(
    'c|command= s|shell= l|login m|p|preserve-environment u|user= g|group= G|supp-group= P|pty f|fast',
    'command',
  ),
  script: texted(
    'a|append c|command= e|return f|flush q|quiet t|timing? T|log-timing= O|log-out= I|log-in= B|log-io= E|echo= F k p r d',
    'command',
  ),
  'nix-shell': texted('run= command= p|packages I= A|attr= pure keep= argstr= arg=', 'run'),
};
