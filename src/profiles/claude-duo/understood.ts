/** What callers give, as they mean it: the old program checked no argument, so that models got into habits. */

const numbers = ['timeout', 'limit'];

/** Without what is null, with numbers for numbers that came as text, and with a switch for what was told in other words. */
export function understood(given: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const present = Object.entries(given).filter(([, value]) => value !== null);
  return Object.fromEntries(present.map(([name, value]) => [name, meant(name, value)]));
}

function meant(name: string, value: unknown): unknown {
  if (numbers.includes(name)) return isNumber(value) ? Number(value) : value;
  if (name !== 'enabled') return value;
  if (value === 1 || value === '1' || value === 'true') return true;
  return value === 0 || value === '0' || value === 'false' ? false : value;
}

function isNumber(value: unknown): boolean {
  return typeof value === 'string' && /^\s*\d+(?:\.\d+)?\s*$/.test(value);
}
