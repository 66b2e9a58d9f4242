/** Databases as earlier systems left them, with the tables that they had. */
import { chooseDriver } from '../../../src/engines/sqlite/driver.ts';

type Row = Readonly<Record<string, string | number | null>>;

/** The columns of the tables of each system. */
const tables = {
  'claude-presence': {
    sessions:
      'id TEXT PRIMARY KEY, project TEXT, branch TEXT, intent TEXT, pid INTEGER, hostname TEXT, started_at INTEGER, last_heartbeat INTEGER, metadata TEXT, client_session_id TEXT',
    resource_locks:
      'resource TEXT, project TEXT, session_id TEXT REFERENCES sessions (id) ON DELETE CASCADE, branch TEXT, reason TEXT, acquired_at INTEGER, expires_at INTEGER, PRIMARY KEY (project, resource)',
    inbox:
      "id INTEGER PRIMARY KEY AUTOINCREMENT, project TEXT, from_session TEXT, from_branch TEXT, to_session TEXT, priority TEXT CHECK (priority IN ('info', 'warning', 'urgent')), message TEXT, tags TEXT, created_at INTEGER",
    inbox_reads: 'session_id TEXT, message_id INTEGER, read_at INTEGER, PRIMARY KEY (session_id, message_id)',
  },
  'claude-peers': {
    peers:
      "id TEXT PRIMARY KEY, pid INTEGER, cwd TEXT, git_root TEXT, tty TEXT, summary TEXT DEFAULT '', registered_at TEXT, last_seen TEXT",
    messages:
      'id INTEGER PRIMARY KEY AUTOINCREMENT, from_id TEXT, to_id TEXT, text TEXT, sent_at TEXT, delivered INTEGER DEFAULT 0',
  },
  'claude-duo': {
    partners:
      'id TEXT PRIMARY KEY, name TEXT, project_path TEXT, created_at TEXT, last_seen TEXT, status TEXT, status_message TEXT, notifications_enabled INTEGER',
    conversations: 'id TEXT PRIMARY KEY, name TEXT, type TEXT, created_at TEXT, created_by TEXT, is_archived INTEGER',
    conversation_participants:
      'conversation_id TEXT, partner_id TEXT, joined_at TEXT, last_read_at TEXT, PRIMARY KEY (conversation_id, partner_id)',
    messages: 'id INTEGER PRIMARY KEY AUTOINCREMENT, conversation_id TEXT, from_id TEXT, content TEXT, created_at TEXT',
  },
} as const;

export type OldSystem = keyof typeof tables;

/**
 * Makes the database of a system at a path, with these rows by table. It is left as a running program leaves it: what was written last
 * stands in the journal beside it until `close`.
 */
export function oldDatabase(path: string, system: OldSystem, rows: Readonly<Record<string, readonly Row[]>>) {
  const database = chooseDriver().open(path);
  database.exec('PRAGMA journal_mode=WAL; PRAGMA foreign_keys=OFF');
  for (const [table, columns] of Object.entries(tables[system])) database.exec(`CREATE TABLE ${table} (${columns})`);
  for (const [table, list] of Object.entries(rows)) {
    for (const row of list) {
      const names = Object.keys(row);
      const marks = names.map(() => '?').join(', ');
      database.prepare(`INSERT INTO ${table} (${names.join(', ')}) VALUES (${marks})`).run(...Object.values(row));
    }
  }
  return { close: () => database.close() };
}
