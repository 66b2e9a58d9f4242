/** Finds (or starts) the server of a run of the scenarios on another engine, once for all its files. */
import { writeSync } from 'node:fs';
import type { TestProject } from 'vitest/node';
import { postgresServer, redisServer } from './choose.ts';
import { framed } from './notice.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Address of the server; null when there is none. */
    storeServer: string | null;
  }
}

/** The project's name ends with that of the engine. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  if (project.name.endsWith('hub')) {
    project.provide('storeServer', 'hub');
    return async () => undefined;
  }
  const kind = project.name.endsWith('postgres') ? postgresServer : redisServer;
  const server = await kind.choose();
  const isRequired = Boolean(process.env.CI) && process.env.CI !== 'false';
  if (!server) {
    const notice = framed([`NOT TESTED: ${project.name}`, `This machine lacks a ${kind.name} server.`, kind.remedy]);
    if (isRequired) throw new Error(`Under CI nothing may be left out.\n${notice}`);
    writeSync(2, `\n${notice}\n`);
  }
  project.provide('storeServer', server?.url ?? null);
  return async () => server?.release();
}
