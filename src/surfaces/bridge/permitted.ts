/** What a principal may do over a bridge: what is not allowed is refused before it runs, and everything is noted. */
import type { Principal } from '../../core/account.ts';
import { mayUseTool } from '../../core/authority.ts';
import type { ToolDefinition } from '../../tools/define-tool.ts';
import type { Participant } from '../../tools/participant.ts';
import { type Auditor, actionOf, audited, type Deed, firstRefusal } from '../http/calls.ts';
import type { Permission } from '../mcp/beside-tools.ts';

export interface Permit {
  readonly principal: Principal;
  readonly audit: Auditor;
}

/** Tools as the principal may use them. */
export function permitted(tools: readonly ToolDefinition[], permit: Permit): ToolDefinition[] {
  return tools.map(tool => ({
    ...tool,
    run: (context, input) =>
      perform(permit, { what: tool.name, input, needed: [tool] }, context.caller, () => tool.run(context, input)),
  }));
}

/** What else the principal may do; `tools` are all that there are. */
export function permissionOf(tools: readonly ToolDefinition[], permit: Permit): Permission {
  const named = (names: readonly string[]) => tools.filter(({ name }) => names.includes(name));
  return {
    // The project is that of a folder, which may become another one.
    mayUse: names => named(names).every(tool => mayUseTool(permit.principal, actionOf(tool))),
    perform: ({ what, input, tools: names }, caller, work) =>
      perform(permit, { what, input, needed: named(names) }, caller, work),
  };
}

async function perform<T>(
  permit: Permit,
  { what, input, needed }: Deed,
  caller: Participant,
  work: () => Promise<T>,
): Promise<T> {
  const { project } = await caller.place();
  return audited({ ...permit, project, session: null }, 'call', what, input, async speaker => {
    const refusal = firstRefusal(needed, permit.principal, project);
    if (refusal) throw refusal;
    if (permit.principal.role === 'read') return work();
    const who = async () => (await caller.observe(async (_view, me) => me.id)) ?? null;
    speaker.session = await who();
    const result = await work();
    // Who joins with its first call is known by now.
    speaker.session ??= await who();
    return result;
  });
}
