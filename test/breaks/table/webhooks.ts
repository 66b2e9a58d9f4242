/** Webhooks. */
import type { Break } from '../break.ts';

const dispatcher = 'src/tools/webhook-dispatcher.test.ts';
const message = 'src/core/webhook-message.test.ts';
const post = 'src/system/webhook-post.test.ts';
const command = 'test/scenarios/cli-webhook.test.ts';
const hubs = 'test/scenarios/hub-webhooks.test.ts';

export const ofWebhooks: readonly Break[] = [
  {
    what: 'webhooks: other kinds of events are not told',
    file: 'src/tools/webhook-courier.ts',
    replace: 'if (!isChosen(webhook.events, event.type)) continue;',
    by: '',
    caughtBy: `${dispatcher} › is told what happens after it was made, in order and once, and nothing of other projects or kinds`,
  },
  {
    what: 'webhooks: a failure moves no cursor',
    file: 'src/core/webhook-turn.ts',
    replace: "tx.put('webhook', { ...failed, nextAt: tx.now + (pauseMs ?? 0) });",
    by: "tx.put('webhook', { ...failed, nextAt: 0 });",
    caughtBy: `${dispatcher} › is tried again with growing pauses under one id, goes on where it was, and holds up no other`,
  },
  {
    what: 'webhooks: events of a cursor that somebody else has moved are not passed over',
    file: 'src/tools/webhook-courier.ts',
    replace: 'const to = (wanted < 0 ? page.at(-1)?.sequence : page[wanted - 1]?.sequence) ?? from;',
    by: 'const to = page.at(-1)?.sequence ?? from;',
    caughtBy: `${dispatcher} › every event comes at least once, in order and under one id, with the dice of seed %i`,
  },
  {
    what: 'webhooks: one hub at a time',
    file: 'src/core/webhook-turn.ts',
    replace: "lease.until > now && processes.liveness(lease.process) !== 'dead'",
    by: 'lease.until < now - 1',
    caughtBy: `${dispatcher} › one at a time works on a webhook, and each event comes once`,
  },
  {
    what: 'webhooks: the fence is asked for',
    file: 'src/core/webhook-turn.ts',
    replace: 'return record?.fence === fence && record.lease !== null ? record : undefined;',
    by: 'return fence > 0 ? record : undefined;',
    caughtBy: `${dispatcher} › one that slept through its lease changes nothing of what another has done since`,
  },
  {
    what: 'webhooks: an event is told before it counts as told',
    file: 'src/tools/webhook-courier.ts',
    replace: '    const answer = await post.post(posting, ended);\n',
    by: `    const told = { what: 'delivered' } as const;
    await this.#unit(tx => settle({ tx, ids, processes }, hold.turn, { project, sequence: event.sequence }, told));
    const answer = await post.post(posting, ended);\n`,
    caughtBy: `${hubs} › lose nothing when one of them is killed at work, and what is repeated has its id`,
  },
  {
    what: 'webhooks: what fails for days is switched off',
    file: 'src/core/webhook-schedule.ts',
    replace: 'if (base === undefined) return null;',
    by: 'if (base === undefined) return 57_600_000;',
    caughtBy: `${dispatcher} › that fails for days is switched off, which its hub logs and the audit says; switched on it goes on where it was`,
  },
  {
    what: 'webhooks: Retry-After is heard',
    file: 'src/core/webhook-schedule.ts',
    replace: 'return Math.max(base - spread + ids.below(2 * spread + 1), askedMs);',
    by: 'return base - spread + ids.below(2 * spread + 1) + 0 * askedMs;',
    caughtBy: `${dispatcher} › waits as long as its receiver asks for, and no longer than the bound`,
  },
  {
    what: 'webhooks: gone is gone',
    file: 'src/core/webhook-schedule.ts',
    replace: "if (status === 410) return { what: 'gone', because };",
    by: '',
    caughtBy: `${dispatcher} › whose receiver says that it is gone is switched off at once, and leaves out what waited if that is wanted`,
  },
  {
    what: 'webhooks: the body is part of what is signed',
    file: 'src/core/webhook-message.ts',
    replace: '`${id}.${timestamp}.${body}`',
    by: '`${id}.${timestamp}.`',
    caughtBy: `${message} › is verified by the library of the specification, and by no other secret`,
  },
  {
    what: 'webhooks: texts of commands stay here',
    file: 'src/core/webhook-discretion.ts',
    replace: "{ 'guard.refused': ['what'] }",
    by: '{}',
    caughtBy: `${message} › %s, no text of a refused command and no secret of known form is told`,
  },
  {
    what: 'webhooks: Slack reads no mention',
    file: 'src/core/webhook-message.ts',
    replace: ".replaceAll('<', '&lt;')",
    by: '',
    caughtBy: `${message} › of Slack reads nothing from outside as a mention, a link or a line, and formats nothing`,
  },
  {
    what: 'webhooks: Discord reads no format',
    file: 'src/core/webhook-message.ts',
    replace: 'sign => `\\\\${sign}`',
    by: 'sign => sign',
    caughtBy: `${message} › of Discord mentions nobody, reads nothing from outside as a format, and takes each message`,
  },
  {
    what: 'webhooks: the address is judged where it is used',
    file: 'src/system/webhook-post.ts',
    replace: 'if (!found.every(({ address }) => isAllowed(address, reach))) throw new Unreached(internal);',
    by: 'if (!found.some(({ address }) => isAllowed(address, reach) || address)) throw new Unreached(internal);',
    caughtBy: `${post} › goes to no internal address that a name leads to after it was judged, nor to one among others`,
  },
  {
    what: 'webhooks: numeric addresses are judged too',
    file: 'src/system/webhook-post.ts',
    replace: 'if (isIP(hostOf(url)) !== 0 && !isAllowed(hostOf(url), reach))',
    by: 'if (isIP(hostOf(url)) < 0)',
    caughtBy: `${post} › goes to no internal address, however it is spelled: %s`,
  },
  {
    what: 'webhooks: only what is given out of IPv6 is public',
    file: 'src/system/webhook-address.ts',
    replace: "return parsed.kind() === 'ipv4' || parsed.match(globalUnicast);",
    by: "return parsed.kind() === 'ipv4' || parsed.match(globalUnicast) || true;",
    caughtBy: `${post} › that is no public one is refused: %s`,
  },
  {
    what: 'webhooks: no more of an answer is read than its bound',
    file: 'src/system/webhook-post.ts',
    replace: 'if (bytes > limits.webhookAnswerBytes) heard();',
    by: 'if (bytes < 0) heard();',
    caughtBy: `${post} › reads no more of an answer than its bound, and takes its status`,
  },
  {
    what: 'webhooks: a path is shown to nobody',
    file: 'src/core/webhook-url.ts',
    replace: 'return parsed(url)?.href === `${origin}/` ? `${origin}/` : `${origin}/…`;',
    by: "return origin === '' ? origin : url;",
    caughtBy: `${command} › shows its secret once, and never the path of its address`,
  },
  {
    what: 'webhooks: what is done with them stands in the audit',
    file: 'src/core/webhook.ts',
    replace: "await noted(tx, known, 'delete');",
    by: '',
    caughtBy: `${command} › is made with what it wants to hear of, and its doings stand in the audit`,
  },
  {
    what: 'webhooks: the doctor tells',
    file: 'src/surfaces/cli/doctor/webhooks.ts',
    replace: 'return troubled.map(findingOf);',
    by: 'return troubled.slice(1).map(findingOf);',
    caughtBy: `${hubs} › whose receiver is gone is off, which the log, the list, the doctor and the audit tell, and none of them its address`,
  },
];
