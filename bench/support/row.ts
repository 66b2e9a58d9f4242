/** What a measurement is and what comes out of it. */

/** The programs under measurement, bundled and ready to start. */
export interface Programs {
  readonly product: string;
  readonly bareServer: string;
  readonly bareHono: string;
  readonly relay: string;
  readonly sender: string;
  readonly engineWorker: string;
}

export interface RunOptions {
  readonly programs: Programs;
  /** Few repetitions: to see that everything works, not to compare. */
  readonly quick: boolean;
  /** How long the measurements that run for a time run. */
  readonly seconds: number;
  /** Tells how it goes. */
  note(text: string): void;
}

/** One line of the result: a figure beside its floor. */
export interface Figure {
  readonly what: string;
  readonly unit: string;
  readonly value: number;
  /** What the same machine needs at the very least; undefined when nothing comparable exists. */
  readonly floor?: number;
  /** `value / floor`, unless it was taken in another way. */
  readonly ratio?: number;
  /** In words; undefined for a figure that is only reported. */
  readonly target?: string;
  readonly met?: boolean;
  /** Further numbers, such as other quantiles. */
  readonly more?: string;
}

export interface Row {
  /** The name for `--only`. */
  readonly name: string;
  readonly title: string;
  /** What the floor is, as a sentence. */
  readonly floor: string;
  run(options: RunOptions): Promise<Figure[]>;
}

/** A figure whose target is a multiple of its floor. */
export function againstFloor(
  what: string,
  unit: string,
  value: number,
  floor: number,
  most: number | undefined,
  more?: string,
): Figure {
  const ratio = value / floor;
  return {
    what,
    unit,
    value,
    floor,
    ratio,
    ...(most === undefined ? {} : { target: `≤ ${most} ×`, met: ratio <= most }),
    ...(more === undefined ? {} : { more }),
  };
}

/** A figure whose target is a part of its floor: more is better. */
export function atLeast(
  what: string,
  unit: string,
  value: number,
  floor: number,
  least: number | undefined,
  more?: string,
): Figure {
  const ratio = value / floor;
  return {
    what,
    unit,
    value,
    floor,
    ratio,
    ...(least === undefined ? {} : { target: `≥ ${least.toFixed(2)} ×`, met: ratio >= least }),
    ...(more === undefined ? {} : { more }),
  };
}

/** A figure that stays below a number, whatever its floor. */
export function below(what: string, unit: string, value: number, most: number, more?: string): Figure {
  return {
    what,
    unit,
    value,
    target: `< ${most} ${unit}`,
    met: value < most,
    ...(more === undefined ? {} : { more }),
  };
}
