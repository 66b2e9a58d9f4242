/** What doctor says of one client, judged from what was found out about it. */

import type { ClientProof } from '../../../clients/proof/define-proof.ts';
import type { Obstacle } from '../../../clients/proof/obstacles.ts';
import type { SetupState } from '../../../clients/proof/state.ts';
import type { Scope } from '../../../clients/setup/define-setup.ts';
import { spokenDuration } from '../../../core/text.ts';
import { version } from '../../../version.ts';
import { counted } from '../spoken.ts';
import type { Delivery } from './clients-delivery.ts';
import { standing } from './clients-version.ts';
import { broken, type Finding, ok, warning } from './finding.ts';

/** Sessions of a client in this project. */
export interface LivingSessions {
  readonly count: number;
  /** Of how many no hook was ever heard. */
  readonly unheard: number;
  /** How long ago a hook was heard last; null for never. */
  readonly heardMs: number | null;
}

export interface ClientReport {
  readonly name: string;
  readonly proof: ClientProof;
  readonly isInstalled: boolean;
  readonly version: string | undefined;
  readonly states: Readonly<Partial<Record<Scope, SetupState>>>;
  /** What the plugin in Claude Code brings is there. */
  readonly hasPlugin: boolean;
  /** The command that starts the server, where it is to be found on the PATH and is not. */
  readonly notOnPath: string | null;
  readonly obstacles: readonly Obstacle[];
  /** Null where it was not tried: nothing is set up, or its program is missing. */
  readonly delivery: Delivery | null;
  /** Whether a hook that waits is configured. */
  readonly wakes: boolean;
  readonly sessions: LivingSessions | null;
  /** A path as its owner says it. */
  shown(path: string): string;
}

/** As a finding is, and the same as data for programs. */
export interface ClientFinding extends Finding {
  readonly client?: object;
}

/** The first of them carries what is known as data. */
export function clientFindings(report: ClientReport): ClientFinding[] {
  const [first, ...others] = findingsOf(report);
  return first ? [{ ...first, client: factsOf(report) }, ...others] : [];
}

function findingsOf(report: ClientReport): Finding[] {
  const unreadable = unreadableFindings(report);
  const scopes = scopesOf(report);
  if (scopes.length === 0 && !report.hasPlugin) {
    if (unreadable.length > 0) return unreadable;
    return [...(report.isInstalled ? [notSetUp(report)] : []), ...sessionFindings(report)];
  }
  return [
    ...mainFinding(report),
    ...unreadable,
    ...doubleFinding(report),
    ...outdatedFindings(report),
    ...report.obstacles.slice(1).map(({ message, next }) => warning(report.name, message, next)),
    ...pathFinding(report),
    ...versionFinding(report),
    ...serverFinding(report),
    ...guardFinding(report),
    ...sessionFindings(report),
  ];
}

export function scopesOf({ states }: Pick<ClientReport, 'states'>): Scope[] {
  return (['user', 'project'] as const).filter(scope => ['current', 'outdated'].includes(states[scope]?.kind ?? ''));
}

function unreadableFindings({ name, states }: ClientReport): Finding[] {
  return Object.values(states).flatMap(({ error }) => {
    if (!error) return [];
    const message = error.message.replace('; it was left as it is.', '.');
    return [broken(name, message, error.next.replace('run the command again', 'run `signalbox doctor` again'))];
  });
}

function notSetUp({ name, proof }: ClientReport): Finding {
  const message = 'installed, not set up: its sessions know nothing of the others.';
  return warning(name, message, `Run \`signalbox setup ${proof.id}\`.`);
}

/** What is set up, whether it was seen to deliver, and what is to be known of it. None where a program is missing. */
function mainFinding(report: ClientReport): Finding[] {
  const { name, delivery, proof, obstacles } = report;
  if (delivery === null) return [];
  const [obstacle] = obstacles;
  const where = placesText(report);
  const said = deliveryText(delivery);
  const again = `Run \`signalbox setup ${proof.id}\`; if that changes nothing, report what this says.`;
  const finding = () => {
    if (delivery.result === 'failed') return broken(name, `${where}; ${said}`, again);
    if (obstacle) {
      const works = delivery.result === 'delivered' ? ` Tried without the client it works: ${said}` : '';
      return warning(name, `${where}; not live. ${obstacle.message}${works}`, obstacle.next);
    }
    if (delivery.result === 'delivered') {
      const remarks = [versionText(report), proof.idle(report.wakes)].filter(text => text !== '');
      // What was tried need not be what the client does with the part that is missing.
      if (isInPart(report)) return warning(name, `${where}, in part; of what is there ${said}`, again);
      const how = proof.tried === null ? 'delivers as its documentation has it' : 'live';
      return ok(name, [`${where}; ${how}: ${said}`, ...remarks].join(' '));
    }
    const isLate = delivery.result === 'late';
    const next = isLate ? 'Try again when the machine has less to do.' : 'Try it with two sessions.';
    return warning(name, `${where}; ${said}`, next);
  };
  return [finding()];
}

/** Whether something that setup writes is not there, or not as it writes it. */
function isInPart({ states }: ClientReport): boolean {
  return Object.values(states).some(({ kind, stale }) => kind === 'outdated' && stale.length > 0);
}

function placesText(report: ClientReport): string {
  const places = [
    ...(report.hasPlugin ? ['by the plugin'] : []),
    ...scopesOf(report).map(scope => (scope === 'user' ? 'for you' : 'in this repository')),
  ];
  return `set up ${places.join(' and ')}`;
}

