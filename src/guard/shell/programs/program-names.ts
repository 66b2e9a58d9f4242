/** Names of programs that are known to run nothing of what they are told, or to run it where it does not matter. */

function names(text: string): ReadonlySet<string> {
  return new Set(text.split(/\s+/));
}

/** Their words are data. */
export const plainPrograms = names(`ack ag apropos apt apt-get aspell base32 base64 bc brew cal cargo-clippy cheat cksum
  cmp code column comm cowsay cut date delta df diff difft dig dnf dpkg du egrep expand expr factor fgrep file fmt
  fold free fzf glow grep groups head help hexdump host hostname htop iconv id info ip jobs join jq less license
  locale logger look ls lsof man md5 md5sum mdcat mkfifo more mypy nl nproc od open paste pgrep pip pip3 pidof ping pr printenv ps
  pstree rg say sed seq sha1sum sha256sum shellcheck shuf sleep split stat strings stty sum sw_vers sync tac tail
  tldr top tput tr tree tsort tty uname unexpand uptime users vmstat w wc whatis whereis who whoami xmllint xxd yes yum
  zcat zip zgrep bg fg history disown dirs enable bind complete compgen`);

/** What they run is run on another machine or in a container. */
export const remotePrograms =
  names(`ssh mosh scp sftp docker podman nerdctl kubectl oc helm docker-compose vagrant multipass lxc
  incus limactl devcontainer ansible fly heroku gcloud aws az`);

/** They run what a file of the project says. */
export const runners =
  names(`npm npx pnpm pnpx yarn bunx make gmake just task rake cargo go gradle gradlew mvn mvnw ant sbt lein
  composer tox nox invoke poetry pipenv uv hatch rye pdm bundle mise asdf turbo nx lerna rush moon bazel buck ninja cmake meson dotnet
  swift xcodebuild lint-staged pre-commit husky lefthook direnv nix docker-buildx act`);

/** Some of their words are texts of commands. */
export const textRunners =
  names(`tmux screen zellij hyperfine concurrently nodemon watchexec entr npm-run-all run-s run-p expect
  start dotenv nix onchange chokidar eatmydata`);
