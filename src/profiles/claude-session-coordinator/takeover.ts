/** What the files of claude-session-coordinator held, taken over. */
import { type OldStore, Tallies, type Tally, takeEach } from '../../core/old-store.ts';
import type { ForeignDesk } from '../../tools/foreign-desk.ts';
import { placeOf } from './identity.ts';
import { isShownAsItIs, keys, nativeName, registryScope, scopes } from './names.ts';

interface Value {
  /** The name of the file, without its ending. */
  readonly file: string;
  readonly scope: string | null;
  readonly key: string;
  readonly value: unknown;
}

/**
 * Takes over the data of every scope into the project of this folder. A key that is there already is left as it is. The registry is not
 * taken: instances sign on again.
 */
export async function takeOver(desk: ForeignDesk, old: OldStore): Promise<readonly Tally[]> {
  const tallies = new Tallies();
  const { machine, project } = await placeOf(desk);
  const values: Value[] = [];
  for (const { name, text } of old.files('.json')) {
    const file = name.slice(0, -'.json'.length);
    const data = dataIn(text);
    if (data)
      values.push(
        ...Object.entries(data).map(([key, value]) => ({ file, scope: scopeOf(file, machine, project), key, value })),
      );
    else tallies.left('files', 'it is no file of scopes');
  }
  const isRegistry = ({ scope }: Value) => scope === registryScope;
  await takeEach(
    tallies,
    'values',
    values.filter(each => !isRegistry(each)),
    value => take(desk, value),
  );
  tallies.left('instances', 'they sign on again', values.filter(isRegistry).length);
  return tallies.list;
}

async function take(desk: ForeignDesk, { file, scope, key, value }: Value): Promise<string> {
  const [inScope, underKey] = [scope === null ? null : nativeName(scopes, scope), nativeName(keys, key)];
  if (scope === null) return 'its file does not tell its scope';
  if (!isShownAsItIs(scope) || !isShownAsItIs(key)) return 'its scope or key holds signs that are not shown';
  if (inScope === null || underKey === null) return 'its scope or key is too long';
  return desk.takeover.value(`value/${file}/${key}`, inScope, underKey, value);
}

function dataIn(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const whole: unknown = JSON.parse(text);
    const data = typeof whole === 'object' && whole !== null && 'data' in whole ? whole.data : null;
    return typeof data === 'object' && data !== null && !Array.isArray(data) ? (data as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

/**
 * The scope that a file's name means: machine, project and scope stand there with `__` between them, and in place of every `:` and `/`. Of
 * another machine or project the first parts are left out, as many as such names have.
 */
function scopeOf(file: string, machine: string, project: string): string | null {
  const own = `${machine}:${project}:`.replaceAll(/[:/]/g, '__');
  if (file.startsWith(own)) return file.slice(own.length).replaceAll('__', ':');
  const parts = file.split('__');
  const rest = parts.slice(parts.length >= 4 ? 3 : 2);
  return rest.length === 0 ? null : rest.join(':');
}
