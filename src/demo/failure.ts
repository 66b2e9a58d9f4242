/** Something of the demonstration did not happen as promised. */
export class DemoFailure extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'DemoFailure';
  }
}

/** Fails with `message` unless `holds`. */
export function expect(holds: boolean, message: string): asserts holds {
  if (!holds) throw new DemoFailure(message);
}
