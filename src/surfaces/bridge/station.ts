/**
 * A hub's end of a connection with a machine: the sessions of that machine live here as long as it can be heard, by the same code that serves
 * them where the store is at hand. What only the machine can tell is asked over the same connection.
 */
import { Far } from '../../bridge/far.ts';
import { type Channel, Link, type Wire } from '../../bridge/link.ts';
import { hello as helloForm, moment as momentForm } from '../../bridge/questions.ts';
import type { Principal } from '../../core/account.ts';
import { type ErrorCode, SignalboxError, toSignalboxError } from '../../core/errors.ts';
import { limits } from '../../core/limits.ts';
import type { Profile } from '../../profiles/define-profile.ts';
import { profileNamed } from '../../profiles/index.ts';
import { version } from '../../version.ts';
import { answerCommand, answerStatus } from './command.ts';
import { answerCompat } from './compat.ts';
import { type Guest, guestOf, type HubSide, lookForDead, placeOf, projectFor } from './guest.ts';
import { answerDirectHook, answerGitHook, relayHook } from './hooks.ts';
import { assertMaySpeak, noteSession } from './permitted.ts';
import { type Connected, connectMcp } from './talk.ts';

export interface StationParts extends HubSide {
  /**
   * Whose the connection is now; asked before everything that is done, of which a sign of life is not counted. Errors: those of a token
   * that is not taken, or was used too often.
   */
  principal(counts: 'counted' | 'free'): Promise<Principal>;
  /** Whether it is anybody's still. */
  isKnown(): Promise<boolean>;
  log(message: string, details: Record<string, unknown>): void;
}

type Action = (guest: Guest, value: Readonly<Record<string, unknown>>, channel: Channel) => Promise<void> | void;

/** Takes a connection. What is not understood ends it. */
export class Station {
  readonly #parts: StationParts;
  readonly #link: Link;
  #guest: Guest | undefined;
  #talk: Connected | undefined;
  /** The sessions that are noted as open here, by id, with their projects. */
  readonly #known = new Map<string, string>();
  #underWay = 0;
  #hasGreeted = false;
  /** Whether it was asked whose the connection is since somebody looked. */
  #isChecked = true;

