/** The prompts of claude-session-coordinator. What peers stored stands in them between quotes, for it is said in the user's name. */
import { quoted } from '../../core/text.ts';
import type { ForeignDesk } from '../../tools/foreign-desk.ts';
import type { ForeignPrompt } from '../define-profile.ts';
import { nextInstance, numbering, placeOf } from './identity.ts';
import { adapterInfo, coordinationScopes, recommended, scopeInfo, settingsOf, setupOfServer } from './storage.ts';
import { valueAt } from './values.ts';

export const startup: ForeignPrompt = {
  name: 'startup',
  description: 'Begin a session: who is here, which instances are available, and what to do next.',
  aliases: [],
  async text(desk) {
    const settings = await settingsOf(desk);
    return settings ? statusText(desk, settings) : firstText(desk);
  },
};

async function statusText(
  desk: ForeignDesk,
  settings: { readonly storage_adapter: string; readonly coordination_scope: string },
): Promise<string> {
  const { machine, project } = await placeOf(desk);
  const instances = await desk.instances.all(numbering);
  const available = instances.filter(({ session }) => session === null).map(({ name }) => quoted(name));
  const active = instances.length - available.length;
  const next = quoted(nextInstance(instances));
  const free = available.join(', ') || `all that are known are taken; sign_on() makes you ${next}`;
  return `# Starting a session

Project: ${quoted(project)}
Machine: ${quoted(machine)}
Storage: ${settings.storage_adapter} (${settings.coordination_scope}), ${desk.surroundings.store.shown}

Available instances: ${free}
Active sessions: ${active}

## Next steps

1. Call \`sign_on()\`: you become ${next}.
2. Read \`session://context\`, and \`session://state/<instance>\` of those who are at work.
3. Keep your own state with \`store_data()\` as you go.
4. Call \`sign_off()\` when you are done.`;
}

async function firstText(desk: ForeignDesk): Promise<string> {
  const { project } = await placeOf(desk);
  return `# Setting up ${quoted(project)}

This project has not decided yet how its sessions coordinate. Ask which of these it is:

${options(desk)}

Then call \`update_storage_settings(adapter=…, scope=…, reason=…)\`. The prompt \`first_run_storage\` explains the choice.

Coordination works meanwhile, over ${desk.surroundings.store.shown}: call \`sign_on()\` to begin.`;
}

/** The three ways to coordinate, each with what it needs. */
function options({ surroundings }: ForeignDesk): string {
  return coordinationScopes
    .map((scope, at) => {
      const { ready } = adapterInfo(recommended(scope), surroundings);
      const how = ready ? 'ready' : 'needs a server first';
      return `${at + 1}. **${scope}** with adapter \`${recommended(scope)}\` (${how}): ${scopeInfo(scope).description}`;
    })
    .join('\n');
}

export const signOffPrompt: ForeignPrompt = {
  name: 'sign-off',
  description: 'End a session: what is unfinished, and what to do before sign_off.',
  aliases: ['sign_off', 'sign_off_prompt'],
  async text(desk) {
    const current = await desk.instances.present(numbering);
    if (current === null) return 'This connection has no active session: there is nothing to sign off from.';
    const scope = `session:${current}`;
    const [todos, issue] = await Promise.all(['todos', 'current_issue'].map(key => valueAt(desk, scope, key)));
    const open = (Array.isArray(todos) ? todos : []).filter(isOpen);
    const name = quoted(current);
    if (open.length > 0) {
      return `# Before you sign off

${open.length} of your todos ${open.length === 1 ? 'is' : 'are'} not completed:
${open.map(todo => `- ${quoted(taskOf(todo))}`).join('\n')}

1. Store how far you are with \`store_data()\`.
2. Commit what is to be kept.
3. Call \`sign_off()\`, which makes ${name} available again.`;
    }
    const about = issue === null || issue === undefined ? '' : ` of issue ${quoted(String(shown(issue)))}`;
    return `# Ready to sign off

Nothing${about} is left undone. Call \`sign_off()\`, which makes ${name} available again.`;
  },
};

type Todo = string | Readonly<Record<string, unknown>>;

/** A text alone is a todo that nobody has said to be completed. */
function isOpen(todo: unknown): todo is Todo {
  if (typeof todo === 'string') return todo.trim() !== '';
  return (
    typeof todo === 'object' &&
    todo !== null &&
    !Array.isArray(todo) &&
    !('status' in todo && todo.status === 'completed')
  );
}

function taskOf(todo: Todo): string {
  if (typeof todo === 'string') return todo;
  const said = [todo.task, todo.content, todo.title].find(each => typeof each === 'string');
  return typeof said === 'string' ? said : 'a task without a name';
}

function shown(value: unknown): unknown {
  return typeof value === 'object' ? JSON.stringify(value) : value;
}

export const firstRunStorage: ForeignPrompt = {
  name: 'first_run_storage',
  description: 'Explains the choice of where the state of this project is kept.',
  aliases: [],
  async text(desk) {
    return `# Where the state is kept

Sessions see each other, and what they store, if they work on one store. This one works on ${desk.surroundings.store.shown}. Which of these is it for this project?

${options(desk)}

- \`local\` is a SQLite file of this machine and needs nothing.
- \`redis\` stands for a store on a server, Redis or PostgreSQL. ${setupOfServer}

Ask your user, then call \`update_storage_settings\` with what was decided:

\`\`\`
update_storage_settings(adapter="local", scope="single-machine", reason="I work alone on this machine")
\`\`\`

The decision is kept with the project. It moves nothing: \`signalbox store copy\` takes what is stored from one store to another.`;
  },
};
