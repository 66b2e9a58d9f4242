/** What a scenario has found: promises that were broken, and numbers worth printing. */
const shownAtMost = 20;

export class Findings {
  readonly violations: string[] = [];
  readonly numbers: Record<string, string | number> = {};

  /** Notes a broken promise unless `holds`; returns `holds`. */
  check(holds: boolean, broken: string): boolean {
    if (!holds) this.violations.push(broken);
    return holds;
  }

  /** Whether it makes sense to go on: a scenario that is broken throughout would only repeat itself. */
  get fewEnough(): boolean {
    return this.violations.length < shownAtMost;
  }

  /** Adds count, median, 99th percentile and maximum of durations in milliseconds. */
  durations(name: string, valuesMs: readonly number[]): void {
    const sorted = [...valuesMs].sort((a, b) => a - b);
    const at = (share: number) =>
      (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0).toFixed(1);
    this.numbers[name] = `p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, max ${at(1)} ms (${sorted.length})`;
  }
}
