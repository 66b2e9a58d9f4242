/** Completion for fish 3 and newer. */
import { type CompletedCommand, type CompletedOption, valueFlags } from './words.ts';

export function fishScript(commands: readonly CompletedCommand[]): string {
  return `# Completion of signalbox for fish: signalbox completion fish > ~/.config/fish/completions/signalbox.fish
function __signalbox_path
    set -l path ''
    set -l skip 0
    for word in (commandline -opc)[2..-1]
        if test $skip -eq 1
            set skip 0
            continue
        end
        if contains -- "$word" ${valueFlags(commands).map(fishQuoted).join(' ')}
            set skip 1
            continue
        end
        switch "$path/$word"
${commands
  .filter(({ path }) => path !== '')
  .map(stepCase)
  .join('\n')}
        end
    end
    printf '%s' "$path"
end
function __signalbox_at
    test (__signalbox_path | string collect --allow-empty) = "$argv[1]"
end
complete -c signalbox -e
${commands.flatMap(commandLines).join('\n')}
`;
}

function stepCase({ path }: CompletedCommand): string {
  const cut = path.lastIndexOf(' ');
  const step = `${path.slice(0, Math.max(0, cut))}/${path.slice(cut + 1)}`;
  return `            case ${fishQuoted(step)}\n                set path ${fishQuoted(path)}`;
}

function commandLines(command: CompletedCommand): string[] {
  const at = `complete -c signalbox -n ${fishQuoted(`__signalbox_at ${fishQuoted(command.path)}`)}`;
  const words = [...command.children, ...command.argumentValues.map(name => ({ name, help: '' }))];
  return [
    ...words.map(({ name, help }) => `${at} -f -a ${fishQuoted(name)}${describedAs(help)}`),
    ...command.options.map(
      option => `${at} -l ${fishQuoted(option.flag.replace(/^--/, ''))}${valuesOf(option)}${describedAs(option.help)}`,
    ),
  ];
}

function valuesOf({ takesValue, takesSession, values }: CompletedOption): string {
  if (!takesValue) return '';
  if (takesSession) return ` -x -a ${fishQuoted('(command signalbox __handles 2>/dev/null)')}`;
  return values.length > 0 ? ` -x -a ${fishQuoted(values.join(' '))}` : ' -r';
}

function describedAs(help: string): string {
  return help === '' ? '' : ` -d ${fishQuoted(help)}`;
}

/** Single quotes of fish know two escapes. */
function fishQuoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
