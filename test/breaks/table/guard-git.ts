import type { Break } from '../break.ts';

export const ofGuardGit: readonly Break[] = [
  {
    what: 'guard git: new files that a command leaves alone lie',
    file: 'src/core/guard-git.ts',
    replace: "return destroys === 'both' || untracked.has(path) === (destroys === 'untracked');",
    by: 'return true;',
    caughtBy:
      'src/tools/check-shell.test.ts › is refused over changes that nobody recorded, and lets new files that it leaves alone lie: %s',
  },
  {
    what: 'guard git: new files are changes where they are removed',
    file: 'src/core/guard-git.ts',
    replace: "return destroys === 'both' || untracked.has(path) === (destroys === 'untracked');",
    by: "return destroys === 'both' || !untracked.has(path);",
    caughtBy:
      'src/tools/check-shell.test.ts › is refused over new files that nobody recorded where it removes those: %s',
  },
  {
    what: 'guard git: both are lost where both are taken',
    file: 'src/core/guard-git.ts',
    replace: "destroys === 'both' || untracked.has(path)",
    by: 'untracked.has(path)',
    caughtBy: 'src/tools/check-shell.test.ts › is refused over both where it takes both: %s',
  },
  {
    what: 'guard git: changes of nobody hold up what would lose them',
    file: 'src/core/guard-git.ts',
    replace: '...(nobodys.length > 0 ?',
    by: '...(nobodys.length < 0 ?',
    caughtBy: 'src/core/guard-git.test.ts › is held up by changes that nobody recorded, as far as it touches them',
  },
  {
    what: 'guard git: changes of nobody count in a folder that is discarded',
    file: 'src/core/guard-git.ts',
    replace: '!(takesCheckout || isDiscarded(wish, path))',
    by: '!takesCheckout',
    caughtBy:
      'src/core/guard-git.test.ts › of a folder is held up by what nobody recorded in it, of a file by name is not',
  },
  {
    what: 'guard git: what lies where it is does not hold up what leaves HEAD',
    file: 'src/core/guard-git.ts',
    replace: 'if (wish.takesCheckout) return !wish.leavesHead || isDestroyed(wish, path, untracked);',
    by: 'if (wish.takesCheckout) return true;',
    caughtBy:
      'src/core/guard-git.test.ts › is held up by changes of others in files that git tracks, and not by new files that it does not touch',
  },
  {
    what: 'guard git: nobody stages while another commits what is staged',
    file: 'src/core/guard-git.ts',
    replace: '...(wish.usesIndex ? [gitIndexOf(wish.here)] : []),',
    by: '',
    caughtBy: 'src/tools/check-shell.index.test.ts › no other one changes what is staged there: %s',
  },
  {
    what: 'guard git: a command that commits what is staged takes the index',
    file: 'src/core/git-command.ts',
    replace: "wishes.filter(wish => wish.commits || wish.ends === 'continue')",
    by: 'wishes.filter(() => false)',
    caughtBy: 'src/tools/check-shell.index.test.ts › no other one changes what is staged there: %s',
  },
  {
    what: 'guard git: stage leaves an index alone that another one commits',
    file: 'src/tools/stage.ts',
    replace: 'if (user) throw inUse(user);',
    by: '',
    caughtBy:
      'src/tools/stage.test.ts › waits until nobody else is about to commit what is staged, and stages nothing before',
  },
  {
    what: 'guard git: what a command held that was broken off is given back',
    file: 'src/tools/client-event.ts',
    replace: 'await giveBackAll(unit, me);',
    by: '{}',
    caughtBy: 'src/tools/check-shell.index.test.ts › gives back what it held %s',
  },
  {
    what: 'guard git: a prompt after a command that was broken off is no quiet one',
    file: 'src/core/client-event.ts',
    replace: "event.kind === 'prompt' && me.guard.running.some(({ ticket }) => ticket !== null)",
    by: 'false',
    caughtBy: 'src/tools/check-shell.index.test.ts › gives back what it held %s',
  },
  {
    what: 'guard git: what a session has by name stays as it was',
    file: 'src/core/git-command.ts',
    replace: 'if (own && own.expiresAt >= unit.tx.now + ttlMs) continue;',
    by: '',
    caughtBy:
      'src/tools/check-shell.index.test.ts › is after a command of its own what it was before: for what, and how long',
  },
  {
    what: 'guard git: a plain removal of uncommitted work is looked at',
    file: 'src/tools/git-wish.ts',
    replace: 'return [...wishes, ...(await deletionsOf(scene, reading.writes))];',
    by: 'return wishes;',
    caughtBy:
      'src/tools/check-shell.places.test.ts › of a file with uncommitted work of a session that rests is refused, as git’s own ways to lose it are',
  },
  {
    what: 'guard git: all commits that are lost are looked at',
    file: 'src/core/commit-authors.ts',
    replace: 'commits.slice(0, limits.lostCommitsExamined)',
    by: 'commits.slice(0, 1)',
    caughtBy:
      "src/core/guard-git.test.ts › of a living session are not replaced or taken by another; one's own, and those of nobody known, are",
  },
  {
    what: 'guard git: git is asked for all commits that would be lost',
    file: 'src/tools/check-shell.ts',
    replace: 'if (known) return known.filter(commit => !remade.has(commit));',
    by: 'if (known) return known.slice(0, 1);',
    caughtBy:
      'src/tools/check-shell.test.ts › is refused where it takes one of their commits off the branch, however far down',
  },
  {
    what: 'guard git: the entry of the stash that is meant is looked at',
    file: 'src/tools/check-shell.ts',
    replace: "typeof takesStash === 'number' ? entries.slice(takesStash, takesStash + 1) : entries",
    by: 'entries.slice(0, 1)',
    caughtBy:
      'src/tools/check-shell.test.ts › is refused where it takes or drops an entry of the stash that is theirs, by whatever name',
  },
  {
    what: 'guard git: a number names an entry of the stash',
    file: 'src/tools/git-wish.ts',
    replace: 'if (named) return Number(named[1] ?? named[2]);',
    by: 'if (named) return 0;',
    caughtBy:
      'src/tools/check-shell.test.ts › is refused where it takes or drops an entry of the stash that is theirs, by whatever name',
  },
  {
    what: 'guard git: an entry of the stash whose name is unknown may be any',
    file: 'src/tools/git-wish.ts',
    replace: "return target === null && !words.includes('…') ? 0 : 'all';",
    by: 'return 0;',
    caughtBy:
      'src/tools/check-shell.test.ts › is refused where it takes or drops an entry of the stash that is theirs, by whatever name',
  },
  {
    what: 'guard git: what others have staged is not taken out of the index',
    file: 'src/core/guard-git.ts',
    replace: 'if (unstaged.length > 0 && touched.length === 0)',
    by: 'if (unstaged.length < 0)',
    caughtBy:
      'src/tools/check-shell.test.ts › is refused where it empties the index of what they have staged; by name it goes on',
  },
  {
    what: 'guard git: what the session has staged as well it may take out of the index',
    file: 'src/core/guard-git.ts',
    replace: 'isTheirs(path) && !isMine(path) && isTaken(path)',
    by: 'isTheirs(path) && isTaken(path)',
    caughtBy:
      'src/core/guard-git.test.ts › out of the index is held up by what others have staged, where it is not by name',
  },
  {
    what: 'guard git: git:head of a running command is not locked by name',
    file: 'src/core/git-head.ts',
    replace: 'own?.tickets.some(ticket => !byCommands.has(ticket)) === true',
    by: 'own !== undefined',
    caughtBy:
      "src/tools/check-shell.test.ts › is no reason for another one in the middle of somebody's turn; what is locked by name is",
  },
  {
    what: 'guard git: a push by force takes nothing from those in the same checkout',
    file: 'src/core/guard-git.ts',
    replace: '(session.branch === forcesRemote && !inSameCheckout(session, here))',
    by: 'session.branch === forcesRemote',
    caughtBy: 'src/core/guard-git.test.ts › that others work on, in whatever checkout, are not overwritten by force',
  },
  {
    what: 'guard git: a branch that others work on is not renamed',
    file: 'src/tools/git-wish.ts',
    replace: "has('refs') && use.target !== null ? branchOf(use.target, tree) : null",
    by: 'null',
    caughtBy:
      'src/tools/check-shell.test.ts › goes on where it is about a name of its own: a note, a tag, a branch that nobody works on',
  },
  {
    what: 'guard git: secrets in the words of a command are masked',
    file: 'src/tools/git-wish.ts',
    replace: "const { text: shown } = maskSecrets(words.length > 0 ? words.join(' ') : verb);",
    by: "const shown = words.length > 0 ? words.join(' ') : verb;",
    caughtBy: 'src/tools/check-shell.test.ts › is told without the secrets in its words',
  },
  {
    what: 'guard git: what a reset takes out of history is uncommitted work again',
    file: 'src/tools/history-moved.ts',
    replace: 'if (edits.length > 0) await recordEdits(unit, me, edits, origin);',
    by: 'void [edits, origin, recordEdits];',
    caughtBy:
      'test/scenarios/history-moved.test.ts › is its uncommitted work again after a reset that leaves the files as they are',
  },
  {
    what: "guard git: a stash is recorded without git's hooks",
    file: 'src/tools/history-moved.ts',
    replace: 'if (command !== null && makesStash(command, running.root)) await noteStashed(caller, running);',
    by: 'void [command, makesStash, noteStashed];',
    caughtBy: 'test/scenarios/history-moved.test.ts › is not taken or dropped by another, and its own to take',
  },
  {
    what: 'sessions: processes above a command count only where nothing was told',
    file: 'src/core/presence.ts',
    replace: 'if (clues.conversation === null && clues.parent === null) return sessionAbove',
    by: 'if (first === undefined) return sessionAbove',
    caughtBy:
      'src/core/session.test.ts › takes a command in the shell of a client that has not joined yet for no session of the client it was started from',
  },
  {
    what: 'sessions: of several sessions of a client above a command it is none',
    file: 'src/core/presence.ts',
    replace: 'return here.length === 1 ? here[0] : undefined;',
    by: 'return here[0];',
    caughtBy:
      'src/core/session.test.ts › knows the session by the processes above a command where its client tells its shells nothing, and only if that has one',
  },
  {
    what: 'guard git: a note or tag is no branch',
    file: 'src/tools/git-wish.ts',
    replace: "has('refs') && use.target !== null ?",
    by: "has('refs') ?",
    caughtBy:
      'src/tools/check-shell.test.ts › goes on where it is about a name of its own: a note, a tag, a branch that nobody works on',
  },
  {
    what: 'guard git: a rebase that drops nothing loses no commits',
    file: 'src/tools/git-wish.ts',
    replace: '(rewrites && !use.keepsCommits)',
    by: 'rewrites',
    caughtBy:
      'src/tools/check-shell.test.ts › is refused where it takes one of their commits off the branch, however far down',
  },
  {
    what: 'guard git: what one that rests has committed is not being edited',
    file: 'src/core/guard-git.ts',
    replace: 'const changed = pathsOf(locks).filter(path => isChanged(path, session));',
    by: 'const changed = pathsOf(locks);',
    caughtBy:
      'src/tools/check-shell.places.test.ts › is not held up by what one that rests has committed, and has locked still; by what it has not it is, told once',
  },
  {
    what: 'guard git: a repository within the checkout is looked into',
    file: 'src/tools/git-wish.ts',
    replace: '{ discards: [spot.resolved.path], isNested: true }',
    by: '{ discards: [spot.resolved.path] }',
    caughtBy:
      'test/scenarios/history-moved.test.ts › is not taken back or moved over what another session has changed in it',
  },
  {
    what: 'guard git: who works in a worktree is known there',
    file: 'src/core/checkout-company.ts',
    replace: 'isAt(session) || worksAt(view, session, isAt)',
    by: 'isAt(session)',
    caughtBy:
      'src/tools/check-shell.places.test.ts › is its for as long as it has edits there that are not committed: %s',
  },
  {
    what: 'guard git: edits in another checkout are no obstacle here',
    file: 'src/core/guard-git.ts',
    replace: 'isEdit(lock) && lock.checkout === seatOf(here) && !isKept(lock)',
    by: 'isEdit(lock) && !isKept(lock)',
    caughtBy: 'src/tools/check-shell.places.test.ts › is no reason in the checkout where it stands',
  },
  {
    what: 'guard git: an own stash goes back beside others',
    file: 'src/tools/git-wish.ts',
    replace: "isStashOnly: has('stash-take') && !movesHead && !rewrites && !has(...sweeping),",
    by: 'isStashOnly: false,',
    caughtBy:
      'src/tools/check-shell.places.test.ts › is held up by what others have in those files, and by nothing else',
  },
  {
    what: 'guard git: an index of its own may hold everything',
    file: 'src/tools/git-wish.ts',
    replace: "sweeps: isOwnIndex ? has('commit', 'amend') : ",
    by: 'sweeps: !isOwnIndex && ',
    caughtBy: 'src/tools/check-shell.places.test.ts › commits nothing of others either: nobody knows what is in it',
  },
  {
    what: 'guard git: a folder that is there is changed to',
    file: 'src/tools/git-wish.ts',
    replace: '  if (unlessThere === null) return true;\n',
    by: '  if (unlessThere !== undefined) return true;\n',
    caughtBy:
      'src/tools/check-shell.places.test.ts › is the one it changes to where that is there, whatever may follow; else it may be the one before',
  },
  {
    what: 'guard git: what stopped in the middle is not taken back over the staged work of others',
    file: 'src/core/guard-git.ts',
    replace: "return staged.includes(path) || (ends === 'reset' && !untracked.has(path));",
    by: "return ends === 'reset' && !untracked.has(path);",
    caughtBy:
      'src/tools/check-shell.places.test.ts › is not gone on with over what others have staged, which it would commit',
  },
  {
    what: 'guard git: who works in a worktree is concerned wherever it stands',
    file: 'src/core/checkout-company.ts',
    replace: 'isAt(session) || worksAt(view, session, isAt)',
    by: 'isAt(session)',
    caughtBy: 'src/tools/check-shell.places.test.ts › is not removed or moved under it',
  },
  {
    what: 'guard git: new files are not taken by what takes tracked ones',
    file: 'src/core/guard-git.ts',
    replace: 'if (wish.sweeps) return !(wish.sweepsTracked && untracked.has(path));',
    by: 'if (wish.sweeps) return true;',
    caughtBy: 'src/tools/check-shell.places.test.ts › are in nobody’s way where only tracked files are taken',
  },
  {
    what: 'guard git: a stash is put back where nobody has those files',
    file: 'src/core/guard-git.ts',
    replace: '(only === undefined || only.includes(path)) && ',
    by: '',
    caughtBy:
      'src/tools/check-shell.places.test.ts › is held up by what others have in those files, and by nothing else',
  },
  {
    what: 'guard git: what a pattern matches is not deleted under others',
    file: 'src/core/git-wish.ts',
    replace: 'isUnder(path, discards) || discardPatterns.some(pattern => matchesText(pattern, path))',
    by: 'isUnder(path, discards)',
    caughtBy:
      'src/tools/check-shell.places.test.ts › of files by a pattern is refused over those that it matches, below a folder with -r, and over no other',
  },
  {
    what: "guard git: what stopped in the middle is its session's",
    file: 'src/core/guard-git.ts',
    replace: 'const beginner = underway && isPart ?',
    by: 'const beginner = underway && isPart && others.length < 0 ?',
    caughtBy:
      "src/tools/check-shell.unfinished.test.ts › is its session's to end: nobody else commits, stages, unstages or moves HEAD there: %s",
  },
  {
    what: 'guard git: an operation does not pass to whoever runs a command meanwhile',
    file: 'src/core/git-unfinished.ts',
    replace: 'if (operation === null || beginnerOf(me, others, { host: me.host, root }, operation)) return [];',
    by: 'if (operation === null) return [];',
    caughtBy:
      "src/tools/check-shell.unfinished.test.ts › does not become that of whoever runs another command meanwhile, and none that stood there is anybody's",
  },
  {
    what: 'guard git: a branch that is put back loses commits',
    file: 'src/guard/shell/git/git-head.ts',
    replace: "return { base: to ?? plainWord('HEAD'), branch };",
    by: 'return {};',
    caughtBy:
      'src/tools/check-shell.test.ts › is refused where it takes one of their commits off the branch, however far down',
  },
  {
    what: 'guard git: what a rebase makes anew is not lost',
    file: 'src/tools/check-shell.ts',
    replace: 'known.filter(commit => !remade.has(commit))',
    by: '[...known]',
    caughtBy:
      'src/tools/check-shell.test.ts › is refused where it takes one of their commits off the branch, however far down',
  },
  {
    what: 'guard git: a command has what it needs while it runs',
    file: 'src/core/lock-time.ts',
    replace: 'expiresAt: tx.now + limits.gitCommandMs };',
    by: 'expiresAt: lock.expiresAt };',
    caughtBy:
      'src/tools/check-shell.index.test.ts › has what it needs for as long as it runs, up to an hour, and its session is not told that it ends',
  },
  {
    what: 'guard git: another reason is told',
    file: 'src/core/refusal.ts',
    replace: 'before.what === what && before.why === why',
    by: 'before.what === what',
    caughtBy: 'src/tools/check-shell.unfinished.test.ts › is told whole',
  },
  {
    what: 'guard git: a stash takes in nothing of others',
    file: 'src/core/guard-git.ts',
    replace: 'wish.stashesIndex || isUnder(path, wish.unstages)',
    by: 'isUnder(path, wish.unstages)',
    caughtBy:
      'src/tools/check-shell.index.test.ts › is refused while others have staged some, which git would put into it',
  },
  {
    what: 'guard git: the holder of what is in the way by name is told',
    file: 'src/tools/check-shell.ts',
    replace: 'told.includes(kind) || (lock && !isByCommand(lock))',
    by: 'told.includes(kind)',
    caughtBy:
      'src/tools/check-shell.unfinished.test.ts › says how to wait for what somebody has by name, and to give it back; its holder is told',
  },
];
