/** The reference of all operations, written from their definitions: `docs/tools/`. */
import * as z from 'zod/v4';
import { fieldsOf } from '../../src/surfaces/cli/fields.ts';
import { commandLine, commandPath } from '../../src/surfaces/cli/words.ts';
import { everything } from '../../src/surfaces/mcp/beside-tools.ts';
import { listedTool } from '../../src/surfaces/mcp/listing.ts';
import { listedPrompts } from '../../src/surfaces/mcp/prompts.ts';
import { listedResources, listedTemplates } from '../../src/surfaces/mcp/resources.ts';
import type { ToolDefinition } from '../../src/tools/define-tool.ts';

interface Schema {
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly enum?: readonly unknown[];
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
}

const generated = '<!-- Written from the definitions in src/tools by `npm run golden`. Do not edit. -->';

/** All pages by file name. */
export function toolPages(operations: readonly ToolDefinition[]): Map<string, string> {
  const pages = new Map(operations.map(tool => [`${tool.name}.md`, page(tool)]));
  pages.set('README.md', contents(operations));
  return pages;
}

function contents(operations: readonly ToolDefinition[]): string {
  const row = (tool: ToolDefinition) =>
    `| [\`${tool.name}\`](${tool.name}.md) | \`signalbox ${commandPath(tool.name).join(' ')}\` | ${firstSentence(tool.description)} | ${sizeOf(tool)} |`;
  const table = (set: ToolDefinition['set']) => [
    '| Tool | Command | What it does | Bytes |',
    '|---|---|---|---|',
    ...operations.filter(tool => tool.set === set).map(row),
  ];
  return text([
    '# Reference',
    generated,
    'Every operation is defined once; the MCP tool, the command and its page here follow from that. `Bytes` is what listing the tool costs a session.',
    '## Core tools',
    'Offered by default.',
    table('core').join('\n'),
    '## More tools',
    'Offered with `--tools all`, or by name or group: `--tools core,data`, `--tools message,conversation_history`.',
    table('more').join('\n'),
    '## Commands',
    'For people and hooks, on the command line only.',
    table('command').join('\n'),
    '## Resources',
    [
      '| Address | What it holds |',
      '|---|---|',
      ...listedResources(everything.mayUse).map(({ uri, description }) => `| \`${uri}\` | ${description} |`),
      ...listedTemplates(everything.mayUse).map(
        ({ uriTemplate, description }) => `| \`${uriTemplate}\` | ${description} |`,
      ),
    ].join('\n'),
    'A client may subscribe to each of them and is told when it has changed, within 2 s.',
    '## Prompts',
    [
      '| Prompt | Arguments | What it does |',
      '|---|---|---|',
      ...listedPrompts(everything.mayUse).map(prompt => {
        const given = (prompt.arguments ?? []).map(({ name }) => `\`${name}\``).join(', ');
        return `| \`${prompt.name}\` | ${given} | ${prompt.description} |`;
      }),
    ].join('\n'),
  ]);
}

function page(tool: ToolDefinition): string {
  const isTool = tool.set !== 'command';
  const facts = [
    isTool ? `toolset: ${tool.set}` : 'command line only',
    { read: 'changes nothing', write: 'writes', destroy: 'takes something away' }[tool.effect],
    ...(tool.idempotent ? ['repeating the same call changes nothing more'] : []),
  ];
  const inputs = fieldsOf(tool);
  const output = z.toJSONSchema(tool.output, { io: 'output', unrepresentable: 'any' }) as Schema;
  return text([
    `# ${isTool ? tool.name : `signalbox ${commandPath(tool.name).join(' ')}`}`,
    generated,
    `**${tool.title}.** ${tool.description}`,
    `${facts.join('; ')}.`,
    '## Input',
    inputs.length === 0
      ? 'None.'
      : [
          '| Field | Type | Default | Meaning |',
          '|---|---|---|---|',
          ...inputs.map(field => {
            const kind = field.choices ? field.choices.map(choice => `\`${choice}\``).join(', ') : field.kind;
            const list = field.choices && field.kind === 'list' ? 'list of ' : '';
            const fallback = field.isRequired
              ? 'required'
              : field.fallback === undefined
                ? ''
                : `\`${JSON.stringify(field.fallback)}\``;
            return `| \`${field.name}\` | ${list}${kind} | ${fallback} | ${escaped(field.help)} |`;
          }),
        ].join('\n'),
    '## Output',
    ['| Field | Type |', '|---|---|', ...outputRows(output, '')].join('\n'),
    '## Examples',
    ...tool.examples.map(example =>
      [
        `${example.title}:`,
        '',
        '```sh',
        commandLine(tool, example.input as Record<string, unknown>),
        '```',
        ...(isTool ? ['', '```json', JSON.stringify(example.input), '```'] : []),
      ].join('\n'),
    ),
  ]);
}

function outputRows(schema: Schema, prefix: string): string[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, field]) => {
    const inner = field.items ?? field;
    const path = `${prefix}${name}${field.items ? '[]' : ''}`;
    const isAlways = schema.required?.includes(name) === true;
    const row = `| \`${path}\` | ${typeName(field)}${isAlways ? '' : ', where there is one'} |`;
    return [row, ...outputRows(inner, `${path}.`)];
  });
}

function typeName(schema: Schema): string {
  if (schema.enum) return schema.enum.map(value => `\`${String(value)}\``).join(', ');
  if (schema.type === 'array') return `list of ${schema.items ? typeName(schema.items) : 'anything'}`;
  if (schema.type === 'string') return 'text';
  if (Array.isArray(schema.type)) return schema.type.join(' or ');
  return typeof schema.type === 'string' ? schema.type : 'any JSON';
}

function firstSentence(description: string): string {
  return escaped(/^.*?[.!?](?=\s|$)/s.exec(description)?.[0] ?? description);
}

function sizeOf(tool: ToolDefinition): string {
  return tool.set === 'command' ? '' : String(Buffer.byteLength(JSON.stringify(listedTool(tool))));
}

const escaped = (cell: string) => cell.replaceAll('|', '\\|');

const text = (blocks: readonly string[]) => `${blocks.join('\n\n')}\n`;
