/** Says in the words of the command line what tools say in their own: `lock_acquire` is `signalbox lock acquire` here. */
import type { ToolDefinition } from '../../tools/define-tool.ts';
import { type Field, fieldsOf, kebab } from './fields.ts';

/** Noun and verb of a tool's command. A name of one word is a command by itself; further words belong to the verb. */
export function commandPath(toolName: string): readonly [noun: string] | readonly [noun: string, verb: string] {
  const [noun = toolName, ...verb] = toolName.split('_');
  return verb.length === 0 ? [noun] : [noun, verb.join('-')];
}

/** A word as a POSIX shell takes it literally. */
export function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/** The command line that makes this call: what examples show. */
export function commandLine(tool: ToolDefinition, input: Readonly<Record<string, unknown>>): string {
  const words = ['signalbox', ...commandPath(tool.name)];
  const positional: string[] = [];
  for (const field of fieldsOf(tool)) {
    const value = input[field.name];
    if (value === undefined) continue;
    if (field.isPositional) positional.push(...asList(value));
    else words.push(...optionWords(field, value));
  }
  const separator = positional.some(word => word.startsWith('-')) ? ['--'] : [];
  return [...words, ...separator, ...positional.map(quoted)].join(' ');
}

function optionWords(field: Field, value: unknown): string[] {
  if (field.kind === 'switch') return value === true ? [field.flag] : [];
  return asList(value).flatMap(item => [field.flag, quoted(item)]);
}

function asList(value: unknown): string[] {
  return (Array.isArray(value) ? value : [value]).map(String);
}

/**
 * Replaces names of tools, and names of fields that are no plain words, by how they are typed here. Made for sentences that
 * Signalbox itself wrote; texts of peers are not put through it.
 */
export function inCommandWords(text: string, tools: readonly ToolDefinition[]): string {
  const fields = new Set(tools.flatMap(tool => Object.keys(tool.input.shape)));
  const positional = new Set(tools.flatMap(tool => tool.cli?.positional ?? []));
  const asFlags = text
    .replace(/\b([a-z]+) \["([^"\]]*)"\]/g, (whole, name: string, value: string) => {
      if (!fields.has(name)) return whole;
      return positional.has(name) ? quoted(value) : `--${name} ${quoted(value)}`;
    })
    .replace(/\b([a-z][A-Za-z]*): true\b/g, (whole, name: string) => (fields.has(name) ? `--${kebab(name)}` : whole))
    .replace(/\b[a-z]+(?:[A-Z][a-z]+)+\b/g, name => (fields.has(name) ? `--${kebab(name)}` : name));
  // A name of one word is a word like any other in a sentence (`who`).
  const named = tools.filter(tool => tool.name.includes('_'));
  return named.reduce((said, tool) => {
    const name = new RegExp(`\`?\\b${tool.name}\\b\`?`, 'g');
    return said.replace(name, `\`signalbox ${commandPath(tool.name).join(' ')}\``);
  }, asFlags);
}
