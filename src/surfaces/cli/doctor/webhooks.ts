/** Checks whether somebody who asked to be told what happens is not told. */
import type { Composition } from '../../../compose.ts';
import { accountsProject } from '../../../core/account.ts';
import { instant } from '../../../core/text.ts';
import { listWebhooks, stateOfWebhook } from '../../../core/webhook.ts';
import type { WebhookRecord } from '../../../core/webhook-record.ts';
import { storeExists } from '../place.ts';
import { counted } from '../spoken.ts';
import { type Finding, ok, warning } from './finding.ts';

/** Nothing where there are none: most stores have no hub. */
export async function checkWebhooks(parts: Composition): Promise<Finding[]> {
  const { store } = parts.world;
  // Looking into one that is not there would make it; what is wrong with one that is, is told by its own check.
  if (!storeExists(parts) || !(await store.inspect()).isUsable) return [];
  const all = await store.read(accountsProject, listWebhooks);
  if (all.length === 0) return [];
  const troubled = all.filter(webhook => stateOfWebhook(webhook) !== 'enabled');
  if (troubled.length === 0) return [ok('webhooks', `${counted(all.length, 'webhook')}, none fails`)];
  return troubled.map(findingOf);
}

function findingOf(webhook: WebhookRecord): Finding {
  const { name, disabledAt, disabledBecause, lastFailure, failures } = webhook;
  if (disabledAt === null) {
    const message = `The webhook ${name} failed ${counted(failures, 'time')} in a row, at last because ${lastFailure}.`;
    return warning('webhooks', message, `Mend its receiver, then run \`signalbox webhook enable ${name}\`.`);
  }
  const message = `The webhook ${name} is off since ${instant(disabledAt)}. ${disabledBecause}`;
  return warning('webhooks', message, `Switch it on with \`signalbox webhook enable ${name}\`, or delete it.`);
}
