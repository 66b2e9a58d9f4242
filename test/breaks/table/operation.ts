/** Operation of a hub: backups, proxies, containers. */
import type { Break } from '../break.ts';

const backup = 'test/scenarios/backup.test.ts';
const proxy = 'test/scenarios/hub-proxy.test.ts';

export const ofOperation: readonly Break[] = [
  {
    what: 'operation: a backup leaves an event out',
    file: 'src/surfaces/cli/store/backup.ts',
    replace: 'await backup.project(project, contents);',
    by: 'await backup.project(project, { ...contents, events: contents.events.slice(1) });',
    caughtBy: `${backup} › is at the end what it was at the beginning, to the byte, and goes on from there`,
  },
  {
    what: 'operation: a backup that is asked to end leaves a part of itself',
    file: 'src/surfaces/cli/store/whole-file.ts',
    replace: 'for (const signal of endings) process.once(signal, this.#ask);',
    by: '',
    caughtBy: `${backup} › that is broken off leaves no file of its name, and none at all where it could still clean up`,
  },
  {
    what: 'operation: a project of a backup is not held to its digest',
    file: 'src/surfaces/cli/store/backup-file.ts',
    replace: "if (createHash('sha256').update(bytes).digest('hex') !== about.sha256) {",
    by: 'if (about.sha256 === undefined) {',
    caughtBy: `${backup} › writes nothing of a file that is cut short, changed, foreign or of a later version, and says what it is`,
  },
  {
    what: 'operation: a restore does not look what the store holds',
    file: 'src/surfaces/cli/store/restore.ts',
    replace: 'if (missing || kept.length === 0) return kept;',
    by: 'if (missing || kept.length >= 0) return kept;',
    caughtBy: `${backup} › replaces nothing: it refuses a store that holds any of it, or brings what is missing`,
  },
  {
    what: 'operation: a backup has no tokens',
    file: 'src/surfaces/cli/store/backup.ts',
    replace: '.filter(project => !done.has(project));',
    by: '.filter(project => isRealProject(project) && !done.has(project));',
    caughtBy: `${backup} › brings tokens back that work, at a hub over the store that it went to`,
  },
  {
    what: 'operation: anybody is believed whose request it is',
    file: 'src/surfaces/http/proxies.ts',
    replace: 'if (!isProxy(known) || before === undefined) return known;',
    by: 'if (before === undefined) return known;',
    caughtBy: 'src/surfaces/http/proxies.test.ts › is not what somebody says who is no proxy',
  },
  {
    what: 'operation: what proxies say is not heard',
    file: 'src/surfaces/http/app.ts',
    replace: "parts.addressIn(remote, context.req.header('x-forwarded-for'));",
    by: 'parts.addressIn(remote, undefined);',
    caughtBy: `${proxy} › counts as its client’s through one that is listed: refusals slow down that client and no other`,
  },
  {
    what: 'operation: a wait is ended before its answer',
    file: 'deploy/Caddyfile',
    replace: '\t\tflush_interval -1\n',
    by: '\t\tflush_interval -1\n\t\ttransport http {\n\t\t\tread_timeout 1s\n\t\t}\n',
    caughtBy: `${proxy} › tells whoever waits for JSON that it goes on, before the answer`,
  },
  {
    what: 'operation: a hub that is replaced is not waited for',
    file: 'deploy/Caddyfile',
    replace: 'lb_try_duration 10s',
    by: 'lb_try_duration 0s',
    caughtBy: `${proxy} › may be replaced while requests come: they wait for the next one`,
  },
  {
    what: 'operation: only a user that the machine knows may run the program',
    file: 'src/system/user-home.ts',
    replace: "return '/';",
    by: "throw new Error('nobody');",
    caughtBy:
      'test/scenarios/container.test.ts › makes a token, serves, is found healthy and stops when asked, with its volume and /tmp alone to write to',
  },
  {
    what: 'operation: a hub is ready over a store of a newer program',
    file: 'src/engines/sqlite/inspect.ts',
    replace: "if (version > schemaVersion) throw storeFailure('newer', path);",
    by: "if (version < 0) throw storeFailure('newer', path);",
    caughtBy:
      'test/scenarios/deploy.test.ts › is no longer ready over a store that a newer program has changed, and refuses to work in it',
  },
];
