/** Completion for zsh; works from a file in `fpath` and from `eval`. */
import { quoted } from '../words.ts';
import { type CompletedCommand, valueFlags } from './words.ts';

export function zshScript(commands: readonly CompletedCommand[]): string {
  return `#compdef signalbox
# Completion of signalbox for zsh: eval "$(signalbox completion zsh)" after compinit
_signalbox() {
  local location='' word='' index=2 previous="\${words[CURRENT-1]}"
  local -a items flags
  while (( index < CURRENT )); do
    word="\${words[index]}"
    case "$word" in
    (${valueFlags(commands).map(quoted).join('|')}) (( index++ )) ;;
    (-*) ;;
    (*)
      case "$location/$word" in
${commands
  .filter(({ path }) => path !== '')
  .map(stepCase)
  .join('\n')}
      esac ;;
    esac
    (( index++ ))
  done
  case "$previous" in
  (${valueFlags(commands).map(quoted).join('|')})
    case "$location $previous" in
${commands.flatMap(valueCases).join('\n')}
    (*) _files; return ;;
    esac
    compadd -- "\${items[@]}"
    return ;;
  esac
  case "$location" in
${commands.map(commandCase).join('\n')}
  esac
  if [[ "\${words[CURRENT]}" == -* ]]; then
    _describe -o option flags
  elif (( \${#items} )); then
    _describe command items
  else
    _files
  fi
}
if [ "\${funcstack[1]}" = _signalbox ]; then _signalbox "$@"; else compdef _signalbox signalbox; fi
`;
}

function stepCase({ path }: CompletedCommand): string {
  const cut = path.lastIndexOf(' ');
  return `      (${quoted(`${path.slice(0, Math.max(0, cut))}/${path.slice(cut + 1)}`)}) location=${quoted(path)} ;;`;
}

function valueCases({ path, options }: CompletedCommand): string[] {
  return options.flatMap(option => {
    const pattern = quoted(`${path} ${option.flag}`);
    if (option.takesSession)
      return [`    (${pattern}) items=("\${(@f)$(command signalbox __handles 2>/dev/null)}") ;;`];
    return option.values.length > 0 ? [`    (${pattern}) items=(${option.values.map(quoted).join(' ')}) ;;`] : [];
  });
}

function commandCase({ path, children, options, argumentValues }: CompletedCommand): string {
  const items = [...children.map(({ name, help }) => described(name, help)), ...argumentValues.map(quoted)];
  const flags = options.map(({ flag, help }) => described(flag, help));
  return `  (${quoted(path)})\n    items=(${items.join(' ')})\n    flags=(${flags.join(' ')}) ;;`;
}

/** `_describe` splits at the first colon that has no backslash. */
function described(word: string, help: string): string {
  const escaped = (text: string) => text.replaceAll('\\', '\\\\').replaceAll(':', '\\:');
  return quoted(help === '' ? escaped(word) : `${escaped(word)}:${escaped(help)}`);
}
