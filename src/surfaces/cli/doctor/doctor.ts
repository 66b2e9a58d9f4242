/** `signalbox doctor`: tries everything that Signalbox relies on, and says what to do where something does not hold. */
import type { Composition } from '../../../compose.ts';
import { exitCodes } from '../exit-codes.ts';
import { composed, type Invocation, pageFor, printResult } from '../invocation.ts';
import { cut, oneLine, wrap } from '../layout.ts';
import { projectOf } from '../place.ts';
import type { Page } from '../renderers.ts';
import { counted } from '../spoken.ts';
import { checkClients } from './clients.ts';
import { broken, checked, type Finding, ok, warning } from './finding.ts';
import { checkFolder, checkSockets } from './folders.ts';
import { checkGit, checkNode } from './machine.ts';
import { checkStore } from './store.ts';
import { checkWakeups } from './wakeups.ts';
import { checkWebhooks } from './webhooks.ts';

/** Prints all findings. Exit code 0 when nothing is broken, else 1. Changes nothing but the runtime folder, and never fails itself. */
export async function runDoctor(invocation: Invocation): Promise<number> {
  const findings = [...(await checkMachine(invocation)), ...(await checkInstallation(invocation))];
  const isHealthy = !findings.some(finding => finding.level === 'broken');
  await printResult(invocation, { healthy: isHealthy, checks: findings }, () =>
    findingsText(findings, pageFor(invocation, 0)),
  );
  return isHealthy ? exitCodes.ok : exitCodes.refused;
}

async function checkMachine({ environment }: Invocation): Promise<Finding[]> {
  return [
    ...(await checked('Node', () => checkNode(process.versions.node))),
    ...(await checked('git', () => checkGit(environment))),
  ];
}

/** Without valid settings there is no store and no folder to look at. */
async function checkInstallation(invocation: Invocation): Promise<Finding[]> {
  let parts: Composition | undefined;
  const settings = await checked('settings', async () => {
    parts = await composed(invocation);
    return checkSettings(parts);
  });
  if (parts === undefined) return settings;
  const known = parts;
  const findings = [
    ...settings,
    ...(await checked('project', () => checkProject(known))),
    ...(await checked('state folder', () => checkFolder('state folder', known.stateFolder))),
    ...(await checked('store', () => checkStore(known))),
    ...(await checked('webhooks', () => checkWebhooks(known))),
    ...(await checked('runtime folder', () => checkFolder('runtime folder', known.runtimeFolder))),
    ...(await checked('sockets', () => checkSockets(known))),
    // Behind a hub both are its own matter.
    ...(known.hub ? [] : await checked('wake-ups', () => checkWakeups(known, () => composed(invocation)))),
    ...(known.hub ? [] : await checked('clients', () => checkClients(known, invocation))),
  ];
  return [...findings, ...(await checked('store', async () => known.close().then(() => [])))];
}

function checkSettings({ unknownSettings, files }: Composition): Finding[] {
  if (unknownSettings.length === 0) {
    return [ok('settings', files.length === 0 ? 'no settings file; defaults and environment' : files.join(', '))];
  }
  return unknownSettings.map(setting =>
    warning(
      'settings',
      `This version does not know ${setting}.`,
      'Correct its name, or update Signalbox; `signalbox config` lists all.',
    ),
  );
}

async function checkProject(parts: Composition): Promise<Finding[]> {
  const tree = await parts.world.worktrees.describe(parts.directory);
  const project = await projectOf(parts);
  if (project === '') return [broken('project', 'No project was found.', 'Name one with --project.')];
  const place = tree.branch === null ? `${tree.root} (no git repository)` : `${tree.root} on ${tree.branch}`;
  return [ok('project', project), ok('checkout', place)];
}

const nameWidth = 14;

function findingsText(findings: readonly Finding[], page: Page): string {
  const { style } = page;
  const worst = {
    broken: findings.filter(({ level }) => level === 'broken').length,
    warning: findings.filter(({ level }) => level === 'warning').length,
  };
  const verdict =
    worst.broken > 0
      ? style.bad(`${counted(worst.broken, 'thing')} broken.`)
      : worst.warning > 0
        ? style.careful(`Nothing is broken; ${counted(worst.warning, 'note')}.`)
        : style.good('Everything works.');
  return `${findings.map(finding => findingText(finding, page)).join('')}\n${verdict}\n`;
}

function findingText({ check, level, message, next }: Finding, { style, columns }: Page): string {
  const mark = { ok: style.good('✓'), warning: style.careful('!'), broken: style.bad('✗') }[level];
  const indent = nameWidth + 4;
  const width = columns === undefined ? undefined : columns - indent;
  const said = wrap(oneLine(message), width);
  const advice = next === undefined ? [] : wrap(`→ ${oneLine(next)}`, width);
  const [first = '', ...more] = [...said, ...advice.map(line => style.strong(line))];
  const name = cut(check, nameWidth).padEnd(nameWidth);
  return `${mark} ${name}  ${[first, ...more.map(line => ' '.repeat(indent) + line)].join('\n')}\n`;
}
