/**
 * The first schema. Texts compare as UTF-8 bytes (BINARY), which is the order that the store promises.
 * `record` keeps its rowid because bodies can be long; `entry` is nothing but its key, so it is stored as the index itself.
 */
export const initial = `
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

  -- What to add to the machine's uptime to get the store's time, by boot: the same for all processes, however clocks are set.
  CREATE TABLE boot (
    id TEXT PRIMARY KEY,
    base INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
`;
