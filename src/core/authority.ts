/** What a principal may do: a role over what tools do to shared state, narrowed by tool and by project. */
import type { Principal } from './account.ts';
import { SignalboxError } from './errors.ts';
import { matchesText } from './glob.ts';
import type { Role } from './token-record.ts';

export interface Action {
  readonly name: string;
  /** As tools are defined. */
  readonly effect: 'read' | 'write' | 'destroy';
  /** Whether it overrules others, as only the operator does natively. */
  readonly isOverruling: boolean;
}

/** A call of a tool. */
export function actionOf({ name, effect, set }: Pick<Action, 'name' | 'effect'> & { readonly set: string }): Action {
  return { name, effect, isOverruling: set === 'command' && effect === 'destroy' };
}

/** Hearing what happens in a project. */
export const hearing: Action = { name: 'events', effect: 'read', isOverruling: false };

/** A refusal that a higher role would lift. */
export class RoleRefusal extends SignalboxError {
  readonly needed: Role;

  constructor(message: string, needed: Role) {
    super('forbidden', message, askAdmin);
    this.needed = needed;
  }
}

/** Why a principal may not do something; null where it may. */
export function refusalFor(principal: Principal, action: Action, project: string): SignalboxError | null {
  if (!mayUse(principal, project)) {
    return forbidden(`The token "${principal.name}" is not for the project ${project}.`);
  }
  return refusalAnywhere(principal, action);
}

/** Whether a principal may do something in the projects that it may use. */
export function mayUseTool(principal: Principal, action: Action): boolean {
  return refusalAnywhere(principal, action) === null;
}

function refusalAnywhere({ name, role, tools }: Principal, action: Action): SignalboxError | null {
  if (tools.length > 0 && !tools.includes(action.name)) {
    return forbidden(`The token "${name}" is not for the tool ${action.name}.`);
  }
  const needed = roleFor(action);
  if (rank[role] >= rank[needed]) return null;
  return new RoleRefusal(`The token "${name}" has the role ${role}; ${action.name} takes ${needed}.`, needed);
}

/** Why a principal may not be in a project as a session; null where it may. By this no token for some tools is narrowed. */
export function refusalToJoin(principal: Principal, project: string): SignalboxError | null {
  return refusalFor({ ...principal, tools: [] }, { name: 'a session', effect: 'write', isOverruling: false }, project);
}

/** Whether a principal may use a project at all. */
export function mayUse({ projects }: Pick<Principal, 'projects'>, project: string): boolean {
  return projects.length === 0 || projects.some(pattern => matchesText(pattern, project));
}

const rank: Readonly<Record<Role, number>> = { read: 0, write: 1, admin: 2 };

/** The least role that an action takes. */
export function roleFor({ effect, isOverruling }: Action): Role {
  if (isOverruling) return 'admin';
  return effect === 'read' ? 'read' : 'write';
}

const askAdmin = 'Ask an admin of your hub for a token that allows it.';

function forbidden(message: string): SignalboxError {
  return new SignalboxError('forbidden', message, askAdmin);
}
