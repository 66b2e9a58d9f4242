import { describe, expect, it } from 'vitest';
import * as z from 'zod/v4';
import { settings } from '../../config.ts';
import { defineTool, type ToolDefinition } from '../../tools/define-tool.ts';
import { operations, tools } from '../../tools/index.ts';
import { fieldsOf } from './fields.ts';
import { createProgram, everyCommand, pathOf, type Request } from './program.ts';
import { commandLine, commandPath, inCommandWords } from './words.ts';

function programOf(offered: readonly ToolDefinition[], words?: readonly string[]) {
  const asked: Request[] = [];
  const run = async (request: Request) => void asked.push(request);
  const program = createProgram({
    tools: offered,
    run,
    write: () => {},
    colour: false,
    columns: 80,
    ...(words ? { words } : {}),
  });
  return { program, asked };
}

/** What a command line asks a tool for. */
async function inputOf(words: readonly string[], offered = tools): Promise<Record<string, unknown> | undefined> {
  const { program, asked } = programOf(offered, words);
  await program.parseAsync(words, { from: 'user' });
  const [request] = asked;
  return request?.kind === 'tool' ? request.input : undefined;
}

/** The words of a command line as a shell would hand them over. */
function words(line: string): string[] {
  return [...line.matchAll(/'((?:[^']|'\\'')*)'|(\S+)/g)].map(
    ([, text, plain]) => plain ?? (text ?? '').replaceAll(`'\\''`, "'"),
  );
}

const newTool = defineTool({
  name: 'signal_set_all',
  title: 'Set signals',
  set: 'more',
  effect: 'write',
  idempotent: true,
  description: 'Sets signals.',
  input: z.strictObject({
    colours: z.array(z.enum(['red', 'green'])).min(1),
    maxAgeSeconds: z.int().min(1).max(60).default(5).describe('how old'),
    isLoud: z.boolean().default(true),
    who: z.string(),
  }),
  output: z.object({}),
  cli: { positional: 'colours', sessions: ['who'] },
  examples: [],
  run: async () => ({}),
  text: () => '',
});

describe('every tool', () => {
  it.each(tools.map(tool => [tool.name, tool] as const))(
    '%s is a command with an option or argument for each field',
    (_, tool) => {
      const { program } = programOf(tools);
      const command = everyCommand(program).find(candidate => pathOf(candidate) === commandPath(tool.name).join(' '));
      const flags = command?.options.map(option => option.long) ?? [];
      const names = command?.registeredArguments.map(argument => argument.name()) ?? [];
      for (const field of fieldsOf(tool))
        expect(field.isPositional ? names : flags).toContain(field.isPositional ? field.name : field.flag);
      expect(flags.length + names.length).toBe(Object.keys(tool.input.shape).length);
    },
  );

  it.each(tools.flatMap(tool => tool.examples.map(example => [tool.name, tool, example] as const)))(
    '%s understands its own examples as command lines',
    async (_, tool, example) => {
      const line = commandLine(tool, example.input);
      expect(await inputOf(words(line).slice(1))).toEqual(example.input);
    },
  );

  it.each(tools.map(tool => [tool.name, tool] as const))(
    '%s has no option that an option for every command would hide',
    (_, tool) => {
      const { program } = programOf(tools);
      const common = program.options.map(option => option.long);
      expect(fieldsOf(tool).filter(field => common.includes(field.flag))).toEqual([]);
    },
  );

  it.each(tools.map(tool => [tool.name, tool] as const))('%s says what each of its fields means', (_, tool) => {
    expect(
      fieldsOf(tool)
        .filter(field => !/[a-z]{3}/.test(field.help))
        .map(field => field.name),
    ).toEqual([]);
  });

  it.each(tools.map(tool => [tool.name, tool] as const))('%s gives hints about fields that it has', (_, tool) => {
    const { positional, sessions = [], help = {} } = tool.cli ?? {};
    const named = [...[positional ?? []].flat(), ...sessions, ...Object.keys(help)];
    expect(named.filter(name => !(name in tool.input.shape))).toEqual([]);
  });
});

