// Everything in one file of JSON lines, for the processes of one machine: module:./own-engine.mjs?file=/path/store.jsonl
import { randomUUID } from 'node:crypto';
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import * as kit from 'signalbox/engine';

export default function createEngine(url, { clock, wakeups }) {
  const file = new URL(url).searchParams.get('file') ?? 'signalbox.jsonl';
  const [turns, announcer, states] = [new kit.Turns(), new kit.Announcer(wakeups), new Map()];
  const stateOf = project => states.get(project) ?? Object.assign(new kit.ProjectState(), { version: 0 });
  const options = { watch: kit.withoutWaiting };
  let [read, isClosed] = [0, false];

  // A line counts if it is the next of its project: of two written at once the second is void, and so is one torn by a crash.
  const apply = line => {
    try {
      const [id, project, version, commit] = JSON.parse(line);
      const state = stateOf(project);
      if (version !== state.version + 1) return [];
      state.apply(commit);
      states.set(project, Object.assign(state, { version }));
      return [id];
    } catch {
      return [];
    }
  };
  const catchUp = project => {
    kit.assertProjectName(project);
    if (isClosed) throw new kit.SignalboxError('unavailable', 'The store is closed.', 'Start Signalbox again.');
    const text = existsSync(file) ? readFileSync(file, 'utf8').slice(read) : '';
    const lines = text.slice(0, text.lastIndexOf('\n') + 1);
    read += lines.length;
    return lines.split('\n').flatMap(apply);
  };
  const look = (project, use) => turns.run(async () => catchUp(project) && use(stateOf(project)));
  const commit = (project, unit) =>
    look(project, async function attempt(state) {
      const { result, commit } = await unit(state);
      if (commit.isEmpty) return result;
      const line = [randomUUID(), project, state.version + 1, commit];
      appendFileSync(file, `\n${JSON.stringify(line)}\n`, { mode: 0o600 });
      if (!catchUp(project).includes(line[0])) return attempt(stateOf(project));
      announcer.announce(commit.audience);
      return result;
    });
  const wrong = () => (isClosed ? ['The store is closed.'] : []);
  return {
    spansMachines: false,
    transact: (project, work) => commit(project, state => kit.runUnit(state.snapshot(clock.now()), work, options)),
    read: (project, work) => look(project, state => kit.runReader(state.snapshot(clock.now()), work, options)),
    eventsAfter: (project, cursor, limit) => look(project, state => state.eventsAfter(cursor, limit)),
    projects: () => look('', () => [...states.keys()].sort(kit.compareText)),
    contents: project => look(project, state => state.contents()),
    load: (project, contents) => commit(project, state => ({ commit: state.loading(project, contents) })),
    inspect: async () => ({ isUsable: !isClosed, engine: 'file', location: file, version: 'JSONL', problems: wrong() }),
    close: async () => {
      isClosed = true;
      await announcer.settle();
    },
  };
}
