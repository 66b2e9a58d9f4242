/** Opens the store after the storm, through the product's own engine, and holds it against the ledger. */
import { join } from 'node:path';
import type { Event, Reader } from '../../src/core/ports.ts';
import { isRealProject } from '../../src/core/project.ts';
import type { MessageRecord } from '../../src/core/records.ts';
import { createEngine } from '../../src/engines/index.ts';
import { chooseDriver } from '../../src/engines/sqlite/driver.ts';
import { systemClock } from '../../src/system/clock.ts';
import { systemIds } from '../../src/system/ids.ts';
import { createLog } from '../../src/system/log.ts';
import { createProcesses } from '../../src/system/processes.ts';
import { createSocketWakeups } from '../../src/system/socket-wakeups.ts';
import type { Workspace } from '../support/workspace.ts';
import type { Findings } from './findings.ts';
import type { Acknowledged, Ledger } from './ledger.ts';

const everything = { limit: 1_000_000 };

export async function examineStore(workspace: Workspace, ledger: Ledger, findings: Findings): Promise<void> {
  const path = join(workspace.home, 'signalbox.db');
  const { room } = workspace;
  if (!room) checkFile(path, findings);
  const log = createLog({ level: 'error' });
  const wakeups = createSocketWakeups({ directory: workspace.runtime, log, clock: systemClock });
  const parts = { clock: systemClock, ids: systemIds, boot: createProcesses().self().boot, wakeups, log };
  const { store } = await createEngine(room?.store ?? room?.url ?? `sqlite:${path}`, parts);
  try {
    const { isUsable, problems } = await store.inspect();
    // A server may be set up as it likes; a file is our own.
    findings.check(
      isUsable && (room !== undefined || problems.length === 0),
      `the store has problems: ${problems.join(' ')}`,
    );
    const projects = (await store.projects()).filter(isRealProject);
    findings.check(projects.length === 1, `the store knows the projects ${projects.join(', ')}`);
    const [project = ''] = projects;
    await store.read(project, reader => checkMessages(reader, ledger, findings));
    const sequence = await store.read(project, async reader => reader.sequence);
    const events = await allEvents(after => store.eventsAfter(project, after, 1_000));
    checkEvents(events, sequence, findings);
    findings.numbers.events = events.length;
  } finally {
    await store.close();
  }
}

function checkFile(path: string, findings: Findings): void {
  const database = chooseDriver().open(path, { readOnly: true });
  const rows = database.prepare('PRAGMA integrity_check').all();
  database.close();
  const verdict = rows.map(row => row.integrity_check).join('; ');
  findings.check(verdict === 'ok', `PRAGMA integrity_check: ${verdict}`);
}

async function checkMessages(reader: Reader, ledger: Ledger, findings: Findings): Promise<void> {
  const stored = await reader.list('message', 'key', { prefix: '' }, everything);
  const byKey = new Map<string, MessageRecord[]>();
  for (const message of stored) byKey.set(message.key ?? '', [...(byKey.get(message.key ?? '') ?? []), message]);
  for (const [key, messages] of byKey) {
    findings.check(messages.length === 1, `the key ${key} has the effects ${messages.map(({ id }) => id).join(', ')}`);
  }
  for (const expected of ledger.acknowledged.values()) {
    const message = byKey.get(expected.key)?.[0];
    const held = message?.id === expected.id;
    if (!findings.check(held, `${expected.id} (${expected.key}) was acknowledged and is stored as ${message?.id}`))
      continue;
    if (message) await checkDeliveries(reader, message, expected, ledger, findings);
  }
}

/** Each recipient has it once, and whoever is said to have read it was really shown it. */
async function checkDeliveries(
  reader: Reader,
  message: MessageRecord,
  expected: Acknowledged,
  ledger: Ledger,
  findings: Findings,
): Promise<void> {
  const deliveries = await reader.list('delivery', 'message', { equals: message.id }, everything);
  const sessions = await Promise.all(deliveries.map(delivery => reader.get('session', delivery.session)));
  const handles = sessions.map(session => session?.handle ?? '?').sort();
  findings.check(
    handles.join() === [...expected.to].sort().join(),
    `${message.id} was for ${expected.to.join(', ')} and is in the inboxes of ${handles.join(', ')}`,
  );
  for (const [index, { state }] of deliveries.entries()) {
    const handle = sessions[index]?.handle ?? '?';
    const wasShown = (ledger.inbox(handle).get(message.id) ?? 0) > 0;
    findings.check(wasShown, `${message.id} is ${state} in the inbox of ${handle}, who never saw it`);
  }
}

async function allEvents(after: (cursor: number) => Promise<Event[]>): Promise<Event[]> {
  const events: Event[] = [];
  for (let page = await after(0); page.length > 0; page = await after(events.at(-1)?.sequence ?? 0))
    events.push(...page);
  return events;
}

function checkEvents(events: readonly Event[], sequence: number, findings: Findings): void {
  for (const [index, event] of events.entries()) {
    if (!findings.check(event.sequence === index + 1, `event ${event.sequence} stands at place ${index + 1}`)) return;
  }
  findings.check(events.length === sequence, `the project is at ${sequence} and has ${events.length} events`);
}
