/** `signalbox mcp` where the store is behind a hub: the client and its hooks are heard here, and the rules run there. */
import { Console } from 'node:console';
import { PassThrough, Writable } from 'node:stream';
import { Near } from '../../bridge/near.ts';
import { playbill } from '../../bridge/questions.ts';
import { clientEnvironment } from '../../clients/environment.ts';
import type { Composition } from '../../compose.ts';
import { limits } from '../../core/limits.ts';
import { type HubDoor, identitiesOf } from '../../hub-door.ts';
import type { Playbill } from '../../tools/playbill.ts';
import type { GitHookAnswer } from '../git-hook/check.ts';
import { type GitJudge, withGitHooks } from '../git-hook/served.ts';
import { AnsweringTransport } from '../mcp/answers.ts';
import { type ProcessParts, serveOn, watchForTheEnd } from '../mcp/serve.ts';
import { toldOf, withoutArrival } from './foreign.ts';
import { gitAnswer } from './git-answer.ts';
import { hookRelay } from './hook-relay.ts';
import { Rests } from './rests.ts';
import { Router } from './router.ts';
import { Shuttle } from './shuttle.ts';

type HookHandler = Parameters<Composition['hearHooks']>[0];

export interface BridgeParts extends ProcessParts {
  readonly hub: HubDoor;
}

/** Serves until the client goes; then its sessions have left, if the hub can be reached. */
export async function serveBridge(parts: BridgeParts): Promise<void> {
  const { world, hub, tools } = parts;
  globalThis.console = new Console(process.stderr, process.stderr);
  const told = parts.foreign && (await toldOf(parts.foreign));
  let plays: Playbill | null = null;
  const foreign = () => told && { ...told, plays };
  const block = blockOf(parts);
  const rests = new Rests(parts.waking, world.clock);
  const near = new Near(world, parts.gitHooksHold, false, {
    tell: block?.tell ?? null,
    canWake: conversation => rests.canWake(conversation),
    wake: conversation => rests.wake(conversation),
  });
  const shuttle = new Shuttle({ door: hub, near, clock: world.clock, ids: world.ids, log: world.log, foreign });
  const client = new AnsweringTransport(process.stdin, process.stdout);
  const stopWatching = watchForTheEnd(world, () => void client.close());
  const here = new Here(parts, message => router.fromHere(message));
  const router = new Router({
    clock: world.clock,
    // Which calls of a vocabulary may be repeated is not known.
    tools: told ? [] : tools,
    isForeign: told !== null,
    send: message => client.send(message),
    here: message => here.take(message),
    up: ms => shuttle.up(ms),
    moment: () => near.moment(),
    present: conversations => shuttle.meet(conversations),
    plays: bill => {
      const parsed = playbill.safeParse(bill);
      if (parsed.success) plays = parsed.data;
    },
  });
  client.onmessage = message => router.take(message as never);
  client.onerror = error => world.log.warn('protocol', { error: error.message.slice(0, 200) });
  shuttle.start({
    up: link => {
      router.up(link);
      void rests.tell(link, () => near.moment());
    },
    down: () => router.down(),
  });
  await client.start();
  if (parts.foreign) process.stderr.write(`${parts.foreign.profile.ready}\n`);
  const relay = hookRelay({ shuttle, near, clock: world.clock, rests, here: (...hook) => here.hooks?.(...hook) });
  const stopHearing = await parts.hearHooks(withGitHooks({ ...parts, judgeGit: judgeAt(shuttle, near, parts) }, relay));
  await client.closed();
  stopWatching();
  stopHearing();
  const goodbye = shuttle.link?.ask('bye', farewell(parts), limits.shutdownMs, world.clock);
  await Promise.all([goodbye, here.close(), block?.close()]);
  shuttle.stop();
}

interface Block {
  tell(unread: number): Promise<void>;
  /** Takes it back for good: the client goes, whatever a hub still says. */
  close(): Promise<void>;
}

/** Where the user of this machine is told that messages wait. How many is all that a hub says of it; what reads them is known here. */
function blockOf({ notificationFile, foreign }: BridgeParts): Block | null {
  if (notificationFile === null) return null;
  const tool = foreign ? (foreign.profile.reader ?? null) : 'message_read';
  let isOver = false;
  // What a crash has left behind goes at once, also where there is no hub.
  void notificationFile.tell(0);
  return {
    tell: async unread => {
      if (!isOver) await notificationFile.tell(unread, tool);
    },
    close: () => {
      isOver = true;
      return notificationFile.tell(0);
    },
  };
}

function farewell({ world, hub }: BridgeParts): object {
  const { parent } = hub.hello([]);
  return { isClientAlive: parent !== null && world.processes.liveness(parent) === 'alive' };
}

/** The server here: everything that it would ask a store fails, in the words and by the policy of a store that cannot be reached. */
class Here {
  readonly #input = new PassThrough();
  readonly #transport: AnsweringTransport;
  readonly #served: Promise<void>;
  hooks: HookHandler | undefined;

  constructor(parts: BridgeParts, said: (message: object) => Promise<void>) {
    const output = new Writable({
      decodeStrings: false,
      write: (line: string, _encoding, done) => void said(JSON.parse(String(line)) as object).then(() => done(), done),
    });
    this.#transport = new AnsweringTransport(this.#input, output as never);
    const quiet = { ...parts.world, log: { ...parts.world.log, warn() {} } };
    const { foreign } = parts;
    this.#served = serveOn(
      {
        ...parts,
        foreign: foreign && { ...foreign, profile: withoutArrival(foreign.profile) },
        world: quiet,
        // What waits is known at the hub alone.
        notificationFile: null,
        hearHooks: async handle => {
          this.hooks = handle;
          return () => undefined;
        },
      },
      this.#transport,
      () => 'cut off',
    );
  }

  take(message: object): void {
    this.#input.write(`${JSON.stringify(message)}\n`);
  }

  async close(): Promise<void> {
    await this.#transport.close().catch(() => undefined);
    await this.#served;
  }
}

/** Git's hooks are judged at the hub by what they found out here, in half of their time: finding out and starting took some. */
function judgeAt(shuttle: Shuttle, near: Near, { world }: BridgeParts): GitJudge {
  const { clock, processes } = world;
  return async (told, facts, guard): Promise<GitHookAnswer> => {
    const until = clock.elapsed() + limits.gitHookMs / 2;
    const link = await shuttle.up(limits.bridgeHookUpMs);
    near.names(told.directory);
    const { pid } = clientEnvironment(told.environment, 'command');
    const identities = identitiesOf(processes, [...(pid === null ? [] : [pid]), ...told.ancestors]);
    const moment = { ...near.moment(), processes: identities, guard: { ...guard, paths: [...guard.paths] } };
    const question = { told, facts: await facts, moment };
    return gitAnswer(link, question, guard.onFailure, until - clock.elapsed(), clock);
  };
}
