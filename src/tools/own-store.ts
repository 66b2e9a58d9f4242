/** The store as one principal's machines see it: by process and by conversation, which a machine may say what it likes about, only its own sessions are found. */
import type { Reader, Store, Transaction } from '../core/ports.ts';
import type { SessionRecord } from '../core/records.ts';

/** The indexes by which a caller is taken for a session. */
const identities: readonly string[] = ['parent', 'clientSession'];

export function ownStore(store: Store, principal: string): Store {
  return {
    ...delegated(store),
    transact: (project, work, ahead) => store.transact(project, tx => work(ownTransaction(tx, principal)), ahead),
    read: (project, work, ahead) => store.read(project, tx => work(ownReader(tx, principal)), ahead),
  };
}

function delegated(store: Store): Store {
  return {
    spansMachines: store.spansMachines,
    transact: (...given) => store.transact(...given),
    read: (...given) => store.read(...given),
    eventsAfter: (...given) => store.eventsAfter(...given),
    projects: () => store.projects(),
    contents: project => store.contents(project),
    load: (...given) => store.load(...given),
    inspect: () => store.inspect(),
    close: () => store.close(),
  };
}

function ownReader(tx: Reader, principal: string): Reader {
  return {
    get now() {
      return tx.now;
    },
    get sequence() {
      return tx.sequence;
    },
    get: (kind, id) => tx.get(kind, id),
    async list(kind, index, range, page) {
      if (kind !== 'session' || !identities.includes(index)) return tx.list(kind, index, range, page);
      const own: Awaited<ReturnType<typeof tx.list<typeof kind>>> = [];
      // Others may fill a page: whoever claims somebody's conversation must not hide that one's session from him.
      for (let rest = range; ; ) {
        const found = await tx.list(kind, index, rest, page);
        own.push(...found.filter(record => (record as SessionRecord).hub?.principal === principal));
        const last = found.at(-1) as SessionRecord | undefined;
        if (last === undefined || found.length < page.limit || own.length >= page.limit || !('equals' in rest)) break;
        rest = { equals: rest.equals, afterId: last.id };
      }
      return own.slice(0, page.limit);
    },
    count: (kind, index, range) => tx.count(kind, index, range),
  };
}

function ownTransaction(tx: Transaction, principal: string): Transaction {
  const reader = ownReader(tx, principal);
  return {
    get now() {
      return tx.now;
    },
    get sequence() {
      return tx.sequence;
    },
    get: reader.get,
    list: reader.list,
    count: reader.count,
    put: (kind, record) => tx.put(kind, record),
    delete: (kind, id) => tx.delete(kind, id),
    emit: event => tx.emit(event),
  };
}
