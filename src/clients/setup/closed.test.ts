import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { unasked } from '../define-client.ts';
import { isOurHook, strict, strictPowerShell } from './command.ts';
import type { JsonObject, SetupFile, SetupPlace } from './define-setup.ts';
import { withOurs, withoutOurs } from './edits/edit.ts';
import { clientSetups } from './index.ts';

const place = (failsClosed: boolean, scope: SetupPlace['scope'] = 'user', platform = 'linux'): SetupPlace => ({
  scope,
  platform,
  home: '/home/ann',
  configHome: '/home/ann/.config',
  environment: {},
  root: '/shop',
  program: { command: '/usr/bin/node', args: ['/opt/dist/signalbox.mjs'] },
  hookProgram: { command: '/usr/bin/node', args: ['/opt/dist/hook.cjs'] },
  failsClosed,
});

/** Everything that calls us in a file: handlers by themselves or in groups. */
function handlersIn(file: SetupFile): { readonly event: string; readonly handler: JsonObject }[] {
  if (file.kind !== 'json') return [];
  return file.parts.flatMap(part => {
    if (part.kind !== 'elements') return [];
    const event = part.path.at(-1) ?? '';
    return part.value.flatMap(element => {
      const handlers = (Array.isArray(element.hooks) ? element.hooks : [element]) as readonly JsonObject[];
      return handlers.map(handler => ({ event, handler }));
    });
  });
}

const lineOf = ({ command, bash, args }: JsonObject) => (args === undefined ? String(command ?? bash) : '');
/** The events at which a client asks whether something may be done. */
const asks = /^(?:PreToolUse|preToolUse|BeforeTool|pre_write_code|pre_run_command|pre_mcp_tool_use)$/;

describe.each(clientSetups)('$name, set up to refuse what it cannot check', client => {
  const files = (failsClosed: boolean, scope: SetupPlace['scope']) =>
    client.files(place(failsClosed, scope)).flatMap(handlersIn);

  it.each(['user', 'project'] as const)(
    'differs only in the hooks that ask whether a tool may run, for a %s',
    scope => {
      const [open, closed] = [files(false, scope), files(true, scope)];
      expect(closed.map(({ event }) => event)).toEqual(open.map(({ event }) => event));
      const changed = closed.filter(
        ({ handler }, index) => JSON.stringify(handler) !== JSON.stringify(open[index]?.handler),
      );
      expect(changed.filter(({ event }) => !asks.test(event))).toEqual([]);
      expect(changed.length > 0).toBe(closed.some(({ event }) => asks.test(event)));
      for (const { handler } of changed) expect(isOurHook(handler)).toBe(true);
    },
  );

  it('is changed over and taken away again to the byte', () => {
    const [open, closed] = [client.files(place(false)), client.files(place(true))];
    for (const [index, file] of closed.entries()) {
      const before = open[index] as SetupFile;
      const theirs = file.kind === 'json' ? '{\n  "theme": "dark"\n}\n' : null;
      const done = withOurs(theirs, file, 'x');
      expect(withOurs(withOurs(theirs, before, 'x'), file, 'x')).toBe(done);
      expect(withOurs(done, before, 'x')).toBe(withOurs(theirs, before, 'x'));
      expect(withoutOurs(done, file, theirs, 'x')).toBe(theirs);
    }
  });
});

describe('what each client needs for that', () => {
  const changed = (id: string, scope: SetupPlace['scope'] = 'user') => {
    const client = clientSetups.find(each => each.id === id);
    const handlers = client?.files(place(true, scope)).flatMap(handlersIn) ?? [];
    return handlers.filter(({ event }) => asks.test(event)).map(({ handler }) => handler);
  };

  it('is a command in Claude Code for edits and commands, which needs no server; a call of ours is not held up', () => {
    const command = { type: 'command', onFailure: 'block', command: expect.stringContaining('exit 2') };
    const [ours, theirs, ...more] = changed('claude-code');
    expect([ours?.type, ours?.onFailure]).toEqual(['mcp_tool', undefined]);
    expect(theirs).toMatchObject(command);
    expect(more).toEqual([]);
    expect(changed('claude-code', 'project')).toMatchObject([command]);
  });

  it('is a field in Cursor, and an exit code of two with a reason in all others', () => {
    expect(changed('cursor')).toMatchObject([{ failClosed: true, command: expect.stringContaining(unasked) }]);
    for (const id of ['codex', 'gemini-cli', 'copilot-cli', 'vscode', 'windsurf']) {
      const lines = changed(id).map(lineOf);
      expect(lines.length, id).toBeGreaterThan(0);
      for (const line of lines) expect(line, id).toContain(unasked);
    }
  });
});

describe('a line that must be answered', () => {
  const sh = (line: string) => spawnSync('/bin/sh', ['-c', line], { encoding: 'utf8' });

  it.each(['/nowhere/node hook', 'exit 1', 'kill -9 $$'])('forbids and says why when this becomes of it: %s', line => {
    const { status, stderr } = sh(strict(`sh -c '${line}' -`, ' 2>/dev/null'));
    expect([status, stderr]).toEqual([2, `${unasked}\n`]);
  });

  it('forbids in our own words where we say so, and nothing where we do not', () => {
    const refusing = sh(strict("sh -c 'echo locked >&2; exit 2' -"));
    expect([refusing.status, refusing.stderr]).toEqual([2, 'locked\n']);
    const letting = sh(strict(`sh -c 'echo {}' -`));
    expect([letting.status, letting.stdout, letting.stderr]).toEqual([0, '{}\n', '']);
  });

  it('is known as ours again, in PowerShell too', () => {
    const line = 'signalbox hook copilot-cli preToolUse';
    expect(isOurHook({ bash: strict(line), powershell: strictPowerShell(line) })).toBe(true);
    expect(
      isOurHook({
        powershell: strictPowerShell(`& 'C:\\n\\node.exe' 'C:\\x\\hook.cjs' gemini-cli BeforeTool`, ' 2>$null'),
      }),
    ).toBe(true);
    expect(strictPowerShell(line)).toMatch(/LASTEXITCODE -ne 0.*exit 2/);
  });
});

describe('the plugin of opencode', () => {
  const opencode = clientSetups.find(({ id }) => id === 'opencode');
  const textOf = (failsClosed: boolean, scope: SetupPlace['scope']) =>
    opencode?.files(place(failsClosed, scope)).find(file => file.kind === 'own')?.text ?? '';
  const loaded = async (text: string) =>
    (await import(`data:text/javascript,${encodeURIComponent(text)}`)) as {
      Signalbox(input: object): Promise<Record<string, (call: { tool: string }) => Promise<void>>>;
    };

  it('is told so by the file that leads to it', () => {
    expect(textOf(true, 'user')).toContain('failsClosed: true');
    expect(textOf(true, 'project')).toContain('failsClosed: true');
    expect(textOf(false, 'user') + textOf(false, 'project')).not.toContain('failsClosed');
  });

  it('is stood in for where Signalbox is not installed: what changes files is refused, and nothing else', async () => {
    const path = process.env.PATH;
    process.env.PATH = '/nowhere';
    try {
      const hooks = await (await loaded(textOf(true, 'project'))).Signalbox({});
      await expect(hooks['tool.execute.before']?.({ tool: 'apply_patch' })).rejects.toThrow(unasked);
      await expect(hooks['tool.execute.before']?.({ tool: 'read' })).resolves.toBeUndefined();
      expect(await (await loaded(textOf(false, 'project'))).Signalbox({})).toEqual({});
    } finally {
      process.env.PATH = path;
    }
  });
});
