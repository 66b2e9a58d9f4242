/** Partners as they are listed: those of the vocabulary, and native sessions that can be talked to as well. */
import { leaseHolds } from '../core/lease.ts';
import { isListening } from '../core/listening.ts';
import { allPartners, type Partner } from '../core/partner.ts';
import { lookAround } from '../core/presence.ts';
import type { SessionRecord } from '../core/records.ts';
import type { View } from '../core/unit.ts';
import { isNative, nativeName } from './foreign-names.ts';

export interface PartnerRow {
  readonly id: string;
  /** How people call it; empty where it said nothing. */
  readonly shown: string;
  readonly isOwn: boolean;
  readonly isOnline: boolean;
  readonly isListening: boolean;
  readonly status: string | null;
  /** Its folder; empty where it told none. */
  readonly path: string;
  readonly since: number;
  readonly seenAt: number;
  /** Whether it wants to be told of messages. */
  readonly isTold: boolean;
  /** Whether it is a session of our own vocabulary. */
  readonly isNative: boolean;
}

/** All partners who are remembered, whoever did something last first. */
export async function partnerRows(
  view: View,
  issuer: string,
  isOwn: (session: SessionRecord) => boolean,
): Promise<PartnerRow[]> {
  return (await allPartners(view.tx, issuer)).map(each => partnerRow(view, each, isOwn(each.session)));
}

/** The native sessions of a project but for one. Sub-agents are talked to by those who know them. */
export async function nativeRows(view: View, issuer: string, except: string | null): Promise<PartnerRow[]> {
  const { live } = await lookAround(view);
  return live
    .filter(each => isNative(each, issuer) && each.parentSession === null && each.id !== except)
    .map(nativeRow);
}

export function partnerRow(view: View, { session, persona }: Partner, isOwn: boolean): PartnerRow {
  const { shown, status, path, told } = persona.facts;
  const isOnline = leaseHolds(view, session);
  return {
    id: persona.name,
    shown: typeof shown === 'string' ? shown : '',
    isOwn,
    isOnline,
    isListening: isOnline && isListening(persona.facts, view.tx.now, null),
    status: typeof status === 'string' ? status : null,
    path: typeof path === 'string' ? path : '',
    since: persona.since,
    seenAt: session.lastSeenAt,
    isTold: told !== 0,
    isNative: false,
  };
}

function nativeRow({ handle, status, task, startedAt, lastSeenAt }: SessionRecord): PartnerRow {
  const about = { isOwn: false, isOnline: true, isListening: false, path: '', isTold: true, isNative: true };
  return {
    ...about,
    id: nativeName(handle),
    shown: handle,
    status: status ?? task,
    since: startedAt,
    seenAt: lastSeenAt,
  };
}
