import type { Break } from '../break.ts';

export const ofConflicts: readonly Break[] = [
  {
    what: 'an intent ends by age',
    file: 'src/core/intent.ts',
    replace: 'intent.endedAt === null && intent.expiresAt <= now',
    by: 'false',
    caughtBy: 'src/core/intent.test.ts › ends by age, counted from its last update, however active its session is',
  },
  {
    what: 'an intent ends with its session',
    file: 'src/core/intent.ts',
    replace: 'if (session && leaseHolds(view, session)) living',
    by: 'if (session) living',
    caughtBy: 'src/core/intent.test.ts › ends with its session, and is not shown once the process is gone',
  },
  {
    what: 'the same announcement again refreshes',
    file: 'src/core/intent.ts',
    replace: 'intent.type === request.type && aboutOf(intent) === aboutOf(request)',
    by: 'false',
    caughtBy:
      'src/core/intent.test.ts › of the same type and targets again refreshes the one there is, whatever the order of the targets',
  },
  {
    what: 'only its own session changes an intent',
    file: 'src/core/intent.ts',
    replace: 'if (intent.session !== me.id) {',
    by: 'if (false) {',
    caughtBy:
      "src/core/intent.test.ts › is changed by its own session only, and another's or an unknown one is refused",
  },
  {
    what: 'an ended intent does not come back',
    file: 'src/core/intent.ts',
    replace: "if (aged ? status !== 'in_progress' : intent.endedAt === null) return;",
    by: 'return;',
    caughtBy: 'src/core/intent.test.ts › that has ended may be ended the same way again, and nothing else',
  },
  {
    what: 'who announces learns what conflicts',
    file: 'src/tools/intent-announce.ts',
    replace: 'intent: intent.id,\n      conflicts,',
    by: 'intent: intent.id,\n      conflicts: [],',
    caughtBy: 'src/tools/conflict.test.ts › is told to who announces second, at once, and both intents are listed',
  },
  {
    what: 'an intent stands before git is asked',
    file: 'src/tools/intent-announce.ts',
    replace: 'return { intent, survey: await surveyAction(unit, here(me), action, branches) };',
    by: 'const survey = await surveyAction(unit, here(me), action, branches);\n      await conflictAnswer(caller, survey);\n      return { intent, survey };',
    caughtBy: 'src/tools/conflict.test.ts › holds nobody up: an announcement stands while git is still asked',
  },
  {
    what: 'two git operations are unsafe, whatever the branch',
    file: 'src/core/conflict-intents.ts',
    replace: 'if (isGitAction(action.type) && isGitAction(intent.type)) {',
    by: 'if (isGitAction(action.type) && isGitAction(intent.type) && intent.branch === me.branch) {',
    caughtBy:
      'src/core/conflict-intents.test.ts › (%s) makes every git action of others unsafe, whatever the branch and checkout',
  },
  {
    what: 'own intents do not count',
    file: 'src/core/conflict-intents.ts',
    replace: 'intents.filter(intent => intent.session !== me.id && intent.session !== me.parentSession)',
    by: 'intents',
    caughtBy: 'src/core/conflict-intents.test.ts › of oneself, ended, too old or of the dead never counts',
  },
  {
    what: 'locks on files count for an action that names none',
    file: 'src/core/conflict.ts',
    replace: '...unnamed.conflicts,',
    by: '',
    caughtBy:
      'src/core/conflict-unnamed.test.ts › (%s) is told the locks of others on files: here %j, elsewhere %j, on everything %j',
  },
  {
    what: 'an action without targets that would write to what is locked is unsafe',
    file: 'src/core/conflict-unnamed.ts',
    replace: "refactor: { here: 'high', elsewhere: 'high', whole: 'high',",
    by: "refactor: { here: 'medium', elsewhere: 'medium', whole: 'medium',",
    caughtBy: 'src/core/conflict-unnamed.test.ts › is not safe while it would surely write to what another has locked',
  },
  {
    what: 'intents on files count for an action that names none',
    file: 'src/core/conflict-intents.ts',
    replace: '(files !== undefined && meansAll.includes(action.type))',
    by: 'false',
    caughtBy:
      'src/core/conflict-unnamed.test.ts › (%s) is told what others have announced on files: here %j, elsewhere %j',
  },
  {
    what: 'files changed in another checkout are told',
    file: 'src/core/conflict-uncommitted.ts',
    replace: 'const common = hasTargets ? targeted(changes.files, action.targets)',
    by: 'const common = hasTargets ? []',
    caughtBy: 'src/core/conflict-git.test.ts › that the targets name are a merge later, and safe',
  },
  {
    what: 'only files of the action are told',
    file: 'src/core/conflict-uncommitted.ts',
    replace: 'changes.files.filter(file => mine.has(file))',
    by: 'changes.files',
    caughtBy: 'src/core/conflict-git.test.ts › are, without targets, those changed in both',
  },
  {
    what: 'a changed file is laid to whom the ledger names',
    file: 'src/core/conflict-uncommitted.ts',
    replace: 'company.filter(session => known?.has(session.id))',
    by: 'company.slice(0, 1)',
    caughtBy:
      'src/core/conflict-git.test.ts › are laid to the session that the ledger names, the rest to nobody, and own ones are not told',
  },
  {
    what: 'merges with the branches of others are tried',
    file: 'src/core/conflict-plan.ts',
    replace: 'isGit ? mergesFor(me, action, others) : []',
    by: '[]',
    caughtBy:
      'src/core/conflict-plan.test.ts › to try a merge with each other branch once, by the commit of another clone, and with those named',
  },
  {
    what: 'a branch is one of its repository',
    file: 'src/core/conflict-plan.ts',
    replace: 'const key = `${session.anchor}\\0${branch}`;',
    by: 'const key = `${me.anchor}\\0${branch}`;',
    caughtBy:
      'src/core/conflict-plan.test.ts › to try a merge with a branch of the same name in each other clone, which is another branch',
  },
  {
    what: 'the files that would conflict are named',
    file: 'src/core/conflict-git.ts',
    replace: 'would conflict in ${spokenFiles(files)}',
    by: 'would conflict',
    caughtBy: 'src/core/conflict-git.test.ts › and would conflict is told with its files: %s',
  },
  {
    what: 'another clone is merged with although nothing was fetched',
    file: 'src/system/git-facts.ts',
    replace: 'theirRoot === null ? [root] : [root, theirRoot]',
    by: '[root]',
    caughtBy: 'src/system/git-program.test.ts › may be a commit of another clone that this one has not fetched',
  },
  {
    what: 'the branch that is checked out now counts',
    file: 'src/core/conflict.ts',
    replace: 'branch === undefined ? session : { ...session, branch }',
    by: 'session',
    caughtBy:
      'src/tools/conflict.test.ts › whose branch was switched in a shell is judged by the branch that is there now',
  },
  {
    what: 'a local branch goes before a tag of its name',
    file: 'src/system/git-facts.ts',
    replace: 'return [`refs/heads/${name}`, ',
    by: 'return [',
    caughtBy:
      'src/system/git-program.test.ts › is a local branch first, then one of a remote, then what else git knows by it',
  },
  {
    what: 'an unfinished operation makes it unsafe',
    file: 'src/core/conflict-git.ts',
    replace: "return [git('high', `${begun}: ${action.type} would",
    by: "return [git('low', `${begun}: ${action.type} would",
    caughtBy:
      'src/core/conflict-git.test.ts › with an unfinished %s makes what moves HEAD unsafe where others work too',
  },
  {
    what: 'a lock file of git makes it unsafe',
    file: 'src/core/conflict-git.ts',
    replace: "git(lock === 'stash' ? 'medium' : 'high', description",
    by: "git('medium', description",
    caughtBy: 'src/core/conflict-git.test.ts › with a lock file of git makes what writes there unsafe',
  },
  {
    what: 'references are those of all worktrees',
    file: 'src/core/conflict-locks.ts',
    replace: '`${me.host}:${me.root}`, `${me.host}:${me.anchor}`));',
    by: '`${me.host}:${me.root}`));',
    caughtBy:
      'src/core/conflict.test.ts › for all worktrees of a repository counts in each of them, and not in another clone',
  },
  {
    what: 'what was not looked at is said',
    file: 'src/tools/conflict-answer.ts',
    replace: '...(notLookedAt.length > 0 ? { notLookedAt } : {}),',
    by: '',
    caughtBy:
      'src/tools/conflict.test.ts › that it cannot tell is said, in fields and in words, and makes nothing unsafe',
  },
  {
    what: 'git has a bounded time',
    file: 'src/tools/git-look.ts',
    replace: 'if (left <= 0) return;',
    by: '',
    caughtBy:
      'src/tools/conflict.test.ts › is asked a few questions at a time, each for the time that is left, and none beyond it',
  },
  {
    what: 'filters are set aside',
    file: 'src/system/git-facts.ts',
    replace: 'args: [...settings, ...question.args]',
    by: 'args: question.args',
    caughtBy:
      'src/system/git-program.test.ts › is set aside wherever its name comes from: an included file, one for this folder, or this worktree alone',
  },
  {
    what: 'a name that is no text is not asked about',
    file: 'src/system/git-program.ts',
    replace: " && !key.includes('\\ufffd')",
    by: '',
    caughtBy: 'src/system/git-program.test.ts › is set aside or not asked about where its name has %s',
  },
  {
    what: 'git finds the repository itself, and refuses that of another user',
    file: 'src/system/git-program.ts',
    replace: 'GIT_CEILING_DIRECTORIES: dirname(root), ...question.environment',
    by: 'GIT_CEILING_DIRECTORIES: dirname(root), GIT_DIR: `${root}/.git`, ...question.environment',
    caughtBy: 'src/system/git-program.test.ts › is not looked into, and none of its programs runs',
  },
  {
    what: 'a merge is tried without the settings of user and machine',
    file: 'src/system/git-merge.ts',
    replace: "GIT_CONFIG_GLOBAL: '/dev/null',",
    by: '',
    caughtBy: 'src/system/git-program.test.ts › or a variable, or the settings of the user, does not merge',
  },
  {
    what: 'git fetches nothing',
    file: 'src/system/git-program.ts',
    replace: "GIT_NO_LAZY_FETCH: '1',\n    GIT_ALLOW_PROTOCOL: 'none',",
    by: '',
    caughtBy: 'src/system/git-facts.test.ts › fetches nothing that a partial clone lacks',
  },
  {
    what: 'git takes no lock for a question',
    file: 'src/system/git-program.ts',
    replace: "GIT_OPTIONAL_LOCKS: '0',",
    by: '',
    caughtBy:
      'src/system/git-facts.test.ts › takes no lock, writes nothing into the repository, and goes by no variable of its environment',
  },
  {
    what: 'git is not started in the checkout',
    file: 'src/system/git-program.ts',
    replace: 'cwd: startFolder',
    by: 'cwd: root',
    caughtBy: 'src/system/git-program.test.ts › is not git itself, where the search path leads into the checkout',
  },
  {
    what: 'a pipe is no file',
    file: 'src/system/regular-file.ts',
    replace:
      "if (!seen.isFile()) return 'not a file';\n    file = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));",
    by: 'file = openSync(path, constants.O_RDONLY);',
    caughtBy: 'src/system/git-program.test.ts › holds nobody up',
  },
  {
    what: "a file's name cannot break out of its line",
    file: 'src/core/conflict-kinds.ts',
    replace: ' ? name : JSON.stringify(name)',
    by: ' ? name : name',
    caughtBy: 'src/core/conflict-git.test.ts › are named whole but few, and cannot break out of their line',
  },
  {
    what: 'the operator stands where its shell does',
    file: 'src/tools/conflict-answer.ts',
    replace: 'return me => ({ ...me, ...place });',
    by: 'return me => ({ ...place, ...me });',
    caughtBy:
      'src/tools/conflict.test.ts › is told who works in the folder it stands in, and may announce as everybody',
  },
  {
    what: 'a refusal here says nothing of locking',
    file: 'src/tools/action-targets.ts',
    replace: 'throw new SignalboxError(error.code, error.message, next);',
    by: 'throw error;',
    caughtBy: 'src/tools/conflict.test.ts › that is refused is told what to name instead, and not what to lock',
  },
];
