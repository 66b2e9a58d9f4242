/** The tools of claude-duo about partners: who there is, and what one says of oneself. */
import * as z from 'zod/v4';
import { limits } from '../../core/limits.ts';
import type { PartnerRow } from '../../tools/partner-rows.ts';
import { duoTool, oneLine } from './telling.ts';
import type { Words } from './words.ts';

/** What somebody is called who did not say. */
const plainName = 'Claude';

export function shownName(given: string | undefined, variable: string): string {
  const fitting = oneLine(variable).slice(0, limits.partnerSaidCharacters).toWellFormed();
  return oneLine(given ?? '') || fitting || plainName;
}

export const register = duoTool({
  name: 'register',
  description: 'Say how you are called. You are registered without it, under an id that comes from your folder.',
  input: z.object({ name: z.string().optional().describe('How you are shown to others') }),
  async run(desk, { name }, words) {
    const shown = shownName(name, desk.surroundings.variable('PARTNER_NAME'));
    const { id, path } = await desk.talk.register(shown);
    return `${words.registered(shown)}\nID: ${id}\n${words.project} ${path}`;
  },
});

export const listPartners = duoTool({
  name: 'list_partners',
  description: 'Who there is: all partners, also those who are away, and the other sessions of your project.',
  input: z.object({}),
  async run(desk, _input, words) {
    const all = await desk.talk.partners();
    const isListed = ({ isOnline }: PartnerRow, at: number) => isOnline || at < limits.partnersListed;
    const rows = all.filter(isListed).map(row => shownPartner(row, words));
    const earlier = all.length > rows.length ? [words.earlier(all.length - rows.length)] : [];
    return [...rows, '', ...earlier, words.legend].join('\n');
  },
});

export const setStatus = duoTool({
  name: 'set_status',
  description: 'Say in a line what you are doing, for others to see. Nothing, or an empty text, clears it.',
  input: z.object({ message: z.string().optional().describe('What you are doing') }),
  async run(desk, { message }, words) {
    const status = oneLine(message ?? '');
    await desk.talk.saysStatus(status);
    return status === '' ? words.statusCleared : words.status(status);
  },
});

export const notifications = duoTool({
  name: 'notifications',
  description: 'Whether your notification file tells of messages that wait for you. They are kept either way.',
  input: z.object({ enabled: z.boolean() }),
  async run(desk, { enabled }, words) {
    await desk.talk.wantsTold(enabled);
    return enabled ? words.toldOn : words.toldOff;
  },
});

function shownPartner({ id, shown, isOwn, isOnline, isListening, status }: PartnerRow, words: Words): string {
  return [
    isOnline ? '🟢' : '⚪',
    ...(isListening ? ['👂'] : []),
    `**${oneLine(shown) || plainName}** (${id})`,
    ...(isOwn ? [words.yourself] : []),
    ...(status ? [`- _${oneLine(status)}_`] : []),
  ].join(' ');
}
