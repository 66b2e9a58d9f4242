/** What the shell does at a reference transaction before anything is started: git runs that hook for every reference it writes. */

/** Git is asked about so many references one by one; for more it is cheaper to start the program. */
const askedSingly = 8;

/**
 * The lines. The state and the names are looked at without starting anything; then git is asked whether a branch is rewritten or
 * has a commit that is new, and only then the program is started, with the lines in question (`asking`). What arrives by a push is
 * not the doing of anybody here: git works in its own folder then. Where something follows, `inputAgain` gives it all of the input.
 */
export function transactionLines(isFollowed: boolean, asking: string, inputAgain: string): string {
  const [input, done] = isFollowed
    ? ['signalbox_input=$(cat)\n', 'done <<SIGNALBOX_INPUT\n$signalbox_input\nSIGNALBOX_INPUT']
    : ['', 'done'];
  return `signalbox_lines=
signalbox_wanted=
signalbox_count=0
case "\${1-} \${GIT_DIR-}" in *" .") ;; prepared*|committed*)
${input}while IFS= read -r signalbox_line || [ -n "$signalbox_line" ]; do
${candidate}
${done}
if [ "$signalbox_count" -gt ${askedSingly} ]; then
signalbox_wanted=1
elif [ "$signalbox_count" -gt 0 ]; then
while IFS= read -r signalbox_line; do
${judging}
done <<SIGNALBOX_INPUT
\${signalbox_lines%?}
SIGNALBOX_INPUT
fi
if [ -n "$signalbox_wanted" ]; then
${asking}
fi
${isFollowed ? `${inputAgain}\n` : ''};; esac
unset signalbox_lines signalbox_wanted signalbox_count signalbox_line signalbox_old signalbox_new signalbox_ref signalbox_git`;
}

/** Branches, HEAD and the stash, as far as they change. A deletion may be told as nothing that becomes nothing. */
const candidate = `  case $signalbox_line in *' refs/heads/'*|*' HEAD') ;;
    *' refs/stash') if [ -n "\${SIGNALBOX_IN_HOOK-}" ]; then continue; fi ;;
    *) continue ;;
  esac
  signalbox_old=\${signalbox_line%% *}
  signalbox_new=\${signalbox_line#* }
  signalbox_new=\${signalbox_new%% *}
  case $signalbox_old in *[!0]*) if [ "$signalbox_old" = "$signalbox_new" ]; then continue; fi ;; esac
  signalbox_lines="$signalbox_lines$signalbox_line
"
  signalbox_count=$((signalbox_count + 1))`;

/**
 * Before: a branch that is deleted, or moved to where its commits are not; what it was may not be told, and one that was not there is
 * new. Afterwards: a commit that no other reference has. Each step of a rebase moves HEAD; what comes of it is the branch at its end.
 * When git packs references it tells of each as if it were made, and then deleted: those stand in the packed file as they were.
 */
const judging = `  signalbox_old=\${signalbox_line%% *}
  signalbox_new=\${signalbox_line#* }
  signalbox_ref=\${signalbox_new#* }
  signalbox_new=\${signalbox_new%% *}
  case $signalbox_old in *[!0]*) ;; *) signalbox_old= ;; esac
  case $signalbox_new in *[!0]*) ;; *) signalbox_new= ;; esac
  case "$1 $signalbox_ref" in
    "prepared refs/heads/"*)
      if [ -z "$signalbox_new" ] && [ -n "$signalbox_old" ]; then
        signalbox_git=$(git rev-parse --git-path packed-refs 2>/dev/null </dev/null) || signalbox_git=
        if grep -qxF "$signalbox_old $signalbox_ref" "$signalbox_git" 2>/dev/null </dev/null; then continue; fi
      elif [ -n "$signalbox_new" ]; then
        if [ -z "$signalbox_old" ]; then
          signalbox_old=$(git rev-parse -q --verify "$signalbox_ref" 2>/dev/null </dev/null) || continue
        fi
        if [ "$signalbox_old" = "$signalbox_new" ]; then continue; fi
        if git merge-base --is-ancestor "$signalbox_old" "$signalbox_new" 2>/dev/null </dev/null; then continue; fi
      fi
      signalbox_wanted=1
      break ;;
    "prepared refs/stash") if [ -z "$signalbox_new" ]; then signalbox_wanted=1; break; fi ;;
    "committed refs/stash") if [ -n "$signalbox_new" ]; then signalbox_wanted=1; break; fi ;;
    "committed "*)
      if [ -z "$signalbox_new" ]; then continue; fi
      if [ "$signalbox_ref" = HEAD ]; then
        signalbox_git=$(git rev-parse --git-dir 2>/dev/null </dev/null) || continue
        if [ -d "$signalbox_git/rebase-merge" ] || [ -d "$signalbox_git/rebase-apply" ]; then continue; fi
      elif [ -z "$signalbox_old" ]; then
        signalbox_git=$(git rev-parse --git-path packed-refs 2>/dev/null </dev/null) || signalbox_git=
        if grep -qxF "$signalbox_new $signalbox_ref" "$signalbox_git" 2>/dev/null </dev/null; then continue; fi
      fi
      if [ -n "$(git rev-list -n 1 "$signalbox_new" --not \${signalbox_old:+"$signalbox_old"} \\
        --exclude="\${signalbox_ref#refs/heads/}" --branches --remotes --tags 2>/dev/null </dev/null)" ]; then
        signalbox_wanted=1
        break
      fi ;;
  esac`;
