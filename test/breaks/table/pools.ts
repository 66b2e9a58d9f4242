import type { Break } from '../break.ts';

export const ofPools: readonly Break[] = [
  {
    what: 'a value that somebody has is given to nobody else',
    file: 'src/core/pool-share.ts',
    replace: 'wish.values.filter(value => !isHeld(held, value) && !named.has(value))',
    by: 'wish.values.filter(value => !named.has(value))',
    caughtBy:
      'src/core/lock.pool.test.ts › gives each session another value, the first that is free, locked exclusive under its own name',
  },
  {
    what: 'what is locked by name, even shared, is given to nobody',
    file: 'src/core/pool-share.ts',
    replace: "(held.get(value) ?? []).some(({ mode }) => mode !== 'intent')",
    by: "(held.get(value) ?? []).some(({ mode }) => mode === 'exclusive')",
    caughtBy: 'src/core/lock.pool.invariants.test.ts › never give a value twice nor wait for ever, with seed %i',
  },
  {
    what: 'no value is given while what else the call names is taken',
    file: 'src/core/lock.ts',
    replace: 'if (!isFree(found)) return refuseOrWait',
    by: 'if (!isFree(found)) await grant(unit, session, { ...request, resources: [] }, [], placesOf(found.share));\n  if (!isFree(found)) return refuseOrWait',
    caughtBy: 'src/core/lock.pool.test.ts › is taken together with other pools, names and files, all or none',
  },
  {
    what: 'no value is given while another pool has none',
    file: 'src/core/pool-share.ts',
    replace: 'return { kept, fresh: null, lockedBy: others, behind, inUse: passedOver };',
    by: 'return { kept, fresh: [], lockedBy: [], behind: behind.slice(others.length), inUse: passedOver };',
    caughtBy: 'src/core/lock.pool.test.ts › is taken together with other pools, names and files, all or none',
  },
  {
    what: 'the locks on values are looked at',
    file: 'src/core/pool-locks.ts',
    replace: 'for (const lock of lists.flat()) {',
    by: 'for (const lock of lists.flat().filter(({ holder }) => holder === own)) {',
    caughtBy:
      'test/scenarios/pools.test.ts › of three places never has two sessions at one place, while eight race for it',
  },
  {
    what: 'what the session has out of the pool counts',
    file: 'src/core/pool-share.ts',
    replace: 'const lacks = wish.count - kept.length;',
    by: 'const lacks = wish.count;',
    caughtBy: 'src/core/lock.pool.test.ts › gives the same value again, renewed under its fence, to who asks again',
  },
  {
    what: 'asking again renews',
    file: 'src/core/lock-grant.ts',
    replace: 'expiresAt: tx.now + request.ttlMs,',
    by: 'expiresAt: (pool === null ? undefined : own?.expiresAt) ?? tx.now + request.ttlMs,',
    caughtBy: 'src/core/lock.pool.test.ts › gives the same value again, renewed under its fence, to who asks again',
  },
  {
    what: 'so many values as are asked for',
    file: 'src/core/pool-share.ts',
    replace: 'const fresh = free.slice(0, lacks)',
    by: 'const fresh = free.slice(0, Math.min(lacks, 1))',
    caughtBy:
      'src/core/lock.pool.test.ts › gives two different values to who asks for two, and the one that is missing to who has one',
  },
  {
    what: 'the name given twice asks for two',
    file: 'src/core/pool.ts',
    replace: '(wishes.get(pool)?.count ?? 0) + 1',
    by: '1',
    caughtBy:
      'src/tools/pool-tools.test.ts › gives the same value again for the same call, two for the name given twice',
  },
  {
    what: 'what the session has by its name is not the value it gets',
    file: 'src/core/pool-share.ts',
    replace: 'lock.holder === session && lock.pool === pool && ',
    by: 'lock.holder === session && ',
    caughtBy:
      'src/core/lock.pool.test.ts › does not give a value that the session has by its name, nor one that the same call names',
  },
  {
    what: 'what the same call names is not the value it gets',
    file: 'src/core/pool-share.ts',
    replace: '!isHeld(held, value) && !named.has(value));',
    by: '!isHeld(held, value));',
    caughtBy:
      'src/core/lock.pool.test.ts › does not give a value that the session has by its name, nor one that the same call names',
  },
  {
    what: 'a value that was granted is looked at',
    file: 'src/tools/pool-probe.ts',
    replace: 'if (taken.length === 0 || signal.aborted) return look;',
    by: 'if (look) return look;',
    caughtBy: 'src/tools/pool-tools.test.ts › passes over what something outside uses, and says so',
  },
  {
    what: 'what is in use is told',
    file: 'src/tools/lock-acquire.ts',
    replace: 'outcome.inUse.length > 0 ? [spokenInUse(outcome.inUse)] : []',
    by: '[]',
    caughtBy: 'src/tools/pool-tools.test.ts › passes over what something outside uses, and says so',
  },
  {
    what: 'what was granted from the queue is looked at',
    file: 'src/tools/pool-probe.ts',
    replace: '(ticket === wanted.ticket || ticket === served?.id)',
    by: 'ticket === wanted.ticket && served === null',
    caughtBy:
      'src/tools/pool-tools.test.ts › swaps what was granted from the queue if it is in use outside, and waits on in its turn for another',
  },
  {
    what: 'who has to wait on keeps its turn',
    file: 'src/core/pool-swap.ts',
    replace: 'const waiter = inTurnOf(again.waiter, served);',
    by: 'const waiter = again.waiter;',
    caughtBy:
      'src/tools/pool-tools.test.ts › swaps what was granted from the queue if it is in use outside, and waits on in its turn for another',
  },
  {
    what: 'nobody waits for what nobody here can free',
    file: 'src/core/lock.ts',
    replace: 'stay === null || wished.pools.some(({ values, count }) => values.length < count)',
    by: 'stay === null',
    caughtBy:
      'src/tools/pool-tools.test.ts › says what to do, and does not wait, when nobody has any of it and all is in use outside',
  },
  {
    what: 'what is in use is given back',
    file: 'src/core/pool-swap.ts',
    replace: "if (lock?.fence === fence) endLock(unit, lock, 'released');",
    by: '',
    caughtBy: 'src/core/pool-swap.test.ts › is given back and the next one taken, what else was granted stays',
  },
  {
    what: 'what else was granted stays',
    file: 'src/core/pool-swap.ts',
    replace: 'const other = await acquire(unit, session, request, null);',
    by: "await takeBack(unit, session, request.ticket, request.resources, 'keep for now');\n  const other = await acquire(unit, session, request, null);",
    caughtBy: 'src/core/pool-swap.test.ts › is given back and the next one taken, what else was granted stays',
  },
  {
    what: 'what is given back goes to the next in line',
    file: 'src/core/pool-swap.ts',
    replace: 'return { ...(await standing(unit, waiter)), inUse: again.inUse };',
    by: 'return { ...again, waiter };',
    caughtBy: 'src/core/pool-swap.test.ts › goes to the next in line, who finds out for itself',
  },
  {
    what: 'an address that is taken is seen',
    file: 'src/system/probes.ts',
    replace: "resolve((error as NodeJS.ErrnoException).code ?? 'unknown')",
    by: 'resolve(error && null)',
    caughtBy: 'src/system/probes.test.ts › is not free while somebody listens on %s',
  },
  {
    what: 'looking leaves the port free',
    file: 'src/system/probes.ts',
    replace: '() => server.close(() => resolve(null))',
    by: '() => resolve(null)',
    caughtBy:
      'src/system/probes.test.ts › is free when nobody listens, is left free by looking, and is free again when the listener ends',
  },
  {
    what: 'a real server looks at real ports',
    file: 'src/compose.ts',
    replace: 'probes: createProbes(),',
    by: 'probes: { ...createProbes(), isPortFree: async () => true },',
    caughtBy:
      'test/scenarios/pools.test.ts › gives each session its own, passes over the one in use, and gives the waiter what a killed session had',
  },
  {
    what: 'a real waiter gets another value',
    file: 'src/tools/pool-probe.ts',
    replace: 'look = await ways.waited(look);',
    by: 'look = await ways.waited(look);\n    if (served) return look;',
    caughtBy: 'test/scenarios/pools.test.ts › swaps for the waiter what is freed in Signalbox but in use outside',
  },
  {
    what: 'who waits gets whichever value is free, not the first',
    file: 'src/core/queue.ts',
    replace: 'lock.pool === wish.pool && wish.values.includes(lock.name)',
    by: 'lock.pool === wish.pool && wish.values[0] === lock.name',
    caughtBy:
      'src/core/lock.pool.test.ts › is served with whatever becomes free first, in the order in which they came',
  },
  {
    what: 'who came first for a pool goes first',
    file: 'src/core/blocking.ts',
    replace: 'second.level - first.level || first.arrival - second.arrival',
    by: 'second.level - first.level || second.arrival - first.arrival',
    caughtBy:
      'src/core/lock.pool.test.ts › is served with whatever becomes free first, in the order in which they came',
  },
  {
    what: 'a name out of the pool stands in the same line',
    file: 'src/core/pool.ts',
    replace: ' || resources.some(({ name }) => values.includes(name))',
    by: '',
    caughtBy: 'src/core/lock.pool.test.ts › is one with the line of those who want a value by its name',
  },
  {
    what: 'free values are kept for those ahead',
    file: 'src/core/pool-share.ts',
    replace: 'unheld.filter(value => !claims.has(value) && !inUse.has(value))',
    by: 'unheld.filter(value => !inUse.has(value))',
    caughtBy: 'src/core/lock.pool.test.ts › is not overtaken by newcomers, who get what is left over',
  },
  {
    what: 'a name out of the pool does not overtake',
    file: 'src/core/pool-share.ts',
    replace: 'claimants: [...named].flatMap(name => claims.get(name) ?? []),',
    by: 'claimants: [],',
    caughtBy: 'src/core/lock.pool.test.ts › is not overtaken by newcomers, who get what is left over',
  },
  {
    what: 'a name is kept from nobody for whom another value does',
    file: 'src/core/pool-share.ts',
    replace: '[...free.filter(value => !avoid.has(value)), ...free.filter(value => avoid.has(value))]',
    by: 'free.filter(value => avoid || value)',
    caughtBy: 'src/core/pool-share.test.ts › holds up who wants a value by name only when that one is needed',
  },
  {
    what: 'one holder that can go on is enough',
    file: 'src/core/pool-waits.ts',
    replace: 'return lacks === 0 || open - taken >= lacks;',
    by: 'return lacks === 0 || open - taken >= options.length;',
    caughtBy: 'src/core/lock.pool.test.ts › is no deadlock while one of its holders waits for nobody',
  },
  {
    what: 'waiting for a pool may close a cycle',
    file: 'src/core/waits-for.ts',
    replace: 'candidate.pools.length > 0 ? cycleByPools(view, session, candidate) : null',
    by: 'null',
    caughtBy:
      'src/core/lock.pool.test.ts › is refused as a deadlock when all its holders wait for the caller, directly or through others',
  },
  {
    what: 'one that waits for a pool is a link of the cycle',
    file: 'src/core/waits-for.ts',
    replace: 'return dependents.waits(start.id) ? dependents.chainFrom(start.id) : undefined;',
    by: 'return undefined;',
    caughtBy:
      'src/core/lock.pool.test.ts › closes the cycle from the other side too: who would wait for one that waits for the pool is refused',
  },
  {
    what: 'what is stuck without the caller is no cycle of it',
    file: 'src/core/pool-waits.ts',
    replace: 'return { all, choices: candidate.pools.map(wish => choiceOf(candidate, wish, held, ahead)) };',
    by: 'return { all, choices: [] };',
    caughtBy: 'src/core/lock.pool.invariants.test.ts › never give a value twice nor wait for ever, with seed %i',
  },
  {
    what: 'all that came out of the pool is given back',
    file: 'src/core/lock-release.ts',
    replace: 'own.filter(lock => pools.some(pool => isOutOf(lock, pool)));',
    by: 'own.filter(lock => pools.some(pool => isOutOf(lock, pool))).slice(0, 1);',
    caughtBy:
      'src/core/lock.pool.test.ts › by the name of the pool gives back all that came out of it, and nothing else',
  },
  {
    what: 'nothing else is given back',
    file: 'src/core/lock-release.ts',
    replace: 'lock.pool !== null && isSamePool(pool)(lock.pool)',
    by: 'lock.pool !== null && pool !== null',
    caughtBy:
      'src/core/lock.pool.test.ts › by the name of the pool gives back all that came out of it, and nothing else',
  },
  {
    what: 'the values of the dead are free',
    file: 'src/core/pool-locks.ts',
    replace: '(!leaseHolds(view, holder) || lock.expiresAt <= tx.now)',
    by: 'lock.expiresAt <= tx.now',
    caughtBy: 'src/core/lock.pool.test.ts › gives back with the end of the session, and by death',
  },
  {
    what: 'what is handed off is out of the pool still',
    file: 'src/core/lock-handoff.ts',
    replace: 'former: null,\n    reason: lock.reason ??',
    by: 'former: null,\n    pool: null,\n    reason: lock.reason ??',
    caughtBy: 'src/core/lock.pool.test.ts › to another session hands the value off, out of the same pool',
  },
  {
    what: 'breaking frees the value',
    file: 'src/core/lock-break.ts',
    replace: "endLock(unit, lock, 'broken');",
    by: "if (lock.pool === null) endLock(unit, lock, 'broken');",
    caughtBy: 'src/core/lock.pool.test.ts › by force works on the value',
  },
  {
    what: 'a cancelled call keeps no value',
    file: 'src/core/lock-release.ts',
    replace: '[...named.filter(lock => lock !== undefined), ...pooled].filter(',
    by: '[...named.filter(lock => lock !== undefined)].filter(',
    caughtBy:
      'src/core/lock.pool.test.ts › takes back what a cancelled call got out of a pool, and leaves what was had before',
  },
  {
    what: 'a cancelled call takes no value back that was had before',
    file: 'src/core/lock-release.ts',
    replace: 'if (tickets.length === 0) endLock',
    by: 'if (lock.pool !== null) endLock',
    caughtBy:
      'src/core/lock.pool.test.ts › takes back what a cancelled call got out of a pool, and leaves what was had before',
  },
  {
    what: 'a call that is cancelled while it looks keeps no value',
    file: 'src/tools/lock-acquire.ts',
    replace: 'if (signal.aborted && (last === first || last.outcome.granted)) {',
    by: 'if (signal.aborted && last !== first) {',
    caughtBy: 'src/tools/pool-tools.test.ts › keeps nothing for a call that was cancelled while it was looking',
  },
  {
    what: 'an unknown key is wrong',
    file: 'src/core/pool-declaration.ts',
    replace: 'if (other !== undefined) {',
    by: 'if (other === null) {',
    caughtBy: 'src/core/pool-declaration.test.ts › with %s is refused, by the file, the pool and what to write',
  },
  {
    what: 'a value that stands there twice is wrong',
    file: 'src/core/pool-declaration.ts',
    replace: 'if (before !== undefined) {',
    by: 'if (before === null) {',
    caughtBy: 'src/core/pool-declaration.test.ts › with %s is refused, by the file, the pool and what to write',
  },
  {
    what: 'a wrong declaration names its file',
    file: 'src/core/pool-declaration.ts',
    replace: "return new SignalboxError('invalid_input', `The pool",
    by: "file = '';\n  return new SignalboxError('invalid_input', `The pool",
    caughtBy: 'src/core/pool-declaration.test.ts › with %s is refused, by the file, the pool and what to write',
  },
  {
    what: 'a range that goes down is wrong for a command too',
    file: 'src/core/pool-declaration.ts',
    replace: ' || from > to) {',
    by: ') {',
    caughtBy:
      'test/scenarios/pools.test.ts › that is wrong is refused by every command, with the file, the pool and what to write',
  },
  {
    what: 'the declaration of the project counts before that of the user',
    file: 'src/config.ts',
    replace: 'if (!found.has(key)) found.set(key, { pool, origin });',
    by: 'found.set(key, { pool, origin });',
    caughtBy: 'src/config.test.ts › are those of both, and one that both declare is that of the project, whole',
  },
  {
    what: 'the settings show the pools',
    file: 'src/surfaces/cli/config-view.ts',
    replace: 'const pools = config.pools.map(pool => poolText(pool, indent, page));',
    by: 'const pools: string[] = [];',
    caughtBy:
      'test/scenarios/pools.test.ts › is shown by config with where it comes from, beside a number as a file may hold it',
  },
];
