import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json } from './define-client.ts';
import { clients } from './index.ts';
import { actionOf, edit, editing, eventMark, fileServerAction, running } from './tool-actions.ts';

const readers = { Write: editing(['file_path', 'path']), Run: running('command', 'workdir', 'cwd') };

describe('what a tool is about to do', () => {
  it('is read from the fields that its client has for it, also where they come as text', () => {
    const file = { kind: 'edit', files: [{ path: 'src/a.ts', change: 'modified' }] };
    expect(actionOf(readers, 'Write', { file_path: 'src/a.ts', content: 'x' })).toEqual(file);
    expect(actionOf(readers, 'Write', '{"path":"src/a.ts"}')).toEqual(file);
    expect(actionOf(readers, 'Run', { command: 'ls', cwd: 'sub' })).toEqual({
      kind: 'shell',
      command: 'ls',
      directory: 'sub',
    });
    expect(actionOf(readers, 'Run', { command: 'ls', workdir: '' })).toMatchObject({ directory: null });
  });

  it('cannot be read of an edit that names no file, and is nothing where nothing is run or the tool is another', () => {
    for (const input of [{}, { file_path: '' }, { file_path: 7 }, null, 'x', []]) {
      expect(actionOf(readers, 'Write', input)).toEqual({ kind: 'unreadable', why: 'it names no file' });
    }
    expect(actionOf(readers, 'Run', { command: '' })).toBeNull();
    expect(actionOf(readers, 'Read', { file_path: 'src/a.ts' })).toBeNull();
    expect(actionOf(readers, null, { file_path: 'src/a.ts' })).toBeNull();
    expect(actionOf(readers, 'constructor', {})).toBeNull();
  });

  it('names each file once', () => {
    expect(edit(['a', 'b', 'a'])).toMatchObject({ files: [{ path: 'a' }, { path: 'b' }] });
  });
});

describe('a server for files', () => {
  const paths = (tool: string, input: Json) => {
    const action = fileServerAction(tool, input);
    return action?.kind === 'edit' ? action.files.map(({ path, change }) => `${change} ${path}`) : action;
  };

  it.each([
    'mcp__files__write_file',
    'mcp__files__edit_file',
    'mcp_files_create_file',
    'files-write_file',
    'files_edit_file',
    'MCP:write_file',
    'files/write_file',
  ])('is known by the name of its tool, however a client writes it: %s', tool => {
    expect(paths(tool, { path: '/shop/a.ts' })).toEqual(['modified /shop/a.ts']);
  });

  it('tells both ends of a move, and what it deletes', () => {
    const move = { source: '/shop/a.ts', destination: 'C:\\shop\\b.ts' };
    expect(paths('mcp__files__move_file', move)).toEqual(['deleted /shop/a.ts', 'created C:\\shop\\b.ts']);
    expect(paths('mcp__files__delete_file', { path: '/shop/a.ts' })).toEqual(['deleted /shop/a.ts']);
  });

  it('is not believed where its files may be anywhere, or where it only tries', () => {
    expect(paths('mcp__bucket__write_file', { path: 'src/a.ts' })).toBeNull();
    expect(paths('mcp__files__edit_file', { path: '/shop/a.ts', dryRun: true })).toBeNull();
    expect(paths('mcp__files__edit_file', { path: '/shop/a.ts', dryRun: 'true' })).toBeNull();
    expect(paths('mcp__github__create_or_update_file', { path: '/shop/a.ts' })).toBeNull();
    expect(paths('mcp__files__read_file', { path: '/shop/a.ts' })).toBeNull();
    expect(paths('mcp__signalbox__write_file', { path: '/shop/a.ts' })).toBeNull();
    expect(paths('overwrite_file', { path: '/shop/a.ts' })).toBeNull();
  });
});

