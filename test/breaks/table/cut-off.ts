import type { Break } from '../break.ts';
import { away, faults, hardening, redisFaults, server } from './suites.ts';

export const ofCutOff: readonly Break[] = [
  {
    what: 'a unit on Redis is given up when the server goes away',
    file: 'src/engines/redis/errors.ts',
    replace: "return new ServerFailure(\n    'lost',",
    by: "return new ServerFailure(\n    'refused',",
    caughtBy: `${redisFaults} › is stopped, killed and started again under load: what was acknowledged is there, once, and who waits is woken`,
  },
  {
    what: 'doctor does not say that a Redis server keeps nothing',
    file: 'src/engines/redis/inspect.ts',
    replace: 'if (facts.keepsLog === false && facts.takesSnapshots === false) {',
    by: 'if (facts.keepsLog === undefined) {',
    caughtBy:
      'test/contract/redis/inspect.test.ts › says that a server without persistence loses everything at a restart',
  },
  {
    what: 'a call waits for ever for a server that is away',
    file: 'src/engines/server/patience.ts',
    replace: 'if (!mayPass || elapsedMs() - begunMs >= patienceMs) throw error;',
    by: 'if (!mayPass) throw error;',
    caughtBy: `${faults} › is away for longer than the patience makes calls fail as unavailable, with a next step, and works again by itself`,
  },
  {
    what: 'nothing ends the wait for a server that hangs',
    file: 'src/engines/postgres/connections.ts',
    replace: 'query_timeout: limits.serverStatementMs + 1_000,',
    by: '',
    caughtBy: `${faults} › hangs, or a network that swallows everything, ends in a failure and leaves no half unit`,
  },
  {
    what: 'a server that only reads is not told from a defect',
    file: 'src/engines/postgres/errors.ts',
    replace: "'25006': 'readOnly',",
    by: '',
    caughtBy: `${server} › a replica reads, and says that it does not write`,
  },
  {
    what: 'a refused password is tried again and again',
    file: 'src/engines/postgres/errors.ts',
    replace: "noLogin: [\n    'refused',",
    by: "noLogin: [\n    'lost',",
    caughtBy: `${server} › to connect: a wrong password, user or database is said at once, without the password`,
  },
  {
    what: 'a full Redis server is written to',
    file: 'src/engines/redis/scripts/commit.lua',
    replace: '#!lua\n',
    by: '#!lua flags=allow-oom\n',
    caughtBy:
      'test/contract/redis/refusals.test.ts › stores no part of a unit, says that it is full, can be read, and works again when it has room',
  },
  {
    what: 'a replica of Redis does not name the way to its master',
    file: 'src/engines/redis/errors.ts',
    replace: "READONLY: ['refused', 'is a read-only replica', 'Name the master in the URL of the store.'],",
    by: '',
    caughtBy: 'test/contract/redis/refusals.test.ts › answers views and refuses units, with the way to the master',
  },
  {
    what: 'nothing ends the wait for a Redis server that hangs',
    file: 'src/engines/redis/link.ts',
    replace: 'await within(commands(client), call.waitMs, () => lost(label))',
    by: 'await commands(client)',
    caughtBy: `${redisFaults} › hangs: a unit fails within its patience, nothing is doubled, and all goes on when it wakes up`,
  },
  {
    what: 'a process that stops in a unit keeps its project',
    file: 'src/engines/postgres/schema.ts',
    replace: 'SET idle_in_transaction_session_timeout = ',
    by: 'SET idle_in_transaction_session_timeout = 0; SET tcp_user_timeout = ',
    caughtBy: `${hardening} › lets the others in after seconds, because the server undoes it`,
  },
  {
    what: 'the turn of a process that died lasts for ever',
    file: 'src/engines/redis/scripts/turn.lua',
    replace: 'tonumber(meta[5]) - time or 0',
    by: 'lasting or 0',
    caughtBy:
      'test/contract/redis/contention.test.ts › wait for one that died in its turn, and no longer than the turn lasts',
  },
  {
    what: 'a process keeps its connections however few there are',
    file: 'src/engines/postgres/connections.ts',
    replace: 'return connectionsUsed > connectionsMax / 2;',
    by: 'return connectionsUsed > connectionsMax;',
    caughtBy: `${faults} › has no connection left lets a hundred sessions through all the same, one after the other`,
  },
  {
    what: 'a session holds a connection although it waits for nothing',
    file: 'src/engines/postgres/listener.ts',
    replace: 'return this.#waiting > 0 ||',
    by: 'return true ||',
    caughtBy:
      'test/contract/postgres/wakeups.test.ts › takes no connection while nobody waits, one while somebody does',
  },
  {
    what: 'those who wait take all connections',
    file: 'src/engines/postgres/connections.ts',
    replace: 'return connectionsUsed > connectionsMax / 2;',
    by: 'return connectionsUsed > connectionsMax;',
    caughtBy:
      'test/contract/postgres/wakeups.test.ts › leaves half of the connections to those who work: of thirty that wait, no more than half the server hear',
  },
  {
    what: 'nobody is woken for what came while PostgreSQL was not heard',
    file: 'src/engines/postgres/listener.ts',
    replace: 'for (const ear of ears) if (ear.isReliedOn) ear.hint();',
    by: '',
    caughtBy:
      'test/contract/postgres/wakeups.test.ts › hears again after a break, and wakes everybody for what they may have missed',
  },
  {
    what: 'nobody is woken for what came while Redis was not heard',
    file: 'src/engines/redis/wakeups.ts',
    replace: 'if (isMissing) this.#wakeAll();',
    by: '',
    caughtBy:
      'test/contract/redis/wakeups.test.ts › say that they are deaf, are heard again by themselves, and wake every listener once for what it missed',
  },
  {
    what: 'the tables are made by several at once',
    file: 'src/engines/postgres/schema.ts',
    replace: 'SELECT pg_advisory_xact_lock(hashtextextended($1, 0))',
    by: 'SELECT hashtextextended($1, 0)',
    caughtBy: `${hardening} › ten processes that meet an empty database at the same moment make its tables once`,
  },
  {
    what: 'tables that became newer under a running process are written to',
    file: 'src/engines/postgres/connection.ts',
    replace: "if (version !== schemaVersion) throw postgresFailure('newer', server);",
    by: '',
    caughtBy: `${server} › of a newer Signalbox are left as they are, also when they come to be so under a running process`,
  },
  {
    what: 'the keys of a project lie on several nodes of a cluster',
    file: 'src/engines/redis/keys.ts',
    replace: "encodeURIComponent(project) || '%'",
    by: "''",
    caughtBy:
      'test/contract/redis/cluster.test.ts › holds projects on several nodes, and lists all of them whichever node the URL names',
  },
  {
    what: 'a project is not followed to another node',
    file: 'src/engines/redis/link.ts',
    replace: 'retryDelayOnClusterDown: 0,',
    by: 'retryDelayOnClusterDown: 0,\n      maxRedirections: 0,',
    caughtBy: 'test/contract/redis/cluster.test.ts › moves a project to another node under load: no update is lost',
  },
  {
    what: 'the authority that an address names is not asked',
    file: 'src/engines/postgres/address.ts',
    replace: "url.searchParams.delete('connections');",
    by: "url.searchParams.delete('connections');\n  url.searchParams.delete('sslrootcert');",
    caughtBy: `${server} › is checked against the authority that the address names`,
  },
  {
    what: 'a certificate is believed unless the address says verify-full',
    file: 'src/engines/postgres/address.ts',
    replace: "url.searchParams.set('sslmode', 'verify-full');",
    by: "url.searchParams.set('sslmode', 'no-verify');",
    caughtBy: `${server} › with sslmode=%s is refused when the certificate is not trusted, with what to do`,
  },
  {
    what: 'a lock is asked for one question after the other',
    file: 'src/tools/lock-acquire.ts',
    replace: 'me => acquireAsks(me, wanted),',
    by: '() => [],',
    caughtBy: 'test/contract/postgres/round-trips.test.ts › are two, for one file, several, a glob, and a renewal',
  },
  {
    what: 'what a call got that nobody knows of stays',
    file: 'src/tools/lock-acquire.ts',
    replace: 'const undo: Work = (unit, me) => takeBack(unit, me, wanted.ticket, wanted.resources);',
    by: 'const undo: Work = async () => {};',
    caughtBy: `${away} › does not come of a wait that was cancelled while the store was away`,
  },
  {
    what: 'what was left unfinished is not done when the store is back',
    file: 'src/tools/agent.ts',
    replace: 'this.#unfinished.add(work);',
    by: '',
    caughtBy: `${away} › does not stay when the answer of the call that got it was lost`,
  },
  {
    what: 'an address of somebody else gets the password of the environment',
    file: 'src/engines/postgres/connections.ts',
    replace: 'isOwn ? connectionString : withoutAmbientPassword(connectionString)',
    by: 'connectionString',
    caughtBy: `${hardening} › an address that somebody else chose gets no password of the environment`,
  },
  {
    what: 'the password of an address is shown',
    file: 'src/core/shown-address.ts',
    replace: "credentials === user ? '' : ':***'",
    by: "credentials === user ? '' : credentials.slice(user.length)",
    caughtBy: 'src/core/shown-address.test.ts › %s hides what is secret, however it is mistyped',
  },
  {
    what: 'statements keep their names behind a pooler',
    file: 'src/engines/postgres/connections.ts',
    replace: 'if (isForeignName(error)) this.#mayName = false;',
    by: '',
    caughtBy:
      'test/contract/postgres/pooler.test.ts › loses, doubles and refuses nothing, with more processes than the server has connections for them',
  },
];
