/** Which shared knowledge matters for a session: by its type, by what its task and branch are about, by age and branch. */
import { agoText, quoted, type Section } from './brief-text.ts';
import { isCurrent, newest } from './context.ts';
import { limits } from './limits.ts';
import { aboutOf, type Query } from './query.ts';
import { contextDocument, rank } from './ranking.ts';
import { type ContextRecord, type ContextType, contextTypes, ordered, type SessionRecord } from './records.ts';
import { search } from './search.ts';
import type { View } from './unit.ts';

/** Words that stand in any task or branch, and tell nothing of what it is about. */
const common = new Set(
  (
    'a an and are as at be by do for from has in into is it its make my new no not of on or our out so that the then this to up ' +
    'use we when with add change fix implement improve update work ' +
    'main master trunk develop dev feature feat bugfix hotfix chore release wip'
  ).split(' '),
);

/** What a session's task and branch are about. */
export function subjectOf({ task, branch }: SessionRecord): Query {
  const about = aboutOf(task, branch);
  return { ...about, words: about.words.filter(word => !common.has(word)) };
}

/** What each type counts by itself, compared with the `relevance` of a perfect fit to the task. */
const typeWeight: Record<ContextType, number> = { blocker: 5, decision: 4, convention: 3, discovery: 2, note: 1 };
const relevanceWeight = 5;
const freshnessWeight = 1.5;
const branchWeight = 1;
const freshForMs = 7 * 86_400_000;

/** Shared knowledge, that which matters most for what the session is about first. */
export async function knowledgeSection({ tx }: View, me: SessionRecord, about: Query): Promise<Section> {
  const [all, expired, candidates] = await Promise.all([
    tx.count('context', 'recent', { prefix: '' }),
    tx.count('context', 'expiry', { from: '', below: ordered(tx.now + 1) }),
    knowledgeCandidates({ tx }, about),
  ]);
  const ranked = rank(about, candidates, contextDocument, tx.now);
  const best = Math.max(0, ...ranked.map(({ score }) => score));
  const worth = ({ item, score }: { item: ContextRecord; score: number }) =>
    typeWeight[item.type] +
    (best > 0 ? (relevanceWeight * score) / best : 0) +
    (freshnessWeight * freshForMs) / (freshForMs + Math.max(0, tx.now - item.updatedAt)) +
    (me.branch !== null && item.branch === me.branch ? branchWeight : 0);
  const lines = ranked
    .toSorted((a, b) => worth(b) - worth(a) || b.item.order - a.item.order)
    .map(({ item }) => knowledgeLine(item, tx.now));
  return { title: 'Known here', weight: 2, lines, total: all - expired, tool: 'context_query' };
}

/** What the task's words find, and the newest of each type, the weightier the more. */
async function knowledgeCandidates({ tx }: Pick<View, 'tx'>, about: Query): Promise<ContextRecord[]> {
  const shows = (entry: ContextRecord) => isCurrent(entry, tx.now);
  const [found, ...byType] = await Promise.all([
    about.words.length > 0 ? search(tx, 'context', about, { limit: limits.briefLooked, shows }) : { found: [] },
    ...contextTypes.map(type => newest(tx, type, typeWeight[type] * 4)),
  ]);
  const entries = [...found.found.map(({ record }) => record), ...byType.flat()];
  return [...new Map(entries.map(entry => [entry.id, entry])).values()];
}

function knowledgeLine(entry: ContextRecord, now: number): string {
  const title = entry.title ? `${quoted(entry.title)}: ` : '';
  return `- ${entry.type} ${entry.id} by ${entry.authorHandle}, ${agoText(entry.updatedAt, now)}: ${title}${quoted(entry.content)}`;
}