describe('a new tool', () => {
  it('becomes a command by itself, with lists, numbers, switches and choices', async () => {
    const input = await inputOf(
      ['signal', 'set-all', 'red', 'green', '--max-age-seconds', '7', '--no-is-loud', '--who', 'x'],
      [newTool],
    );
    expect(input).toEqual({ colours: ['red', 'green'], maxAgeSeconds: 7, isLoud: false, who: 'x' });
  });

  it('gets only what was given, so that defaults have one home', async () => {
    expect(await inputOf(['signal', 'set-all', 'red', '--who', 'x'], [newTool])).toEqual({
      colours: ['red'],
      who: 'x',
    });
  });

  it.each([
    [['signal', 'set-all', '--who', 'x'], /missing required argument 'colours'/i],
    [['signal', 'set-all', 'red'], /--who <session>' not specified/],
    [['signal', 'set-all', 'blue', '--who', 'x'], /Allowed choices are red, green/],
    [['signal', 'set-all', 'red', '--who', 'x', '--max-age-seconds', '61'], /^--max-age-seconds: .*60/],
    [['signal', 'set-all', 'red', '--who', 'x', '--max-age-seconds', 'soon'], /not a number/],
    [['signal', 'set-all', 'red', '--who', 'x', '--loud'], /Unknown option '--loud'/],
    [['signal', 'set-al'], /Unknown command 'set-al'. Did you mean set-all\?/],
    [['signal'], /needs a command: set-all/],
    [['nonsense'], /Unknown command 'nonsense'/],
  ])('refuses %j in the words of the command line', async (line, message) => {
    await expect(inputOf(line, [newTool])).rejects.toMatchObject({
      code: 'invalid_input',
      message: expect.stringMatching(message),
      next: expect.stringMatching(/^Run `signalbox.* --help`/),
    });
  });

  it('takes a text that looks like an option behind two dashes', async () => {
    expect(await inputOf(['message', 'send', '--to', 'x', '--', '--help'])).toEqual({ to: ['x'], body: '--help' });
  });
});

describe('the options for every command', () => {
  it('are the settings that other commands than the server read, and --json', () => {
    const { program } = programOf(tools);
    const wanted = settings.flatMap(setting => ('serverOnly' in setting || 'hubOnly' in setting ? [] : [setting.flag]));
    expect(program.options.map(option => option.long)).toEqual(['--version', '--json', ...wanted]);
  });

  it('are taken before and behind the command', async () => {
    const seen: unknown[] = [];
    const run = async (_: Request, globals: unknown) => void seen.push(globals);
    for (const line of [
      ['--json', '--project', 'p', 'lock', 'list'],
      ['lock', 'list', '--project', 'p', '--json'],
    ]) {
      const program = createProgram({ tools, run, write: () => {}, colour: false, columns: 80 });
      await program.parseAsync(line, { from: 'user' });
    }
    expect(seen).toEqual(Array(2).fill({ flags: { project: 'p' }, json: true }));
  });
});

describe('sentences for models', () => {
  it.each([
    ['Call message_wait again.', 'Call `signalbox message wait` again.'],
    ['Use `lock_list`.', 'Use `signalbox lock list`.'],
    ['with waitSeconds 45', 'with --wait-seconds 45'],
    ['Give all: true or names.', 'Give --all or names.'],
    ['Name paths ["src/a b.ts"] or resources ["port:3000"].', "Name 'src/a b.ts' or --resources port:3000."],
    ['Nothing to change, not even reason or camelCase.', 'Nothing to change, not even reason or camelCase.'],
  ])('%j is said as %j', (said, heard) => {
    expect(inCommandWords(said, tools)).toBe(heard);
  });

  it('leaves alone words that are commands by themselves', () => {
    const said = 'Tell who is here, in brief.';
    expect(inCommandWords(said, operations)).toBe(said);
  });

  it('shows several arguments in their order', () => {
    const tool = operations.find(candidate => candidate.name === 'data_set') as ToolDefinition;
    expect(commandLine(tool, { value: '-5', key: 'a b', scope: 'ci' })).toBe(
      "signalbox data set --scope ci -- 'a b' -5",
    );
  });
});
