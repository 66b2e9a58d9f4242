import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { runDemo } from '../../src/demo/demo.ts';
import { processesWith } from '../support/process-facts.ts';
import { binary, type CommandResult, until, Workspace } from '../support/workspace.ts';

const stepNames = ['meet', 'lock', 'refuse', 'message', 'handover', 'takeover'];

let workspace: Workspace;
/** Where the demonstration makes its folder; its servers inherit the variable, so they are found by it. */
let temporary: string;
let environment: Record<string, string>;

beforeEach(() => {
  workspace = new Workspace();
  temporary = join(workspace.folder, 't');
  mkdirSync(temporary);
  environment = { TMPDIR: temporary, SIGNALBOX_HOME: '', XDG_RUNTIME_DIR: '' };
});
afterEach(() => workspace.dispose());

/** The demonstration, played again where all that was broken is a promise about time: a machine may be too busy to keep that one. */
async function played(...options: string[]): Promise<CommandResult> {
  for (let attempt = 1; ; attempt += 1) {
    const result = await workspace.command(['demo', ...options], { environment });
    if (attempt === 5 || !/The lock passed on only after/.test(result.stdout)) return result;
  }
}

function expectNothingLeft(): void {
  expect(readdirSync(temporary)).toEqual([]);
  expect(processesWith('TMPDIR', temporary)).toEqual([]);
}

describe('signalbox demo', () => {
  test('tells the story in 80 columns without colour, finds every promise kept, and leaves nothing behind', async () => {
    const { code, stdout, stderr } = await played();
    expect(stdout).toContain('All 6 steps happened as promised.');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/amber-otter/);
    expect(stdout).toMatch(/brisk-heron/);
    expect(stdout).not.toContain('\u001b');
    expect(Math.max(...stdout.split('\n').map(line => line.length))).toBeLessThanOrEqual(80);
    expectNothingLeft();
  });

  test('gives steps and measurements as one JSON object', async () => {
    const { code, stdout } = await played('--json');
    const { ok, steps, measured } = JSON.parse(stdout);
    expect({ code, ok }).toEqual({ code: 0, ok: true });
    expect(steps.map(({ step }: { step: string }) => step)).toEqual(stepNames);
    expect(steps.every((step: { ok: boolean }) => step.ok)).toBe(true);
    expect(Object.keys(measured)).toEqual(['messageMs', 'handoverMs', 'takeoverMs']);
    expectNothingLeft();
  });

  test('interrupted in the middle, it says so, fails, and leaves nothing behind', async () => {
    const child = workspace.start(['demo'], { environment });
    let output = '';
    child.stdout?.on('data', chunk => {
      output += String(chunk);
    });
    await until('the lock is held', () => output.includes('granted'));
    const ended = new Promise(resolve => child.on('close', resolve));
    child.kill('SIGINT');
    expect(await ended).not.toBe(0);
    expect(output).toContain('You interrupted it.');
    expectNothingLeft();
  });

  test('is the only part of the program that loads a protocol client', () => {
    const loaded = chunksOf(binary, new Set());
    expect(loaded.size).toBeGreaterThan(3);
    for (const chunk of loaded) expect(readFileSync(chunk, 'utf8'), chunk).not.toContain('StdioClientTransport');
  });
});

describe('a program that breaks a promise', () => {
  const distortions = [
    {
      broken: 'meet',
      promise: 'shows the branch',
      code: `for (const s of out.sessions ?? []) s.branch = 'elsewhere';`,
    },
    {
      broken: 'lock',
      promise: 'grants a free lock',
      code: `if (out.granted) { out.granted = false; out.locks = []; }`,
    },
    {
      broken: 'refuse',
      promise: 'names the holder',
      code: `for (const b of out.blockedBy ?? []) b.holder = 'nobody';`,
    },
    { broken: 'message', promise: 'shows the text', code: `for (const m of out.messages ?? []) m.body = 'Hello.';` },
    { broken: 'handover', promise: 'releases', code: `if (out.released) out.released = [];` },
    {
      broken: 'takeover',
      promise: 'passes on within a second',
      code: `grants += out.granted ? 1 : 0; if (out.granted && grants === 2) delayMs = 1_500;`,
    },
  ];

  test.each(distortions)('is caught at $broken when it no longer $promise', async ({ broken, code }) => {
    const { ok, text } = await demonstrate(distorted(code), false);
    expect(ok).toBe(false);
    const outcome = JSON.parse(text);
    expect(outcome.failure.step).toBe(broken);
    expect(outcome.steps.at(-1)).toMatchObject({ step: broken, ok: false });
    expectNothingLeft();
  });

  test('is shown with the failed step and what its server wrote', async () => {
    const { ok, text } = await demonstrate(program(`throw new Error('this build is broken');`), true);
    expect(ok).toBe(false);
    expect(text).toContain('Step "meet" failed');
    expect(text).toContain('this build is broken');
    expectNothingLeft();
  });
});

/** Runs the demonstration in this process against another program. */
async function demonstrate(file: string, told: boolean): Promise<{ ok: boolean; text: string }> {
  const before = process.env.TMPDIR;
  process.env.TMPDIR = temporary;
  let text = '';
  try {
    const write = (part: string) => {
      text += part;
    };
    return { ok: await runDemo({ color: false, json: !told, write, program: file }), text };
  } finally {
    if (before === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = before;
  }
}

function program(code: string): string {
  const file = join(workspace.folder, 'program.mjs');
  writeFileSync(file, code);
  return file;
}

/** The real program, whose structured answers `out` go through `code` on their way. */
function distorted(code: string): string {
  return program(`
    import { spawn } from 'node:child_process';
    import { createInterface } from 'node:readline';
    const args = [${JSON.stringify(binary)}, ...process.argv.slice(2)];
    const server = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    process.stdin.pipe(server.stdin);
    server.on('exit', () => process.exit());
    let grants = 0;
    createInterface({ input: server.stdout }).on('line', line => {
      const message = JSON.parse(line);
      const out = message.result?.structuredContent ?? {};
      let delayMs = 0;
      ${code}
      setTimeout(() => process.stdout.write(JSON.stringify(message) + '\\n'), delayMs);
    });
  `);
}

/** The chunks that a start of `signalbox mcp` may load: everything within reach but the command line and what hangs from it. */
function chunksOf(file: string, found: Set<string>): Set<string> {
  if (found.has(file)) return found;
  found.add(file);
  for (const [, name = ''] of readFileSync(file, 'utf8').matchAll(/["'](\.\/[\w-]+\.mjs)["']/g)) {
    if (!/^\.\/(run|demo)-/.test(name)) chunksOf(join(dirname(file), name), found);
  }
  return found;
}
