/** How claude-duo spells conversations: `direct_<a>_<b>` with the ids sorted, `group_<ms>_<base 36>`; everything else as we do. */
import type { TalkKey } from '../../tools/foreign-conversations.ts';

export function addressOf(key: TalkKey): string {
  if (key.kind === 'pair') return `direct_${key.names.join('_')}`;
  return key.kind === 'group' ? `group_${key.at}_${key.sequence.toString(36)}` : key.name;
}

/** The conversation that somebody means. Of a direct one the reader is one of the two, if it may read it at all. */
export function keyIn(address: string, own: string): TalkKey {
  const [, at, number] = /^group_(\d{1,15})_([0-9a-z]{1,9})$/.exec(address) ?? [];
  if (at && number) return { kind: 'group', at: Number(at), sequence: Number.parseInt(number, 36) };
  if (!address.startsWith('direct_')) return { kind: 'open', name: address };
  const names = address.slice('direct_'.length);
  const others = [
    ...(names.startsWith(`${own}_`) ? [names.slice(own.length + 1)] : []),
    ...(names.endsWith(`_${own}`) ? [names.slice(0, -own.length - 1)] : []),
  ];
  const pairs = others.map(other => pairOfNames(own, other));
  return pairs.find(pair => addressOf(pair) === address) ?? pairOfNames('', names);
}

function pairOfNames(one: string, other: string): TalkKey {
  const [first = '', second = ''] = [one, other].sort();
  return { kind: 'pair', names: [first, second] };
}
