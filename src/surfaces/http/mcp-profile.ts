/** A profile for clients that speak MCP to a hub: its tools and no others, over a session of the client's token in each place. */
import { Server, type ServerContext } from '@modelcontextprotocol/server';
import { type SignalboxError, toSignalboxError } from '../../core/errors.ts';
import type { HubTool, TalkDesk } from '../../profiles/define-hub.ts';
import type { ToolDefinition } from '../../tools/define-tool.ts';
import { ForeignTalk } from '../../tools/foreign-talk.ts';
import { HubCallers } from '../../tools/hub-callers.ts';
import type { World } from '../../tools/world.ts';
import { listedForeign, shown, spoken } from '../mcp/profile-server.ts';
import { audited } from './calls.ts';
import { clientName, conversationOf, type McpRequest, progressOf, shownClient } from './mcp-client.ts';
import { refusalOf } from './profile-routes.ts';
import type { SpokenProfile } from './spoken-profile.ts';
import { keeper } from './waiting.ts';

export function profileServerFor(
  world: World,
  tools: readonly ToolDefinition[],
  spokenProfile: SpokenProfile,
  about: McpRequest,
  furtherInstructions: string,
): Server {
  const { profile, face, speech } = spokenProfile;
  const { principal } = about;
  const server = new Server(profile.server, {
    instructions: `${profile.instructions}${furtherInstructions}`,
    capabilities: { tools: {} },
  });
  const refusal = (each: HubTool) => refusalOfTool(tools, spokenProfile, principal, each);
  const offered = face.tools.filter(each => refusal(each) === null);
  server.setRequestHandler('tools/list', () => ({ tools: offered.map(({ tool }) => listedForeign(tool)) }));
  server.setRequestHandler('tools/call', async ({ params }, request) => {
    const called = face.tools.find(({ tool }) => tool.name === params.name);
    if (!called) return shown(profile.unknown(params.name, speech));
    const given = params.arguments ?? {};
    const { tool } = called;
    const what = `${profile.name}/${tool.name}`;
    const subject = { ...about, session: null, project: profile.name };
    const callers = new HubCallers(world, principal);
    const afterAnswer: (() => Promise<void>)[] = [];
    try {
      const answer = await audited(
        subject,
        'call',
        what,
        given,
        speaker => {
          const refused = refusal(called);
          if (refused) throw refused;
          const client = clientName(server, request, about);
          const join = (session: string) => {
            speaker.session = session;
          };
          const context = { callers, afterAnswer, client, join };
          const desk = () => deskFor(world, spokenProfile, about, request, context);
          return spoken({ profile, tool, speech, log: world.log }, given, desk);
        },
        ({ isError }) => (isError ? 'invalid_input' : null),
      );
      about.afterwards.push({
        async handed() {
          for (const action of afterAnswer) await action();
        },
        over: () => callers.leave(),
      });
      return shown(answer);
    } catch (error) {
      await callers.leave();
      const { message, next } = toSignalboxError(error);
      return shown(profile.failed(message, next, speech));
    }
  });
  return server;
}

/** Why a tool of a profile may not be called; null where it may, or there is none of that name. */
export function profileRefusal(
  tools: readonly ToolDefinition[],
  spokenProfile: SpokenProfile,
  { principal }: Pick<McpRequest, 'principal'>,
  name: unknown,
): SignalboxError | null {
  const called = spokenProfile.face.tools.find(({ tool }) => tool.name === name);
  return called ? refusalOfTool(tools, spokenProfile, principal, called) : null;
}

/** Whoever only looks is no partner, and every tool is one's. */
function refusalOfTool(
  tools: readonly ToolDefinition[],
  { profile }: SpokenProfile,
  principal: McpRequest['principal'],
  { operation }: HubTool,
): SignalboxError | null {
  return refusalOf(principal, null, tools, profile.name) ?? refusalOf(principal, operation, tools, profile.name);
}

/** As whom a call speaks. */
interface Speaking {
  readonly callers: HubCallers;
  /** Takes what follows the answer once it was handed over. */
  readonly afterAnswer: (() => Promise<void>)[];
  readonly client: string | undefined;
  /** Told as which session it speaks. */
  join(session: string): void;
}

/** The partner that a client is: in the meeting place, and in the project that it has configured, after which it is named. */
async function deskFor(
  world: World,
  { profile, speech }: SpokenProfile,
  { project, session, signal, waitsEnd, mayGoOn }: McpRequest,
  request: ServerContext,
  { callers, afterAnswer, client, join }: Speaking,
): Promise<TalkDesk> {
  const open = (where: string, joined?: Speaking['join']) =>
    callers.open(where, conversationOf(session, client), shownClient(client), joined);
  const meeting = await open(profile.name, join);
  const home = project === profile.name ? meeting : await open(project);
  const goesOn = keeper(world, callers);
  const tell = progressOf(request);
  const parts = { issuer: profile.name, world, directory: project, surroundings: speech };
  const talk = new ForeignTalk(
    { ...parts, places: async () => ({ meeting, home }) },
    {
      path: 'calls',
      signal: AbortSignal.any([signal, request.mcpReq.signal]),
      waitsEnd,
      mayTake: mayGoOn,
      hearsProgress: request.mcpReq._meta?.progressToken !== undefined,
      afterAnswer: action => afterAnswer.push(action),
      progress(message, done, total) {
        tell(message, done, total);
        void goesOn();
      },
    },
  );
  return { talk, surroundings: speech };
}
