/**
 * The first schema. Text compares by its bytes ("C"), which for UTF-8 is the order the port asks for. `latest` is the newest
 * time that was used in the project: a server whose clock is set back, or its successor, does not turn time back.
 */
export function initial(schema: string): string {
  return `
    CREATE TABLE ${schema}.project (
      key bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      name text COLLATE "C" NOT NULL UNIQUE,
      sequence bigint NOT NULL DEFAULT 0,
      latest bigint NOT NULL DEFAULT 0
    ) WITH (fillfactor = 50);
    CREATE TABLE ${schema}.record (
      project bigint NOT NULL,
      kind text COLLATE "C" NOT NULL,
      id text COLLATE "C" NOT NULL,
      body text NOT NULL,
      PRIMARY KEY (project, kind, id)
    ) WITH (fillfactor = 80);
    CREATE TABLE ${schema}.entry (
      project bigint NOT NULL,
      kind text COLLATE "C" NOT NULL,
      name text COLLATE "C" NOT NULL,
      value text COLLATE "C" NOT NULL,
      id text COLLATE "C" NOT NULL,
      PRIMARY KEY (project, kind, name, value, id)
    );
    CREATE TABLE ${schema}.event (
      project bigint NOT NULL,
      sequence bigint NOT NULL,
      body text NOT NULL,
      PRIMARY KEY (project, sequence)
    );`;
}
