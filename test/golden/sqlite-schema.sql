-- Version 2. Regenerate with SIGNALBOX_UPDATE_GOLDEN=1; a change needs a migration.
-- Declared indexes; a new one, or one that finds other values, needs a migration that rebuilds its entries.
-- session: live handle pastHandle clientSession child formerChild parent persona ended
-- lock: all holder key globBase
-- waiter: queue session
-- message: sender key broadcast at history thread
-- delivery: unread queued inbox message owed
-- conversation: member spoken
-- intent: open session ended
-- context: recent type title word expiry
-- data: scope deleted
-- edit: path session commit at
-- place: 
-- token: name
-- brought: 
-- audit: at order
-- webhook: name
-- webhookCursor: webhook

CREATE TABLE boot (
  id TEXT PRIMARY KEY,
  base INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE entry (
  project INTEGER NOT NULL,
  kind TEXT NOT NULL,
  name TEXT NOT NULL,
  value TEXT NOT NULL,
  id TEXT NOT NULL,
  PRIMARY KEY (project, kind, name, value, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE event (
  project INTEGER NOT NULL,
  sequence INTEGER NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY (project, sequence)
) STRICT, WITHOUT ROWID;

CREATE TABLE project (
  key INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  sequence INTEGER NOT NULL
) STRICT;

CREATE TABLE record (
  project INTEGER NOT NULL,
  kind TEXT NOT NULL,
  id TEXT NOT NULL,
  body TEXT NOT NULL,
  UNIQUE (project, kind, id)
) STRICT;
