/** Suites that need something this machine may lack: they run, are left out so that nobody can overlook it, or fail under CI. */
import { writeSync } from 'node:fs';
import { afterAll, describe, it } from 'vitest';
import type { ChosenServer, ServerKind } from './choose.ts';
import { framed } from './notice.ts';

/** What a suite cannot run without, and how to get it, as a sentence. */
export interface Lack {
  readonly what: string;
  readonly remedy: string;
}

const chosen = new Map<ServerKind, Promise<ChosenServer | undefined>>();

/** A suite on a real server, at the top of a test file: `await describeWith(postgresServer, 'title', server => { … })`. */
export async function describeWith(
  kind: ServerKind,
  title: string,
  body: (server: ChosenServer) => void,
): Promise<void> {
  const server = await serverOf(kind);
  if (server) describe(`${title} (${kind.name} ${server.version})`, () => body(server));
  else leaveOut(title, { what: `a ${kind.name} server`, remedy: kind.remedy });
}

/** A suite that runs unless `lack` says what is missing for it. */
export function describeUnless(lack: Lack | undefined, title: string, body: () => void): void {
  if (lack) leaveOut(title, lack);
  else describe(title, body);
}

/** The server of this file's tests: chosen once, and released behind the last of them. */
function serverOf(kind: ServerKind): Promise<ChosenServer | undefined> {
  const known = chosen.get(kind);
  if (known) return known;
  const server = kind.choose();
  chosen.set(kind, server);
  afterAll(async () => (await server)?.release());
  return server;
}

function leaveOut(title: string, lack: Lack): void {
  const notice = framed([`NOT TESTED: ${title}`, `This machine lacks ${lack.what}.`, lack.remedy]);
  const isRequired = Boolean(process.env.CI) && process.env.CI !== 'false';
  describe(title, () => {
    if (isRequired) {
      it(`needs ${lack.what}`, () => {
        throw new Error(`Under CI nothing may be left out.\n${notice}`);
      });
    } else it.skipIf(true)(`needs ${lack.what}`, () => {});
  });
  if (!isRequired) writeSync(2, `\n${notice}\n`);
}
