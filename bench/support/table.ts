/** The result as people read it: aligned on a terminal, as a table in a file. */
import type { Figure, Row } from './row.ts';
import { shown } from './statistics.ts';

export interface Measured {
  readonly row: Row;
  readonly figures: readonly Figure[];
  readonly seconds: number;
}

const head = ['What', 'Figure', 'Floor', 'Ratio', 'Target', 'Verdict', 'More'];

function cells(figure: Figure): string[] {
  return [
    figure.what,
    `${shown(figure.value)} ${figure.unit}`,
    figure.floor === undefined ? '' : `${shown(figure.floor)} ${figure.unit}`,
    figure.ratio === undefined ? '' : `${figure.ratio.toFixed(2)} ×`,
    figure.target ?? '',
    figure.met === undefined ? '' : figure.met ? 'met' : 'MISSED',
    figure.more ?? '',
  ];
}

export function onTerminal(measured: readonly Measured[]): string {
  const lines = measured.flatMap(({ figures }) => figures.map(cells));
  const widths = head.map((title, column) => Math.max(title.length, ...lines.map(line => line[column]?.length ?? 0)));
  const aligned = (line: readonly string[]) =>
    line
      .map((cell, column) =>
        column >= 1 && column <= 3 ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd();
  const parts = measured.map(({ row, figures }) =>
    [row.title, ...figures.map(figure => `  ${aligned(cells(figure))}`)].join('\n'),
  );
  return [`  ${aligned(head)}`, ...parts].join('\n');
}

export function asMarkdown(
  title: string,
  facts: readonly (readonly [string, string])[],
  measured: readonly Measured[],
): string {
  const sections = measured.flatMap(({ row, figures }) => [
    `## ${row.title}`,
    '',
    `Floor: ${row.floor}.`,
    '',
    tableLine(head),
    tableLine(head.map(() => '---')),
    ...figures.map(figure => tableLine(cells(figure))),
    '',
  ]);
  const about = facts.map(([name, value]) => `- ${name}: ${value}`);
  const how =
    'Each figure was measured in turn with its floor, in one run; read the ratios, not the milliseconds. Medians unless a line says otherwise.';
  return [`# ${title}`, '', how, '', ...about, '', ...sections].join('\n');
}

function tableLine(line: readonly string[]): string {
  return `| ${line.map(cell => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}
