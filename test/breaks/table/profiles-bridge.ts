/** Breaks of what profiles are promised behind a hub. */
import type { Break } from '../break.ts';

const profiles = 'test/scenarios/hub-profiles.test.ts';
const foreign = 'src/surfaces/bridge/foreign.test.ts';

export const ofProfilesBehindHubs: readonly Break[] = [
  {
    what: 'profiles behind a hub: whom a machine played is played on',
    file: 'src/surfaces/bridge/talk.ts',
    replace: 'await this.#cast?.goOn(plays);',
    by: '',
    caughtBy: `${profiles} › go on at the next hub, each as the session that it was, with its locks and without doing anything`,
  },
  {
    what: 'profiles behind a hub: the session of the connection goes on with its name',
    file: 'src/surfaces/bridge/talk.ts',
    replace: 'if (this.#plays) await this.#cast?.goOnAsMain(this.#plays);',
    by: '',
    caughtBy: `${foreign} › is played on at once, before anything is asked, as the sessions that they are`,
  },
  {
    what: 'profiles behind a hub: an instance goes on',
    file: 'src/tools/cast.ts',
    replace: 'this.instance = instance;',
    by: '',
    caughtBy: `${profiles} › is that one at the next hub, and nobody else is it meanwhile`,
  },
  {
    what: 'profiles behind a hub: whom it plays is told to the machine',
    file: 'src/surfaces/bridge/talk.ts',
    replace: '...(plays ? { plays } : {})',
    by: '...{}',
    caughtBy: `${foreign} › is told to the machine whenever it is another one`,
  },
  {
    what: 'profiles behind a hub: names end with their client',
    file: 'src/surfaces/mcp/serve.ts',
    replace: "await cast?.leave('client gone');",
    by: '',
    caughtBy: `${profiles} › go on at the next hub, each as the session that it was, with its locks and without doing anything`,
  },
  {
    what: 'profiles behind a hub: further sessions are none that is found by its process',
    file: 'src/clients/agents.ts',
    replace: 'isFurther: true,',
    by: '',
    caughtBy: `${foreign} › is played on at once, before anything is asked, as the sessions that they are`,
  },
  {
    what: 'profiles behind a hub: nobody acts as a session of another token',
    file: 'src/tools/visitor.ts',
    replace: 'if (me && principal !== undefined && ownerOf(me) !== principal) throw notYours(me.handle);',
    by: '',
    caughtBy: `${foreign} › is nobody’s of another token, however it is called (%s)`,
  },
  {
    what: 'profiles behind a hub: nobody takes up a session of another token as its own',
    file: 'src/tools/leaving.ts',
    replace: 'was !== undefined && isProcess(was.process, process) && leaseHolds',
    by: 'was !== undefined && isProcess(process, process) && leaseHolds',
    caughtBy: `${foreign} › is nobody’s of another token, however it is called (%s)`,
  },
  {
    what: 'profiles behind a hub: no session is made of an id that there is not',
    file: 'src/tools/cast.ts',
    replace: 'if (!was || !isProcess(was.process, processes.self())) return agent;',
    by: '',
    caughtBy: `${foreign} › makes no session of an id that there is not`,
  },
  {
    what: 'profiles behind a hub: a name stays with its token',
    file: 'src/core/persona.ts',
    replace: 'if (others.some(former => isKeptFrom(me, former))) {',
    by: 'if (others.length < 0) {',
    caughtBy:
      'src/core/persona.test.ts › is not given to another token than the one that had it last, with all that was written to it; who has the store itself may take it',
  },
  {
    what: 'profiles behind a hub: mail that waits for a name is shown to its token',
    file: 'src/core/persona-mail.ts',
    replace: 'const isShown = former !== undefined && !(me && isKeptFrom(me, former));',
    by: 'const isShown = former !== undefined && me !== undefined;',
    caughtBy: 'src/core/persona.test.ts › of another, who is away, shows nothing of what waits for it',
  },
  {
    what: 'profiles behind a hub: the first free instance is none that another token had',
    file: 'src/core/instance.ts',
    replace: 'bearers.find(former => isKeptFrom(me, former)) ?? null',
    by: 'bearers.length < 0 ? me : null',
    caughtBy:
      'src/core/instance.test.ts › that was another token’s is not free, for who asks for it by name or for the first one; its own is',
  },
  {
    what: 'profiles behind a hub: an instance is not shared with another token',
    file: 'src/core/instance.ts',
    replace: 'if (isShared && belongsToAnother(me, bearer)) throw anothersName(name);',
    by: '',
    caughtBy: 'src/core/instance.test.ts › that another token has is not shared with it',
  },
  {
    what: 'profiles behind a hub: a profile takes a token that may write, for all tools',
    file: 'src/surfaces/bridge/station.ts',
    replace: 'if (profile) assertMaySpeak(principal, profile.name);',
    by: '',
    caughtBy: `${foreign} › is refused with a token that %s`,
  },
  {
    what: 'profiles behind a hub: commands of a profile take one, too',
    file: 'src/surfaces/bridge/compat.ts',
    replace: 'assertMaySpeak(guest.principal, profile.name);',
    by: '',
    caughtBy: `${profiles} › are not for a token that %s`,
  },
  {
    what: 'profiles behind a hub: force takes an admin',
    file: 'src/surfaces/bridge/talk.ts',
    replace: "overrules: principal.role === 'admin' } : this.#guest.world;",
    by: 'overrules: true } : this.#guest.world;',
    caughtBy: `${foreign} › ends what others hold with the token of an admin only`,
  },
  {
    what: 'profiles behind a hub: passwords in a configuration stay on the machine',
    file: 'src/profiles/claude-session-coordinator/config.ts',
    replace: 'const address = withoutSecrets(redis);',
    by: 'const address = redis;',
    caughtBy: `${foreign} › is of a configuration what is understood of it`,
  },
  {
    what: 'profiles behind a hub: what is beyond the bounds is not told',
    file: 'src/surfaces/bridge/foreign.ts',
    replace: 'form.safeParse(told).data ??',
    by: 'told ??',
    caughtBy: `${foreign} › is nothing that is beyond the bounds, so that the hub takes the rest`,
  },
  {
    what: 'profiles behind a hub: nothing is done before whom it played is played on',
    file: 'src/surfaces/bridge/talk.ts',
    replace: 'await this.#mayBegin;',
    by: 'void this.#mayBegin;',
    caughtBy: `${foreign} › is played on before the first thing is done that its client asks for`,
  },
];
