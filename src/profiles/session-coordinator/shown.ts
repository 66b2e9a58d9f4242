/** Who acts under an id of a session-coordinator session, by what names sessions are known there, and what several tools show alike. */
import * as z from 'zod/v4';
import { unknownSession } from '../../core/addressee.ts';
import { limits } from '../../core/limits.ts';
import type { SessionRecord } from '../../core/records.ts';
import { nativeName } from '../../core/resource-text.ts';
import { cleanLine } from '../../core/text.ts';
import type { ForeignDesk } from '../../tools/foreign-desk.ts';
import type { NamedFile } from '../../tools/foreign-files.ts';

export const text = z.string().min(1);
export const session = text.describe('Your session id, as session_register answered it');
export const path = text.describe('Path of the file, from your working directory or absolute');

export const instant = (at: number) => new Date(at).toISOString();

/** A label of a project, a name, a branch: one line. */
export const line = (raw: string, field: string) => cleanLine(raw, field, limits.personaNameCharacters);

/** The session of that id, whoever says it. Errors: `not_found` for one that is not registered now. */
export async function acting(desk: ForeignDesk, id: string) {
  const known = await desk.known(await desk.plans.stand(), id);
  if (!known || !desk.persona(known.session)?.isRegistered) throw unknownSession(id);
  await desk.plans.isActive(known.caller);
  return { ...known, folder: folderOf(desk, known.session) };
}

/** The name that a session registered with; for others their handle. */
export function nameOf(desk: ForeignDesk, record: SessionRecord): string {
  return String(desk.persona(record)?.facts.name ?? record.handle);
}

/** The branch that a session said it is on; for one that said none, what is checked out where it works. */
export function branchOf(desk: ForeignDesk, record: SessionRecord): string | null {
  const told = desk.persona(record)?.facts.branch;
  return told === undefined || told === null ? record.branch : String(told);
}

/** The label of the project that a session gave; null for one that speaks another vocabulary. */
export function labelOf(desk: ForeignDesk, record: SessionRecord): string | null {
  const label = desk.persona(record)?.facts.project;
  return label === undefined || label === null ? null : String(label);
}

export function folderOf(desk: ForeignDesk, record: SessionRecord): string | null {
  const folder = desk.persona(record)?.facts.working_directory;
  return folder === undefined || folder === null ? null : String(folder);
}

export function named(file: string, folder: string | null): NamedFile {
  return { path: file, name: nativeName(file), folder };
}

/** The folders that paths may start from where nobody says who asks: those of this connection's sessions, or where it stands. */
export async function ownFolders(desk: ForeignDesk): Promise<(string | null)[]> {
  const own = (await desk.sessions(await desk.plans.stand())).filter(record => desk.plans.isOwn(record));
  const folders = new Set(own.map(record => folderOf(desk, record)));
  return folders.size === 0 ? [null] : [...folders];
}

/** The labels that sessions of this vocabulary give the project now; whoever speaks another one is of all of them. */
export async function labelsInUse(desk: ForeignDesk): Promise<string[]> {
  const labels = (await desk.sessions(await desk.plans.stand())).flatMap(record => labelOf(desk, record) ?? []);
  return [...new Set(labels)];
}
