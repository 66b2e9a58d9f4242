/** Nothing is tested where a client could reach its maker: the run needs a network in which there is only loopback. */
import { networkInterfaces } from 'node:os';

export function requireLoopbackOnly(): void {
  const others = Object.entries(networkInterfaces()).filter(([, own]) => own?.some(address => !address.internal));
  if (others.length === 0) return;
  throw new Error(
    `This network reaches further than loopback (${others.map(([name]) => name)}). Use: npm run test:clients`,
  );
}
