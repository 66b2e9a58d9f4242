/** `signalbox hub`: the web server over the program's parts. */
import type { Composition } from '../../compose.ts';
import { SignalboxError } from '../../core/errors.ts';
import { withoutSecrets } from '../../core/shown-address.ts';
import { exitCodes } from './exit-codes.ts';
import { type Invocation, pageFor, printResult, withComposition } from './invocation.ts';
import type { Globals } from './program.ts';
import { assertLasting, assertWholeStore } from './store/open-store.ts';

export interface HubRequest {
  readonly flags: Globals['flags'];
  readonly isCheck: boolean;
}

export function runHub({ flags, isCheck }: HubRequest, invocation: Invocation): Promise<number> {
  assertWholeStore(invocation, 'hub', 'Who may use which project is said by tokens: signalbox token create --only.');
  const globals = { ...invocation.globals, flags: { ...invocation.globals.flags, ...flags } };
  const serve = async (parts: Composition) => {
    if (isCheck) return checked(parts, invocation);
    assertLasting(parts);
    assertOwn(parts);
    const { serveHub } = await import('../http/serve.ts');
    await serveHub(parts, line => process.stderr.write(line));
    return exitCodes.ok;
  };
  return withComposition({ ...invocation, globals }, serve, 'hub');
}

/** A hub over another one would say that it is ready, and answer nothing. */
function assertOwn({ hub, storeUrl }: Composition): void {
  if (hub === null) return;
  throw new SignalboxError(
    'invalid_input',
    `The store ${withoutSecrets(storeUrl)} is behind a hub, and a hub serves a store itself.`,
    'Name that with --store: sqlite:PATH, postgres://… or redis://….',
  );
}

/** Opens no store: the hub that is asked has its own. */
async function checked({ config, world }: Composition, invocation: Invocation): Promise<number> {
  const { checkHub } = await import('../http/check.ts');
  const health = await checkHub(config.hubListen.value);
  const { style } = pageFor(invocation, world.clock.now());
  const mark = health.isReady ? style.good('✓') : style.bad('✗');
  await printResult(invocation, health, () => `${mark} ${health.url}: ${health.said}\n`);
  return health.isReady ? exitCodes.ok : exitCodes.refused;
}
