/** `signalbox hub`: the web server over the program's parts. */
import { serveHub } from '../http/serve.ts';
import { exitCodes } from './exit-codes.ts';
import { type Invocation, withComposition } from './invocation.ts';
import type { Globals } from './program.ts';
import { assertLasting } from './store/open-store.ts';

export function runHub(flags: Globals['flags'], invocation: Invocation): Promise<number> {
  const globals = { ...invocation.globals, flags: { ...invocation.globals.flags, ...flags } };
  return withComposition({ ...invocation, globals }, async parts => {
    assertLasting(parts);
    await serveHub(parts, line => process.stderr.write(line));
    return exitCodes.ok;
  });
}
