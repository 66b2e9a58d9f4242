import { describe, expect, it } from 'vitest';
import { proofOf } from '../../../clients/proof/proofs.ts';
import type { SetupState } from '../../../clients/proof/state.ts';
import { SignalboxError } from '../../../core/errors.ts';
import { version } from '../../../version.ts';
import type { GuardTrial } from './clients-delivery.ts';
import { type ClientReport, clientFindings } from './clients-report.ts';
import { standing } from './clients-version.ts';

const state = (kind: SetupState['kind'], more: Partial<SetupState> = {}): SetupState => ({
  kind,
  configured: { server: null, hooks: [] },
  stale: [],
  missing: [],
  foreign: [],
  ...more,
});

function report(more: Partial<ClientReport> = {}): ClientReport {
  return {
    name: 'Codex',
    proof: proofOf('codex'),
    isInstalled: true,
    version: '0.169.0',
    states: { user: state('current'), project: state('absent') },
    hasPlugin: false,
    notOnPath: null,
    obstacles: [],
    delivery: { result: 'delivered', by: 'hook', milliseconds: 34, guard: null, version },
    wakes: false,
    sessions: null,
    shown: path => path.replace('/home/ann', '~'),
    ...more,
  };
}

const said = (more: Partial<ClientReport> = {}) =>
  clientFindings(report(more)).map(({ level, message, next = '' }) => `${level}: ${message} → ${next}`);

describe('a client', () => {
  it('that is set up and was seen to deliver is live, with how long it took and what wakes it', () => {
    expect(said()).toEqual([
      'ok: set up for you; live: a message came with the answer to its next hook (34 ms). ' +
        'A session that rests in a terminal is woken; a run of `codex exec` is not. → ',
    ]);
  });

  it('that is installed and not set up is a note with the command; one that is neither is not mentioned', () => {
    const states = { user: state('absent'), project: state('absent') };
    expect(said({ states, delivery: null })[0]).toMatch(
      /^warning: installed, not set up.*→ Run `signalbox setup codex`/,
    );
    expect(said({ states, delivery: null, isInstalled: false })).toEqual([]);
  });

  it('is told where it is set up', () => {
    const both = { user: state('current'), project: state('current') };
    expect(said({ states: both })[0]).toMatch(/^ok: set up for you and in this repository; live/);
    expect(said({ states: { ...both, user: state('absent') } })[0]).toMatch(/^ok: set up in this repository; live/);
    expect(said({ states: {}, hasPlugin: true })[0]).toMatch(/^ok: set up by the plugin; live/);
    expect(said({ hasPlugin: true })[1]).toMatch(/^warning: The plugin and setup both.*`signalbox remove codex`/);
  });

  it('that hinders its hooks is not live, however well they work without it', () => {
    const obstacles = [
      { message: 'They are not trusted.', next: 'Trust them.' },
      { message: 'More.', next: 'Do.' },
    ];
    expect(said({ obstacles })).toEqual([
      'warning: set up for you; not live. They are not trusted. Tried without the client it works: ' +
        'a message came with the answer to its next hook (34 ms). → Trust them.',
      'warning: More. → Do.',
    ]);
    const [{ client } = {}] = clientFindings(report({ obstacles }));
    expect(client).toMatchObject({ isLive: false, delivery: { result: 'delivered' } });
  });

  it('of which a part is missing is not said to be live, whatever the rest delivers', () => {
    const states = { user: state('outdated', { stale: ['/home/ann/.codex/hooks.json'] }) };
    expect(said({ states })[0]).toMatch(
      /^warning: set up for you, in part; of what is there a message came.*→ Run `signalbox setup codex`/,
    );
    expect(clientFindings(report({ states }))[0]?.client).toMatchObject({ isLive: false });
  });

  it('that was never tried with the program is not said to be live', () => {
    const [finding] = clientFindings(report({ proof: proofOf('cursor'), version: undefined }));
    expect(finding?.message).toMatch(/as its documentation has it: .* never tried with the program itself/);
    expect(finding?.client).toMatchObject({ isLive: false });
  });

  it('whose delivery failed is broken, and one that was too slow or not tried is a note', () => {
    expect(said({ delivery: { result: 'failed', reason: 'It said nothing.' } })[0]).toMatch(
      /^broken: set up for you; not live\. It said nothing\. → Run `signalbox setup codex`/,
    );
    expect(said({ delivery: { result: 'late' } })[0]).toMatch(/^warning: .*took too long/);
    expect(said({ delivery: { result: 'untried', reason: 'x' } })[0]).toMatch(/^warning: .*not tried, because x\./);
  });

  it('whose file cannot be read is broken, with the file, even where nothing else is known', () => {
    const error = new SignalboxError(
      'invalid_input',
      '/a is not valid JSON (line 2); it was left as it is.',
      'Correct the file, then run the command again.',
    );
    const states = { user: state('unreadable', { error }), project: state('absent') };
    expect(said({ states, delivery: null })).toEqual([
      'broken: /a is not valid JSON (line 2). → Correct the file, then run `signalbox doctor` again.',
    ]);
  });

  it('that calls what is gone, or another program, or lacks a part, is sent to setup', () => {
    const outdated = (more: Partial<SetupState>) => ({ user: state('outdated', more), project: state('absent') });
    const missing = outdated({ missing: ['/home/ann/x.mjs'], stale: ['/f'] });
    expect(said({ states: missing, delivery: null })).toEqual([
      'warning: ~/x.mjs is not there any more: what calls it cannot start. → Run `signalbox setup codex`.',
    ]);
    expect(said({ states: outdated({ foreign: ['/o.mjs'], stale: ['/f'] }) })[1]).toMatch(
      /^warning: It calls \/o\.mjs, which/,
    );
    expect(said({ states: outdated({ stale: ['/f'] }) })[1]).toMatch(/^warning: Not all that this version .* \/f\./);
    const project = { user: state('absent'), project: state('outdated', { stale: ['/f'] }) };
    expect(said({ states: project })[1]).toMatch(/`signalbox setup --project codex`/);
    expect(said({ delivery: null, notOnPath: 'signalbox' })[0]).toMatch(/not on the PATH.*npm i -g signalbox/);
  });

  it('of a version that was not tried says with which it was', () => {
    expect(said({ version: '0.170.0' })[0]).toMatch(/^ok: .*Its version is 0\.170\.0; tried with 0\.169\.0\./);
    expect(said({ version: '0.99.9' })[1]).toMatch(
      /^warning: Its version 0\.99\.9 is older than those tried \(0\.169\.0\)/,
    );
    const claude = { proof: proofOf('claude-code'), version: '2.1.100' };
    expect(said(claude)[1]).toMatch(/\(2\.1\.197 to 2\.1\.329\)/);
    const old = { result: 'delivered', by: 'hook', milliseconds: 1, guard: null, version: '0.0.1' } as const;
    expect(said({ delivery: old })[1]).toMatch(/^warning: The server it starts is version 0\.0\.1/);
  });

  it('says what wakes Claude Code, and what does not', () => {
    const claude = { proof: proofOf('claude-code'), version: undefined };
    expect(said({ ...claude, wakes: true })[0]).toMatch(/rests at a screen is woken; channels, which need a login/);
    expect(said({ ...claude, wakes: false })[0]).toMatch(/rests is not woken/);
  });
});