function deliveryText(delivery: Delivery): string {
  switch (delivery.result) {
    case 'delivered': {
      const way = delivery.by === 'hook' ? 'with the answer to its next hook' : 'with its next call';
      return `a message came ${way} (${delivery.milliseconds} ms).`;
    }
    case 'failed':
      return `not live. ${delivery.reason}`;
    case 'late':
      return 'not known to be live: trying it took too long.';
    case 'untried':
      return `not tried, because ${delivery.reason}.`;
  }
}

function versionText({ version: own, proof: { tried } }: ClientReport): string {
  if (tried === null) return 'It was never tried with the program itself.';
  if (own === undefined || standing(own, tried) !== 'newer') return '';
  return `Its version is ${own}; tried with ${rangeText(tried)}.`;
}

function versionFinding({ name, version: own, proof: { tried } }: ClientReport): Finding[] {
  if (tried === null || own === undefined || standing(own, tried) !== 'older') return [];
  const message = `Its version ${own} is older than those tried (${rangeText(tried)}).`;
  return [warning(name, message, `Update ${name}.`)];
}

/** What the client starts is of another version than this program, which the files need not show. */
function serverFinding({ name, delivery, hasPlugin, proof }: ClientReport): Finding[] {
  if (delivery?.result !== 'delivered' || delivery.version === version) return [];
  const message = `The server it starts is version ${delivery.version}; this is ${version}.`;
  const next = hasPlugin ? 'Update the plugin: /plugin in Claude Code.' : `Run \`signalbox setup ${proof.id}\`.`;
  return [warning(name, message, next)];
}

/** Whether its hooks ask before an edit and before a shell command, and a refusal comes out. */
function guardFinding({ name, delivery, proof, obstacles }: ClientReport): Finding[] {
  if (delivery?.result !== 'delivered' || delivery.guard === null) return [];
  const { edit, shell } = delivery.guard;
  const words = { edit: 'edits', shell: 'shell commands' };
  const bad = (['edit', 'shell'] as const).filter(asking => delivery.guard?.[asking] !== 'refused');
  if (bad.length === 0) {
    return obstacles.length > 0 ? [] : [ok(name, 'guard: a self-test edit and a self-test command were refused')];
  }
  const whys = { refused: '', 'let through': 'let through', 'not asked': 'not asked about' };
  const facts = bad.map(asking => `${words[asking]} are ${whys[asking === 'edit' ? edit : shell]}`).join(', and ');
  const next = `Run \`signalbox setup ${proof.id}\`; if that changes nothing, report what this says.`;
  return [warning(name, `guard: ${facts}, so locks do not hold there.`, next)];
}

const rangeText = ([oldest, newest]: readonly [string, string]) =>
  oldest === newest ? oldest : `${oldest} to ${newest}`;

function doubleFinding(report: ClientReport): Finding[] {
  if (!report.hasPlugin || scopesOf(report).length === 0) return [];
  const scope = report.states.user && scopesOf(report).includes('user') ? '' : ' --project';
  const message = 'The plugin and setup both bring server and hooks: two servers run for one session.';
  return [warning(report.name, message, `Run \`signalbox remove${scope} ${report.proof.id}\`.`)];
}

function outdatedFindings(report: ClientReport): Finding[] {
  const { name, states, proof } = report;
  return scopesOf(report).flatMap(scope => {
    const state = states[scope];
    if (state?.kind !== 'outdated') return [];
    const command = `Run \`signalbox setup${scope === 'project' ? ' --project' : ''} ${proof.id}\`.`;
    if (state.missing.length > 0) {
      const paths = state.missing.map(report.shown).join(' and ');
      const are = state.missing.length === 1 ? 'is' : 'are';
      return [warning(name, `${paths} ${are} not there any more: what calls it cannot start.`, command)];
    }
    if (state.foreign.length > 0) {
      const paths = state.foreign.map(report.shown).join(' and ');
      return [warning(name, `It calls ${paths}, which is not this program.`, command)];
    }
    const files = state.stale.map(report.shown).join(' and ');
    return [warning(name, `Not all that this version sets up is in ${files}.`, command)];
  });
}

function pathFinding({ name, notOnPath }: ClientReport): Finding[] {
  if (notOnPath === null) return [];
  const message = `set up, and \`${notOnPath}\`, which starts the server, is not on the PATH.`;
  const next = notOnPath === 'signalbox' ? 'Install it for this machine: `npm i -g signalbox`.' : 'Put it there.';
  return [warning(name, message, next)];
}

function sessionFindings({ name, sessions, proof }: ClientReport): Finding[] {
  if (sessions === null || sessions.count === 0) return [];
  const here = `${counted(sessions.count, 'session')} here`;
  const { unheard, heardMs } = sessions;
  const ago = heardMs === null ? '' : heardMs < 1000 ? 'just now' : `${spokenDuration(heardMs)} ago`;
  if (unheard === 0) return [ok(name, `${here}; hooks heard ${ago}`)];
  if (proof.opening === null) return [ok(name, here)];
  const whose = unheard === sessions.count ? 'no hook was ever heard' : `of ${unheard} no hook was ever heard`;
  const last = heardMs === null ? '' : `, of others ${ago}`;
  return [
    warning(
      name,
      `${here}; ${whose}${last}. It runs as it was configured when it began, or its hooks do not run.`,
      'Start that session again; if that changes nothing, look at the hooks in the client.',
    ),
  ];
}

function factsOf(report: ClientReport): object {
  const { proof, delivery, obstacles, sessions, hasPlugin, states } = report;
  return {
    id: proof.id,
    version: report.version ?? null,
    setUp: [...(hasPlugin ? ['plugin'] : []), ...scopesOf(report)],
    outdated: scopesOf(report).filter(scope => states[scope]?.kind === 'outdated'),
    isLive: proof.tried !== null && delivery?.result === 'delivered' && obstacles.length === 0 && !isInPart(report),
    delivery,
    sessions,
  };
}
