import type { Break } from '../break.ts';

export const ofGuardGitHooks: readonly Break[] = [
  {
    what: 'guard git hooks: locks by name hold up a commit',
    file: 'src/core/guard-commit.ts',
    replace: '    locked: only(obstacles.locked),\n',
    by: '    locked: [],\n',
    caughtBy:
      'src/tools/git-check.test.ts › of what another session has locked by name is refused in every checkout, for sessions and people',
  },
  {
    what: 'guard git hooks: locks of edits count in their checkout',
    file: 'src/core/guard-commit.ts',
    replace: "excludes(modeTowards(lock, seat), 'exclusive'),",
    by: "excludes(lock.mode, 'exclusive'),",
    caughtBy: 'src/tools/git-check.test.ts › is held up by the lock of an edit in its own checkout only',
  },
  {
    what: 'guard git hooks: unfinished changes of others hold up a commit',
    file: 'src/core/guard-commit.ts',
    replace: '    foreign: only(obstacles.foreign),\n',
    by: '    foreign: [],\n',
    caughtBy:
      'src/tools/git-check.test.ts › that would take along unfinished changes of a session is refused to other sessions, also while that one rests',
  },
  {
    what: 'guard git hooks: who has not seen a change does not commit it',
    file: 'src/core/guard-commit.ts',
    replace: '    stale: only(obstacles.stale),\n',
    by: '    stale: [],\n',
    caughtBy:
      'src/tools/git-check.test.ts › of a file that another changed after the session did is refused once, with who and when',
  },
  {
    what: 'guard git hooks: a push does not publish what others have locked',
    file: 'src/tools/git-check-files.ts',
    replace: "blocked: await locksOnFiles(view, me, { here, foldsCase, paths: block }, 'none'),",
    by: 'blocked: [],',
    caughtBy:
      'src/tools/git-check.test.ts › is held up by what others have locked by name, and never by the locks of edits',
  },
  {
    what: 'guard git hooks: a branch that others work on is not overwritten',
    file: 'src/tools/git-check-files.ts',
    replace: 'forced: await pushObstacles(view, me, here, forced),',
    by: 'forced: await pushObstacles(view, me, here, []),',
    caughtBy:
      'src/tools/git-check.test.ts › by force is refused while another works on the branch, wherever, and let through to the only one',
  },
  {
    what: 'guard git hooks: history is not rewritten under others',
    file: 'src/tools/git-check-references.ts',
    replace: 'if (obstacles.length > 0) found.push({ rewriting, obstacles });',
    by: 'void rewriting;',
    caughtBy: 'src/tools/git-check.test.ts › is refused while another works in the checkout, and not while nobody does',
  },
  {
    what: 'guard git hooks: commits are recorded',
    file: 'src/tools/git-check-references.ts',
    replace: 'await recordCommits(unit, me, at, own);',
    by: 'void recordCommits;',
    caughtBy:
      'src/tools/git-check.test.ts › are recorded for their session, each once, and its files are nobody’s unfinished work any more',
  },
  {
    what: 'guard git hooks: a commit past the check is told',
    file: 'src/tools/git-check-references.ts',
    replace: 'noteBypass(unit, me, { hook: call.hook, did: did(met), reason, ...about });',
    by: 'void [reason, about, noteBypass];',
    caughtBy:
      'src/tools/git-check.test.ts › with files that others have locked are told to them as having gone round the check, and noted at the session',
  },
  {
    what: 'guard git hooks: a switch of branches is told',
    file: 'src/tools/git-check-references.ts',
    replace: '    return company.map(({ handle }) => handle);\n  });\n  if (told.length === 0) return allowed();',
    by: '    return [];\n  });\n  if (told.length === 0) return allowed();',
    caughtBy: 'src/tools/git-check.test.ts › is told to the others of that checkout only',
  },
  {
    what: 'guard git hooks: only a person goes on in spite of a refusal',
    file: 'src/tools/git-verdict.ts',
    replace: 'return caller.read(async (view, me) => isPerson(me, call) && !(await isBelowSession(view, processes)));',
    by: 'return caller.read(async (view, me) => isPerson(me, call) || (await isBelowSession(view, processes)));',
    caughtBy:
      'src/tools/git-check.test.ts › is for a person: not for a session, not where a client has left its marks, not below a client’s process',
  },
  {
    what: 'guard git hooks: no program is started for the references of remotes',
    file: 'src/guard/git-hooks/transaction-block.ts',
    replace: '    *) continue ;;\n  esac\n  signalbox_old=',
    by: '    *) ;;\n  esac\n  signalbox_old=',
    caughtBy:
      'src/guard/git-hooks/block.test.ts › start nothing for references of remotes, tags, and what does not change',
  },
  {
    what: 'guard git hooks: a refusal stops git',
    file: 'src/guard/git-hooks/block.ts',
    replace: '-eq ${refusedExitCode} ]; then exit 1; fi\\n`;',
    by: '-eq ${refusedExitCode} ]; then :; fi\\n`;',
    caughtBy: 'src/guard/git-hooks/block.test.ts › stop git when the program says so, and nothing that follows has run',
  },
  {
    what: 'guard git hooks: what follows our lines gets all of the input',
    file: 'src/guard/git-hooks/block.ts',
    replace: "${withLines(hook, program, '$signalbox_input')}\\n${inputAgain}`;",
    by: "${withLines(hook, program, '$signalbox_input')}`;",
    caughtBy: 'src/guard/git-hooks/block.test.ts › leave what follows in %s its input, arguments, name and exit code',
  },
  {
    what: 'guard git hooks: our lines go to the byte',
    file: 'src/guard/git-hooks/shape.ts',
    replace:
      'return text.slice(0, hasLineEnd ? found.index - 1 : found.index) + text.slice(found.index + found[0].length);',
    by: 'return text.slice(0, found.index) + text.slice(found.index + found[0].length);',
    caughtBy:
      'src/guard/git-hooks/shape.test.ts › come after its first line and go to the byte, whatever the hook holds and however often they are put in',
  },
  {
    what: 'guard git hooks: lines that git does not run are no proof',
    file: 'src/guard/git-hooks/status.ts',
    replace: 'const isProven = code !== 0 && said.split(/\\r?\\n/).includes(selfTestLine(token));',
    by: 'const isProven = said !== token && code !== null;',
    caughtBy:
      'test/scenarios/git-hooks-mending.test.ts › does not take lines for proof that git does not run, or that something stands before',
  },
  {
    what: 'guard git hooks: hooks are mended where a person has installed them',
    file: 'src/git-hooks.ts',
    replace: '    if (!isChange(files, place, plan)) return false;\n',
    by: '    if (isChange(files, place, plan)) return false;\n',
    caughtBy:
      'test/scenarios/git-hooks-mending.test.ts › are mended without a word where a person had installed them, and nowhere else',
  },
  {
    what: 'guard git hooks: the ring of git is proven by a self-test',
    file: 'src/tools/git-ring.ts',
    replace: 'rings: isHeld ? { ...others, git: proven } : others',
    by: 'rings: { ...others, git: proven }',
    caughtBy:
      'src/tools/git-ring.test.ts › is shown as proven while a self-test of the hooks passes, without that being an activity of the session',
  },
  {
    what: 'guard git hooks: lines that cannot be asked stop git where policy says so',
    file: 'src/guard/git-hooks/block.ts',
    replace: "if (onFailure === 'allow') return refused + inHook;",
    by: 'if (onFailure !== null) return refused + inHook;',
    caughtBy:
      'src/guard/git-hooks/block.test.ts › go on when it fails in any other way, or stop where that was asked for',
  },
  {
    what: 'guard git hooks: nothing is written over what was not seen',
    file: 'src/system/git-hook-files.ts',
    replace: '  try {\n    assertAsSeen(path, before);\n    if (after.kind',
    by: '  try {\n    if (after.kind',
    caughtBy: 'src/system/git-hook-files.test.ts › changes nothing where something else stands than was seen',
  },
  {
    what: 'guard git hooks: a server answers for its own checkout only',
    file: 'src/surfaces/git-hook/served.ts',
    replace: 'return own.root === theirs.root;',
    by: "return own.root !== '' && theirs.root !== '';",
    caughtBy:
      'test/scenarios/git-hooks-asked.test.ts › is not answered by a server of another checkout or with another store',
  },
  {
    what: 'guard git hooks: a self-test ends before anything of others runs',
    file: 'src/guard/git-hooks/block.ts',
    replace: '  exit 1\nfi\nsignalbox_node',
    by: 'fi\nsignalbox_node',
    caughtBy: 'src/guard/git-hooks/block.test.ts › answer a self-test before anything else, without starting anything',
  },
  {
    what: 'guard git hooks: tools within a hook drop their own stash',
    file: 'src/guard/git-hooks/transaction-block.ts',
    replace: 'if [ -n "\\${SIGNALBOX_IN_HOOK-}" ]; then continue; fi ;;',
    by: ':;;',
    caughtBy:
      'src/guard/git-hooks/block.test.ts › ask before a stash goes and tell when one was made, but not within a hook, whose tools tidy up their own',
  },
  {
    what: 'guard git hooks: the journal names nothing that is not ours to write',
    file: 'src/guard/git-hooks/journal.ts',
    replace: '!/^(?:config|(?:worktrees\\/[^/]+\\/)?config\\.worktree)$/.test(path)',
    by: "path === ''",
    caughtBy:
      'src/guard/git-hooks/journal.test.ts › is not believed when it is damaged, of another version, or names what is not ours to write',
  },
  {
    what: 'guard git hooks: a hook that was changed meanwhile is left alone',
    file: 'src/system/git-hook-files.ts',
    replace: 'if (!isSame) throw changed(path);',
    by: "if (!isSame && before.kind === 'other') throw changed(path);",
    caughtBy: 'src/system/git-hook-files.test.ts › changes nothing where something else stands than was seen',
  },
  {
    what: 'guard git hooks: locks of edits hold up no push',
    file: 'src/core/guard-commit.ts',
    replace: "(edits !== 'none' || !isEdit(lock)) &&",
    by: "(edits !== 'none' || isEdit(lock)) &&",
    caughtBy:
      'src/tools/git-check.test.ts › is held up by what others have locked by name, and never by the locks of edits',
  },
  {
    what: 'guard git hooks: what a session left when its turn ended is a person’s to commit',
    file: 'src/core/guard-commit.ts',
    replace: 'return !isPerson || isWorking(session, now);',
    by: 'return true;',
    caughtBy:
      'src/tools/git-check.test.ts › of what a session left behind when its turn ended is a person’s to make, with a word; in the middle of the turn it is not',
  },
  {
    what: 'guard git hooks: a bypass is told',
    file: 'src/tools/git-verdict.ts',
    replace: 'await caller.transact(async (unit, me) => noteBypass(unit, me, bypass));',
    by: 'await caller.transact(async () => undefined);',
    caughtBy:
      'src/tools/git-check.test.ts › is told to everybody concerned, once, with the reason in quotes that it cannot close',
  },
  {
    what: 'guard git hooks: a commit over news is refused once',
    file: 'src/tools/git-check-files.ts',
    replace: 'toldEditsTo: tx.sequence',
    by: 'toldEditsTo: 0',
    caughtBy:
      'src/tools/git-check.test.ts › of a file that another changed after the session did is refused once, with who and when',
  },
  {
    what: 'guard git hooks: a commit is recorded once',
    file: 'src/core/guard-references.ts',
    replace: 'if ((await editsOfCommit(unit.tx, id, me.id)).length > 0) continue;',
    by: '',
    caughtBy:
      'src/tools/git-check.test.ts › are recorded for their session, each once, and its files are nobody’s unfinished work any more',
  },
  {
    what: 'guard git hooks: commits of a rebase are not held against locks',
    file: 'src/tools/git-check-references.ts',
    replace: "if (facts.isRebase || policy.git === 'off') return allowed();",
    by: "if (policy.git === 'off') return allowed();",
    caughtBy: 'src/tools/git-check.test.ts › of a rebase are not held against locks: they were before',
  },
  {
    what: 'guard git hooks: one’s own commit may be amended',
    file: 'src/core/guard-references.ts',
    replace: "owned === 'mine' ? [] : owned",
    by: '[]',
    caughtBy:
      'src/tools/git-check.test.ts › of a commit is its maker’s right: an amend of one’s own goes on although others work here',
  },
  {
    what: 'guard git hooks: a push by force is held up by those on that branch',
    file: 'src/core/guard-references.ts',
    replace: 'others.filter(session => session.branch === branch && !inSameCheckout(session, here));',
    by: "others.filter(session => session.branch === null && branch === '');",
    caughtBy:
      'src/tools/git-check.test.ts › by force is refused while another works on the branch, wherever, and let through to the only one',
  },
  {
    what: 'guard git hooks: a merge is held up by nothing that it brings along',
    file: 'src/system/git-hook-facts.ts',
    replace: "existsSync(git.own('MERGE_HEAD'))",
    by: "existsSync(git.own('NO_HEAD'))",
    caughtBy: 'src/system/git-hook-facts.test.ts › is in a merge only what differs from both sides',
  },
  {
    what: 'guard git hooks: git’s own upkeep is no rewriting',
    file: 'src/system/git-transaction-facts.ts',
    replace: 'if (isStash || isPacking) continue;',
    by: 'if (isStash) continue;',
    caughtBy: 'src/system/git-hook-facts.test.ts › by which git packs references neither loses nor makes anything',
  },
  {
    what: 'guard git hooks: commits that are carried over are not their maker’s',
    file: 'src/system/git-transaction-facts.ts',
    replace: 'isFresh: amended || at - authoredAt < limits.carriedAfterMs',
    by: 'isFresh: true',
    caughtBy:
      'src/system/git-hook-facts.test.ts › that is done tells what was committed here and now, and not what was fetched or carried over',
  },
  {
    what: 'guard git hooks: a server that is not the one to ask is not told',
    file: 'src/system/git-hook-servers.ts',
    replace: '?.ready !== true',
    by: '?.ready === false',
    caughtBy:
      'src/system/git-hook-servers.test.ts › tells the one that can answer, and nobody else, whatever the others do',
  },
  {
    what: 'guard git hooks: a setting of hooks that others changed since stays theirs',
    file: 'src/guard/git-hooks/configs.ts',
    replace: 'if (changed && textOfBytes(now.bytes) === changed.after) {',
    by: 'if (changed) {',
    caughtBy:
      'test/scenarios/git-hooks-mending.test.ts › takes out only our setting of where hooks are, and leaves one that is not ours any more',
  },
  {
    what: 'guard git hooks: what was done is undone when one hook cannot be written',
    file: 'src/guard/git-hooks/carry-out.ts',
    replace: 'for (const step of done.toReversed()) putBack(files, step);',
    by: '',
    caughtBy: 'test/scenarios/git-hooks-mending.test.ts › undoes everything when one hook cannot be written',
  },
  {
    what: 'guard git hooks: hooks that all repositories share are not written into',
    file: 'src/guard/git-hooks/plan.ts',
    replace: 'isOwn && !isShared && !isPointed',
    by: 'isOwn && !isPointed',
    caughtBy:
      'test/scenarios/git-hooks-beside.test.ts › the hooks hold locks, the others go on as they were, and all of it is taken back to the byte',
  },
  {
    what: 'guard git hooks: a hook that is switched off stays switched off',
    file: 'src/guard/git-hooks/stand.ts',
    replace: "theirs.kind === 'file' && isRunnable(theirs) &&",
    by: "theirs.kind === 'file' &&",
    caughtBy:
      'test/scenarios/git-hooks-beside.test.ts › the hooks hold locks, the others go on as they were, and all of it is taken back to the byte',
  },
];
