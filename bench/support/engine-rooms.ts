/** Room for stores on every engine that this machine has. */
import { join } from 'node:path';
import { type ChosenServer, postgresServer, redisServer, type ServerKind } from '../../test/support/servers/choose.ts';
import type { Figure, RunOptions } from './row.ts';
import type { Stage } from './stage.ts';

/** Room for one store and its floor; nothing is there yet. */
export interface Room {
  readonly store: string;
  readonly floor: string;
}

export interface Place {
  readonly engine: 'SQLite' | 'PostgreSQL' | 'Redis';
  /** Empty where nothing runs. */
  readonly version: string;
  /** Gives `use` a room and clears it away, whatever happens. */
  inRoom<T>(use: (room: Room) => Promise<T>): Promise<T>;
}

/** The figures of one server after the other; one that cannot be had is left out with a note. */
export async function onServers(note: RunOptions['note'], use: (place: Place) => Promise<Figure[]>): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const kind of [postgresServer, redisServer]) figures.push(...(await onServer(kind, note, use)));
  return figures;
}

export function sqlitePlace(stage: Stage): Place {
  let rooms = 0;
  return {
    engine: 'SQLite',
    version: '',
    inRoom(use) {
      rooms += 1;
      const file = (name: string) => `sqlite:${join(stage.workspace.folder, `${name}-${rooms}.db`)}`;
      return use({ store: file('store'), floor: file('floor') });
    },
  };
}

async function onServer(
  kind: ServerKind,
  note: RunOptions['note'],
  use: (place: Place) => Promise<Figure[]>,
): Promise<Figure[]> {
  const server = await kind.choose();
  if (server === undefined) {
    note(`${kind.name} is LEFT OUT: there is no server. ${kind.remedy}`);
    return [];
  }
  try {
    return await use(placeOn(kind, server));
  } finally {
    await server.release();
  }
}

function placeOn(kind: ServerKind, server: ChosenServer): Place {
  return {
    engine: kind.name as Place['engine'],
    version: server.version,
    async inRoom(use) {
      const [store, floor] = [server.room(), server.room()];
      try {
        return await use({ store: store.url, floor: floor.url });
      } finally {
        await store.clear();
        await floor.clear();
      }
    },
  };
}