describe('two calls at the same moment', () => {
  it('are told apart by what they are about, also when what they say is equally long', () => {
    const mark = (path: string, content: string) => eventMark(edit([path]), { path, content });
    expect(mark('/shop/a.ts', 'x')).not.toBe(mark('/shop/b.ts', 'x'));
    expect(mark('/shop/a.ts', 'x')).not.toBe(mark('/shop/a.ts', 'xy'));
    expect(mark('/shop/a.ts', 'x')).toBe(mark('/shop/a.ts', 'x'));
  });
});

/** Names and fields that some client has, with anything at all in them. */
const names = [
  ...[
    'tool_name',
    'toolName',
    'tool',
    'tool_input',
    'toolArgs',
    'arguments',
    'tool_info',
    'tool_response',
    'toolResult',
  ],
  ...['session_id', 'sessionId', 'conversation', 'conversation_id', 'trajectory_id', 'file_path', 'path', 'filePath'],
  ...['command', 'command_line', 'patchText', 'input', 'files', 'replacements', 'task', 'cwd', 'tool_use_id', 'call'],
];
const tools = [
  ...['Write', 'Bash', 'apply_patch', 'edit', 'create', 'bash', 'write', 'write_file', 'run_shell_command', 'Shell'],
  ...[
    'ApplyPatch',
    'multi_replace_string_in_file',
    'editFiles',
    'create_and_run_task',
    'mcp__f__move_file',
    '__proto__',
  ],
];
const anything = fc.oneof(fc.jsonValue(), fc.constantFrom(...tools), fc.string());
const inner = fc.dictionary(fc.constantFrom(...names), anything);
const inputs = fc.dictionary(
  fc.constantFrom(...names),
  fc.oneof(
    anything,
    inner,
    inner.map(value => JSON.stringify(value)),
  ),
);

/** A conversation by every name that a client has for it. */
const everyName = { session_id: 'A', sessionId: 'A', conversation: 'A', conversation_id: 'A', trajectory_id: 'A' };

describe.each(clients.flatMap(({ traits, hooks }) => (hooks === null ? [] : [[traits.name, hooks] as const])))(
  'the hooks of %s',
  (_name, hooks) => {
    const before = [
      'PreToolUse',
      'BeforeTool',
      'preToolUse',
      'tool.execute.before',
      'pre_write_code',
      'pre_run_command',
    ];
    const after = ['PostToolUse', 'AfterTool', 'postToolUse', 'tool.execute.after', 'post_mcp_tool_use'];
    const events = [...before, ...after, 'PostToolUseFailure', 'postToolUseFailure', 'pre_mcp_tool_use'];

    it('are read without an error whatever they hold, and tell of files in no other form than ours', () => {
      const told = fc.property(fc.constantFrom(...events), inputs, (event, input) => {
        const { action, call } = hooks.read(event, { ...input, ...everyName })?.event ?? {};
        if (call != null) expect(call).toEqual(expect.any(String));
        if (action?.kind === 'edit') {
          expect(action.files.length).toBeGreaterThan(0);
          for (const { path } of action.files) expect(path).not.toBe('');
        }
        if (action?.kind === 'shell') expect(action.command).not.toBe('');
      });
      fc.assert(told, { numRuns: 400 });
    });

    it('write a refusal only before a tool, and never with words for the model beside it', () => {
      for (const event of events) {
        const plain = hooks.write(event, { deny: 'Locked.' });
        const text = `${plain.stdout}${plain.stderr ?? ''}`;
        const isBefore = before.includes(event) || event === 'pre_mcp_tool_use';
        if (!isBefore) expect(text).toBe('');
        else if (text !== '') {
          expect(text).toContain('Locked.');
          expect(hooks.write(event, { deny: 'Locked.', context: 'News.' })).toEqual(plain);
        }
      }
      expect(
        before.filter(event => JSON.stringify(hooks.write(event, { deny: 'Locked.' })).includes('Locked.')),
      ).not.toEqual([]);
    });
  },
);