describe('what its hooks forbid', () => {
  const tried = (edit: GuardTrial, shell: GuardTrial) =>
    ({ result: 'delivered', by: 'hook', milliseconds: 1, version, guard: { edit, shell } }) as const;

  it('is said to hold where a self-test of both was refused, and only there', () => {
    expect(said({ delivery: tried('refused', 'refused') })[1]).toMatch(/^ok: guard: a self-test edit and a self-test/);
    expect(said({ delivery: tried('refused', 'let through') })[1]).toMatch(
      /^warning: guard: shell commands are let through, so locks do not hold there\. → Run `signalbox setup codex`/,
    );
    expect(said({ delivery: tried('not asked', 'not asked') })[1]).toMatch(
      /^warning: guard: edits are not asked about, and shell commands are not asked about/,
    );
  });

  it('is not claimed while something keeps the client from running its hooks', () => {
    const obstacles = [{ message: 'Its hooks are not trusted.', next: 'Trust them.' }];
    expect(said({ delivery: tried('refused', 'refused'), obstacles }).join()).not.toContain('guard');
  });
});

describe('its sessions', () => {
  const last = (sessions: ClientReport['sessions'], more: Partial<ClientReport> = {}) =>
    said({ sessions, ...more }).at(-1);

  it('are counted, with when a hook was last heard', () => {
    expect(last({ count: 2, unheard: 0, heardMs: 3_200 })).toMatch(/^ok: 2 sessions here; hooks heard 3 s ago/);
    expect(last({ count: 1, unheard: 0, heardMs: 10 })).toMatch(/^ok: 1 session here; hooks heard just now/);
  });

  it('of which no hook was ever heard are a note, but not where there are no hooks', () => {
    expect(last({ count: 1, unheard: 1, heardMs: null })).toMatch(/^warning: 1 session here; no hook was ever heard\./);
    expect(last({ count: 3, unheard: 1, heardMs: 240_000 })).toMatch(
      /^warning: 3 sessions here; of 1 no hook.*of others 4 min ago/,
    );
    expect(last({ count: 1, unheard: 1, heardMs: null }, { proof: proofOf('claude-desktop') })).toMatch(
      /^ok: 1 session here →/,
    );
  });

  it('are told where nothing is set up, too', () => {
    const states = { user: state('absent'), project: state('absent') };
    expect(last({ count: 1, unheard: 0, heardMs: 0 }, { states, delivery: null })).toMatch(/^ok: 1 session here/);
  });
});

it.each([
  ['2.1.196', 'older'],
  ['2.1.197', 'tried'],
  ['2.1.329', 'tried'],
  ['2.2.0', 'newer'],
  ['10.0.0', 'newer'],
])('version %s is %s', (told, where) => {
  expect(standing(told, ['2.1.197', '2.1.329'])).toBe(where);
});

it('no finding that is not fine is without a next step', () => {
  const all = [
    report(),
    report({ delivery: { result: 'late' } }),
    report({ notOnPath: 'x' }),
    report({ hasPlugin: true }),
  ];
  expect(all.flatMap(clientFindings).filter(({ level, next }) => level !== 'ok' && !next)).toEqual([]);
});
