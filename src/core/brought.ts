/** What was taken over from other systems, so that it is taken once, whatever has become of it here. */
import type { Reader } from './ports.ts';
import type { Unit } from './unit.ts';

export async function wasBrought(tx: Reader, issuer: string, key: string): Promise<boolean> {
  return (await tx.get('brought', `${issuer}/${key}`)) !== undefined;
}

/** Under which id it is here; null for what was not taken, or has none of its own. */
export async function broughtAs(tx: Reader, issuer: string, key: string): Promise<string | null> {
  return (await tx.get('brought', `${issuer}/${key}`))?.as ?? null;
}

export function noteBrought({ tx }: Unit, issuer: string, key: string, as: string | null = null): void {
  tx.put('brought', { id: `${issuer}/${key}`, as, at: tx.now });
}