  constructor(wire: Wire, parts: StationParts) {
    this.#parts = parts;
    this.#link = new Link(wire, 'second', (what, value, channel) => void this.#take(what, value, channel));
    this.#watch();
    this.#link.signal.addEventListener('abort', () => this.#talk?.close('cut off'), { once: true });
    // Machines come and go, and the hub stays.
    parts.stopping.addEventListener('abort', () => void this.#move(), { once: true, signal: this.#link.signal });
    // It may have been asked to stop while it was looked whose this is.
    if (parts.stopping.aborted) void this.#move();
  }

  /** Calls `over` when the connection has ended. */
  closed(over: () => void): void {
    if (this.#link.signal.aborted) over();
    else this.#link.signal.addEventListener('abort', over, { once: true });
  }

  /**
   * Whoever says nothing for so long is gone, whatever the network says. Whoever says nothing that has to be allowed still hears what
   * happens, and may do so only as long as its token is good.
   */
  #watch(): void {
    let [heard, quiet, unchecked] = [-1, 0, 0];
    const stop = this.#parts.world.clock.every(limits.bridgeBeatMs / 2, () => {
      unchecked = this.#isChecked ? 0 : unchecked + limits.bridgeBeatMs / 2;
      this.#isChecked = false;
      if (unchecked >= limits.bridgeSilentMs) void this.#check();
      quiet = heard === this.#link.heard ? quiet + limits.bridgeBeatMs / 2 : 0;
      heard = this.#link.heard;
      if (quiet >= limits.bridgeSilentMs) this.#link.close('silent');
    });
    this.#link.signal.addEventListener('abort', stop, { once: true });
  }

  async #check(): Promise<void> {
    const isKnown = await this.#parts.isKnown().catch(() => true);
    this.#isChecked = true;
    if (!isKnown) this.#link.close('unauthenticated');
  }

  /** Whose what is said now is. Errors: those of a token that is not taken, or was used too often. */
  #principal(counts: 'counted' | 'free'): Promise<Principal> {
    this.#isChecked = true;
    return this.#parts.principal(counts);
  }

  /** The hub stops: what is under way is answered, what may go on at another is let go, and nothing else is taken. */
  async #move(): Promise<void> {
    const { clock } = this.#parts.world;
    const begun = clock.elapsed();
    this.#talk?.hold();
    // What is on its way just now is told that it came too late, and is not lost.
    const leastMs = this.#talk ? limits.bridgeHoldMs : 0;
    const isDue = (ms: number) => ms >= leastMs && (this.#underWay === 0 || ms >= limits.hubDrainMs / 2);
    while (!isDue(clock.elapsed() - begun) && !this.#link.signal.aborted) await clock.sleep(limits.hubDrainLookMs);
    this.#link.close('the hub stops');
  }

  async #take(what: string, value: unknown, channel: Channel): Promise<void> {
    this.#underWay += 1;
    // A store that is slow must not make the hub look gone.
    if (what === 'beat') channel.say({ isHere: true });
    try {
      const principal = await this.#principal(what === 'beat' || what === 'bye' ? 'free' : 'counted');
      const said = (typeof value === 'object' && value !== null ? value : {}) as Readonly<Record<string, unknown>>;
      if (what === 'hello') return await this.#greet(principal, said, channel);
      const guest = this.#guest;
      if (guest === undefined) return this.#link.close('say hello first');
      this.#note(guest, said.moment);
      const action = Object.hasOwn(this.#actions, what) ? this.#actions[what] : undefined;
      if (action === undefined) throw new SignalboxError('not_found', 'This hub knows no such request.', 'Update it.');
      await action(guest, said, channel);
      await this.#meet(guest);
    } catch (error) {
      const { code, message, next } = toSignalboxError(error);
      if (code === 'internal') this.#parts.log('bridge', { what, cause: String((error as Error)?.stack ?? error) });
      channel.say({ error: { code, message, next } });
      channel.end();
      this.#refused(code);
    } finally {
      this.#underWay -= 1;
    }
  }

  readonly #actions: Readonly<Record<string, Action>> = {
    talk: (guest, said, channel) => {
      if (this.#talk !== undefined)
        throw new SignalboxError('conflict', 'There is one conversation already.', 'End it first.');
      this.#talk = connectMcp(guest, said, channel, {
        permit: async about => {
          this.#note(guest, about);
          await this.#principal('counted');
        },
        refused: code => this.#refused(code),
        busy: by => {
          this.#underWay += by;
        },
        met: () => this.#meet(guest),
      });
    },
    beat: async (_guest, _said, channel) => {
      channel.say({ isTaken: (await this.#talk?.renew()) ?? false });
      channel.end();
    },
    hook: (guest, said, channel) => relayHook(this.#talk?.hooks, guest, said, channel),
    'direct-hook': answerDirectHook,
    'git-hook': answerGitHook,
    call: answerCommand,
    compat: answerCompat,
    status: answerStatus,
    bye: async (guest, said, channel) => {
      guest.far.isClientAlive = said.isClientAlive === true;
      await this.#talk?.close('left');
      channel.say({});
      channel.end();
    },
  };

  /** What it was told is on its way; nothing else will be. */
  #refused(code: ErrorCode): void {
    if (code === 'unauthenticated') this.#link.close('unauthenticated');
  }

  #note(guest: Guest, told: unknown): void {
    const parsed = momentForm.safeParse(told);
    if (parsed.success) guest.far.note(parsed.data);
  }

  /** Notes the sessions that have joined by what was done, and those that have ended. */
  async #meet({ permit, world }: Guest): Promise<void> {
    const before = [...this.#known];
    const here = new Set<string>();
    for (const agent of this.#talk?.present() ?? []) {
      const id = await agent.session().catch(() => undefined);
      if (id === undefined) continue;
      here.add(id);
      if (this.#known.has(id)) continue;
      const { project } = await agent.place();
      if (this.#known.has(id)) continue;
      this.#known.set(id, project);
      await noteSession(permit, 'open', id, project);
    }
    for (const [id, project] of before) {
      if (here.has(id) || !this.#known.delete(id)) continue;
      const session = await world.store.read(project, tx => tx.get('session', id));
      // It may go on without its server.
      if (session && session.endedAt !== null) await noteSession(permit, 'end', id, project);
    }
  }

  async #greet(principal: Principal, said: unknown, channel: Channel): Promise<void> {
    if (this.#hasGreeted) return this.#link.close('said hello twice');
    this.#hasGreeted = true;
    const parsed = helloForm.safeParse(said);
    if (!parsed.success) {
      throw new SignalboxError(
        'invalid_input',
        'The hub does not understand this version.',
        'Update both to one version.',
      );
    }
    const far = new Far(this.#link, this.#parts.world.clock, parsed.data.guard, principal.id);
    const { self, parent } = parsed.data;
    far.note(parsed.data.moment);
    const hello = {
      ...parsed.data,
      self: far.owned(self),
      parent: parent && far.owned(parent),
      project: await projectFor(principal, parsed.data, far),
    };
    const profile = hello.foreign && (await profileOf(hello.foreign.profile));
    if (profile) assertMaySpeak(principal, profile.name);
    const joined = () => this.#talk?.joined();
    const guest = guestOf({ hello, far, principal }, this.#parts, this.#link, profile, joined);
    const project = await placeOf(guest);
    await lookForDead(guest, project);
    this.#guest = guest;
    channel.say({ version, name: principal.name, role: principal.role, project });
  }
}

async function profileOf(name: string): Promise<Profile> {
  const profile = await profileNamed(name);
  if (profile) return profile;
  throw new SignalboxError('not_found', `The hub knows no profile ${name}.`, 'Update both to one version.');
}
