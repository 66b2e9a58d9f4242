/** Starting and stopping, in every way a server can be made to stop. Nothing may be left of any of them. */
import { openFiles, processesWith } from '../support/process-facts.ts';
import { exists, type LiveSession, until, type Workspace } from '../support/workspace.ts';
import { Findings } from './findings.ts';

/** A client program between test and server, as a real client is: it passes the protocol on, and can be killed. */
const clientProgram = `
  const { spawn } = require('node:child_process');
  const [command, ...args] = process.argv.slice(1);
  const server = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  process.stderr.write('server ' + server.pid + '\\n');
  process.stdin.pipe(server.stdin);
  server.stdout.pipe(process.stdout);
  server.on('exit', () => process.exit());
`;

const through = [process.execPath, '-e', clientProgram];

/** How long a server may take to go once it has a reason to. */
const patienceMs = 30_000;
/** Handles may come and go by a few (a socket kept for the next hint); a leak grows with every cycle. */
const handlesOfSlack = 4;

interface Ending {
  readonly name: string;
  start(workspace: Workspace): Promise<LiveSession>;
  /** Stops it; the pid of the server that has to be gone. */
  stop(session: LiveSession): Promise<number>;
}

const endings: readonly Ending[] = [
  {
    name: 'client closes',
    start: workspace => workspace.session(),
    stop: async session => {
      await session.close();
      return session.pid;
    },
  },
  {
    name: 'client killed',
    start: workspace => workspace.session({ through }),
    stop: async session => {
      await until('the server is named', () => session.stderr.includes('\n'));
      session.crash();
      return Number(/server (\d+)/.exec(session.stderr)?.[1]);
    },
  },
  {
    name: 'SIGTERM',
    start: workspace => workspace.session(),
    stop: async session => {
      process.kill(session.pid, 'SIGTERM');
      return session.pid;
    },
  },
];

/**
 * Starts a session, lets it talk to one that stays, and stops it: closed by its client, orphaned by its client's `kill -9`, or
 * by SIGTERM, in turn. Broken when a server outlives its end, a session stays listed, a socket is left behind, or the session
 * that stays gathers file handles. Linux only.
 */
export async function startAndStop(workspace: Workspace, options: { readonly cycles: number }): Promise<Findings> {
  const findings = new Findings();
  const witness = await workspace.session({ clientName: 'witness' });
  const witnessHandle = await witness.handle();
  const gone = new Map<string, number[]>(endings.map(({ name }) => [name, []]));
  let handlesBefore = 0;
  for (let cycle = 1; cycle <= options.cycles && findings.fewEnough; cycle++) {
    const ending = endings[cycle % endings.length] as Ending;
    const session = await ending.start(workspace);
    await session.call('message_send', { to: [witnessHandle], body: `Cycle ${cycle}.` });
    await session.call('lock_acquire', { resources: [`cycle:${cycle}`] });
    await witness.call('message_read');
    await witness.call('message_send', { to: [await session.handle()], body: 'Seen.' });
    const begunAt = performance.now();
    const pid = await ending.stop(session);
    await until(`the server is gone after: ${ending.name}`, () => !exists(pid), patienceMs).catch((error: Error) => {
      findings.check(false, `cycle ${cycle}: ${error.message}`);
    });
    gone.get(ending.name)?.push(performance.now() - begunAt);
    await session.close();
    const { sessions } = await witness.call('session_list');
    findings.check(
      sessions.length === 1,
      `cycle ${cycle}: ${sessions.length} sessions are listed after: ${ending.name}`,
    );
    // The first cycles open what stays open: the store, its log, the witness' own socket.
    if (cycle === Math.min(endings.length * 2, options.cycles)) handlesBefore = openFiles(witness.pid);
  }
  const grown = openFiles(witness.pid) - handlesBefore;
  findings.check(grown <= handlesOfSlack, `the session that stayed has ${grown} more open files than at the start`);
  findings.numbers['open files gained by the one that stayed'] = grown;
  const sockets = workspace.sockets();
  // One for the hooks of its client, and one for hints, which do not come through sockets over a server.
  const own = workspace.room ? 1 : 2;
  findings.check(sockets.length === own, `${sockets.length - own} sockets are left behind`);
  await witness.close();
  await until('the last server has ended', () => !exists(witness.pid));
  const left = processesWith('SIGNALBOX_HOME', workspace.home);
  findings.check(left.length === 0, `the processes ${left.join(', ')} are left behind`);
  findings.check(workspace.sockets().length === 0, 'the last server left its socket behind');
  for (const [name, valuesMs] of gone) findings.durations(`gone after: ${name}`, valuesMs);
  return findings;
}
