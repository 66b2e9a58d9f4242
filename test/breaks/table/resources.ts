import type { Break } from '../break.ts';

export const ofResources: readonly Break[] = [
  {
    what: 'a subscriber is told what changed',
    file: 'src/surfaces/mcp/subscriptions.ts',
    replace: 'await this.#tellAmong(this.#all(), changed);',
    by: '',
    caughtBy: 'test/scenarios/resources.test.ts › tell what changed, by anybody, and nothing else',
  },
  {
    what: 'a subscriber is not told of what did not change',
    file: 'src/surfaces/mcp/subscriptions.ts',
    replace: 'if (changed.has(uri) || isAmong(uri, changed)) await',
    by: 'if (changed.size > 0 || isAmong(uri, changed)) await',
    caughtBy: 'test/scenarios/resources.test.ts › tell what changed, by anybody, and nothing else',
  },
  {
    what: 'a subscriber of the newer protocol is heard',
    file: 'src/surfaces/mcp/answers.ts',
    replace: 'this.#listener?.begin(listen);',
    by: '',
    caughtBy: 'test/scenarios/resources.test.ts › tell what changed, by anybody, and nothing else',
  },
  {
    what: 'a subscriber is told of a session that died',
    file: 'src/surfaces/mcp/subscriptions.ts',
    replace: 'if (found.stale) await store.transact(project, tx => reap({ tx, ids, processes }));',
    by: 'void [reap, store, ids, processes];',
    caughtBy:
      'test/scenarios/resources.test.ts › tell of a session that died without a word, and of one session by its own address',
  },
  {
    what: 'one session is watched by its own address',
    file: 'src/surfaces/mcp/resources.ts',
    replace: "changed.has(uri.startsWith(sessionPrefix) ? 'signalbox://sessions' : uri)",
    by: 'changed.has(uri)',
    caughtBy:
      'test/scenarios/resources.test.ts › tell of a session that died without a word, and of one session by its own address',
  },
  {
    what: 'a client that ends its subscription is told nothing more',
    file: 'src/surfaces/mcp/subscriptions.ts',
    replace: 'this.#wanted.delete(listener);',
    by: '',
    caughtBy: 'test/scenarios/resources.test.ts › end when the client ends them',
  },
  {
    what: 'an address that cannot be read cannot be subscribed to',
    file: 'src/surfaces/mcp/server.ts',
    replace: 'if (!isSubscribable(params.uri)) throw new ResourceNotFoundError(params.uri);',
    by: 'void ResourceNotFoundError;',
    caughtBy: 'test/scenarios/resources.test.ts › an address that cannot be read cannot be subscribed to',
  },
  {
    what: 'the prompt for the start says what a session needs to know',
    file: 'src/surfaces/mcp/prompts.ts',
    replace: 'await digest(context, call),',
    by: '',
    caughtBy:
      'test/scenarios/resources.test.ts › bring a session in with what it needs to know: who is here, what is locked, what the last one left',
  },
  {
    what: 'the prompt for the start tells the others the task',
    file: 'src/surfaces/mcp/prompts.ts',
    replace: "if (task) await call(operations, 'session_update', { task }, context);",
    by: '',
    caughtBy:
      'test/scenarios/resources.test.ts › bring a session in with what it needs to know: who is here, what is locked, what the last one left',
  },
  {
    what: 'the prompt for handing over completes the handles of those who are here',
    file: 'src/surfaces/mcp/completions.ts',
    replace: "ref.name === 'handoff' && argument.name === 'to'",
    by: "ref.name === 'start' && argument.name === 'to'",
    caughtBy:
      'test/scenarios/resources.test.ts › hand over to a named session, complete its name, and refuse a prompt that is none',
  },
  {
    what: 'a prompt that is none is refused with the names of those there are',
    file: 'src/surfaces/mcp/prompts.ts',
    replace: 'const definition = definitions.find(candidate => candidate.name === name);',
    by: 'const definition = definitions.find(candidate => candidate.name === name) ?? definitions[0];',
    caughtBy:
      'test/scenarios/resources.test.ts › hand over to a named session, complete its name, and refuse a prompt that is none',
  },
];
