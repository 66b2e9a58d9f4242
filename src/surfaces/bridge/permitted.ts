/** Tools as a principal may use them: what is not allowed is refused before it runs, and everything is noted. */
import type { Principal } from '../../core/account.ts';
import { refusalFor } from '../../core/authority.ts';
import type { ToolDefinition } from '../../tools/define-tool.ts';
import { type Auditor, actionOf, audited } from '../http/calls.ts';

export interface Permit {
  readonly principal: Principal;
  readonly audit: Auditor;
}

export function permitted(tools: readonly ToolDefinition[], permit: Permit): ToolDefinition[] {
  return tools.map(tool => ({
    ...tool,
    run: async (context, input) => {
      const { project } = await context.caller.place();
      return audited({ ...permit, project, session: null }, 'call', tool.name, input, async speaker => {
        const refusal = refusalFor(permit.principal, actionOf(tool), project);
        if (refusal) throw refusal;
        if (permit.principal.role === 'read') return tool.run(context, input);
        const who = async () => (await context.caller.observe(async (_view, me) => me.id)) ?? null;
        speaker.session = await who();
        const output = await tool.run(context, input);
        // Who joins with its first call is known by now.
        speaker.session ??= await who();
        return output;
      });
    },
  }));
}
