/** On what it was measured, and the files that keep a result. Nothing in them tells whose machine it was. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, totalmem } from 'node:os';
import { join } from 'node:path';
import { chooseDriver } from '../../src/engines/sqlite/driver.ts';
import { shown } from './statistics.ts';
import { asMarkdown, type Measured } from './table.ts';

export type Facts = readonly (readonly [string, string])[];

export function loadNow(): string {
  return loadavg()
    .map(load => load.toFixed(1))
    .join(' ');
}

export function hostFacts(): Facts {
  const [first] = cpus();
  const driver = chooseDriver();
  return [
    ['Node', process.version],
    ['SQLite', `${driver.sqliteVersion} by ${driver.name}`],
    ['System', `${process.platform} ${process.arch}`],
    ['Processor', `${cpus().length} × ${first?.model.trim() ?? 'unknown'}`],
    ['Memory', `${shown(totalmem() / 2 ** 30)} GiB`],
  ];
}

/** Writes `<date>-node<version>.json`, the same as Markdown, and `latest.md`; the names of the files. */
export function writeResult(folder: string, facts: Facts, measured: readonly Measured[]): string[] {
  mkdirSync(folder, { recursive: true });
  const date = new Date().toISOString().slice(0, 10);
  const name = `${date}-node${process.versions.node}`;
  const rows = measured.map(({ row, figures, seconds }) => {
    const { name: id, title, floor } = row;
    return { name: id, title, floor, seconds: Math.round(seconds), figures };
  });
  const text = asMarkdown(`Figures of ${date}`, facts, measured);
  const files = [
    [`${name}.json`, `${JSON.stringify({ date, host: Object.fromEntries(facts), rows }, null, 2)}\n`],
    [`${name}.md`, text],
    ['latest.md', text],
  ] as const;
  for (const [file, content] of files) writeFileSync(join(folder, file), content);
  return files.map(([file]) => file);
}
