/** What strangers, slow readers and clients that go cost a hub. */
import type { Break } from '../break.ts';

export const ofHubBounds: readonly Break[] = [
  {
    what: 'hub: a client that had gone before its answer leaves nothing',
    file: 'src/surfaces/http/under-way.ts',
    replace: 'else if (answer.isOver) end(false);',
    by: '',
    caughtBy:
      'src/surfaces/http/under-way.test.ts › ends with a client that had gone before its answer was made, also where more follows that than was foreseen',
  },
  {
    what: 'hub: events wait for their reader',
    file: 'src/surfaces/http/events.ts',
    replace: '    async pull(controller) {',
    by: '    async start(controller) {\n      for await (const text of pieces) controller.enqueue(encoder.encode(text));\n    },\n    async pull(controller) {',
    caughtBy:
      'src/surfaces/http/events.test.ts › A reader that does not read costs no looks and no memory, however much has happened',
  },
  {
    what: 'audit: names are kept as they may be shown',
    file: 'src/core/audit.ts',
    replace: 'oneLine(name).slice',
    by: 'name.slice',
    caughtBy: 'src/core/audit.test.ts › What somebody called by a name that a terminal obeys is noted without that',
  },
  {
    what: 'audit: it goes on where a look ended',
    file: 'src/core/audit.ts',
    replace: 'return { notes, next: Number(below) };\n}',
    by: 'return { notes, next: null };\n}',
    caughtBy:
      'src/core/audit.test.ts › All of it can be read, however much there is and however little of it is wanted, page by page',
  },
  {
    what: 'hub: strangers without a token do not fill the audit',
    file: 'src/surfaces/http/guard.ts',
    replace: 'if (!isHarmless || this.#harmlessNoted.take(address)) await',
    by: 'if (!isHarmless || this.#harmlessNoted.take(address) || isHarmless) await',
    caughtBy:
      'src/surfaces/http/guard.test.ts › without a token are answered every time, and noted some times in a minute',
  },
  {
    what: 'hub: many guesses at once are as many one after the other',
    file: 'src/surfaces/http/guard.ts',
    replace: 'if (!traffic.take(address)) return tooManyRefused(traffic);',
    by: 'traffic.take(address);',
    caughtBy:
      'src/surfaces/http/guard.test.ts › that try many tokens at once are told to wait as if they had come one after the other',
  },
  {
    what: 'hub: images on pages of other sites are refused',
    file: 'src/surfaces/http/guard.ts',
    replace: "site === 'cross-site' || site === 'same-site'",
    by: "site === 'everywhere'",
    caughtBy: 'src/surfaces/http/guard.test.ts › that is %s is refused, also where its request tells no origin',
  },
  {
    what: 'hub: a token is for the hub that it stands behind',
    file: 'src/core/hub-address.ts',
    replace: 'each.to === address && each.token === token',
    by: 'each.to === address',
    caughtBy:
      'src/core/hub-address.test.ts › behind one of several hubs goes to no other, also where that has one of its own',
  },
  {
    what: 'hub: a body is in UTF-8',
    file: 'src/surfaces/http/request.ts',
    replace: '{ fatal: true }',
    by: '{ fatal: false }',
    caughtBy: 'src/surfaces/http/app.test.ts › %s is answered by what it is',
  },
  {
    what: 'hub: the interface of an earlier system is described',
    file: 'src/surfaces/http/openapi.ts',
    replace: '      ...pathsOf(routes, offered),\n',
    by: '',
    caughtBy:
      'src/surfaces/http/openapi.test.ts › The interface of an earlier system is described where it is served, and nowhere else',
  },
  {
    what: 'hub: it is as patient with its store as a server',
    file: 'src/compose.ts',
    replace: "purpose === 'command' ? limits",
    by: "purpose !== 'session' ? limits",
    caughtBy:
      'test/scenarios/hub-store-away.test.ts › answers what it is asked while its store is away for longer than a person at a shell would wait',
  },
  {
    what: 'hub: a wait lets go of the signal by which the hub stops',
    file: 'src/tools/joined-signal.ts',
    replace: "for (const each of signals) each?.removeEventListener('abort', end);",
    by: '',
    caughtBy: 'src/tools/joined-signal.test.ts › A wait by %s leaves nothing on the signal by which its hub stops',
  },
];
