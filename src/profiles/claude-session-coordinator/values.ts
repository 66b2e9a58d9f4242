/** What stands in the scopes of this vocabulary, the registry of instances among them. */
import type { Instance } from '../../core/instance.ts';
import type { ForeignDesk } from '../../tools/foreign-desk.ts';
import { numbering } from './identity.ts';
import { keys, nativeName, registryKey, registryScope, scopes, textOf } from './names.ts';

/** What stands under a key, also of the registry; null where nothing does. */
export async function valueAt(desk: ForeignDesk, where: string, what: string): Promise<unknown> {
  if (where === registryScope) return what === registryKey ? registryOf(await desk.instances.all(numbering)) : null;
  const [inScope, underKey] = [nativeName(scopes, where), nativeName(keys, what)];
  if (inScope === null || underKey === null) return null;
  return (await desk.data.get(inScope, underKey)) ?? null;
}

export async function keysIn(desk: ForeignDesk, where: string): Promise<string[]> {
  if (where === registryScope) return [registryKey];
  const inScope = nativeName(scopes, where);
  return inScope === null ? [] : (await desk.data.keys(inScope)).flatMap(name => textOf(keys, name) ?? []);
}

/** Under which key of its own scope an instance keeps what it is at. */
export const issueKey = 'current_issue';

type Status = 'available' | 'taken';

/** What each instance is, by its name, in order. */
export function registryOf(instances: readonly Instance[]): Record<string, Status> {
  return Object.fromEntries(
    instances.map(({ name, session }): [string, Status] => [name, session ? 'taken' : 'available']),
  );
}

/** A number is that of an issue; what is neither text nor number says nothing that could be shown in a line. */
export function taskOf(issue: unknown): string | null {
  if (typeof issue === 'number') return `Issue ${issue}`;
  return typeof issue === 'string' ? issue : null;
}
