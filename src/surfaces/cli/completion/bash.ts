/** Completion for bash 3.2 and newer, without the bash-completion package. */
import { quoted } from '../words.ts';
import { type CompletedCommand, valueFlags } from './words.ts';

/**
 * The script finds which command the words so far name, then offers what fits. Words are compared and added one by one, never
 * through `compgen -W`, which would expand what other programs print. File names are bash's own default.
 */
export function bashScript(commands: readonly CompletedCommand[]): string {
  return `# Completion of signalbox for bash: eval "$(signalbox completion bash)"
_signalbox_words() {
  case "$1" in
${commands.map(commandCase).join('\n')}
  esac
}
_signalbox_values() {
  case "$1 $2" in
${commands.flatMap(valueCases).join('\n')}
  esac
}
_signalbox_step() {
  case "$1/$2" in
${commands
  .filter(({ path }) => path !== '')
  .map(stepCase)
  .join('\n')}
  *) return 1 ;;
  esac
}
_signalbox() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous='' path='' next='' word='' index=1 candidates=''
  COMPREPLY=()
  if [ "$COMP_CWORD" -gt 1 ]; then previous="\${COMP_WORDS[COMP_CWORD-1]}"; fi
  while [ "$index" -lt "$COMP_CWORD" ]; do
    word="\${COMP_WORDS[index]}"
    case "$word" in
    ${valueFlags(commands).map(quoted).join('|')}) index=$((index + 1)) ;;
    -*) ;;
    *) if next="$(_signalbox_step "$path" "$word")"; then path="$next"; fi ;;
    esac
    index=$((index + 1))
  done
  case "$previous" in
  ${valueFlags(commands).map(quoted).join('|')}) candidates="$(_signalbox_values "$path" "$previous")" ;;
  *) candidates="$(_signalbox_words "$path")" ;;
  esac
  while IFS= read -r word; do
    case "$word" in
    '') ;;
    -*) case "$current" in -*) case "$word" in "$current"*) COMPREPLY+=("$word") ;; esac ;; esac ;;
    "$current"*) COMPREPLY+=("$word") ;;
    esac
  done <<< "$candidates"
}
complete -o default -F _signalbox signalbox
`;
}

function commandCase({ path, children, options, argumentValues }: CompletedCommand): string {
  const words = [...children.map(child => child.name), ...argumentValues, ...options.map(option => option.flag)];
  return `  ${quoted(path)}) printf '%s\\n' ${words.map(quoted).join(' ')} ;;`;
}

function valueCases({ path, options }: CompletedCommand): string[] {
  return options.flatMap(option => {
    const pattern = quoted(`${path} ${option.flag}`);
    if (option.takesSession) return [`  ${pattern}) command signalbox __handles 2>/dev/null ;;`];
    return option.values.length > 0 ? [`  ${pattern}) printf '%s\\n' ${option.values.map(quoted).join(' ')} ;;`] : [];
  });
}

function stepCase({ path }: CompletedCommand): string {
  const cut = path.lastIndexOf(' ');
  const [before, word] = [path.slice(0, Math.max(0, cut)), path.slice(cut + 1)];
  return `  ${quoted(`${before}/${word}`)}) printf '%s' ${quoted(path)} ;;`;
}
