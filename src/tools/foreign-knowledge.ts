/** Shared knowledge as vocabularies see it that label it with a name of a project and look for pieces of text. */
import { type Shared, share } from '../core/context.ts';
import { entriesHolding, type Withdrawn, withdraw } from '../core/context-holding.ts';
import { limits } from '../core/limits.ts';
import type { ContextRecord, ContextType, SessionRecord } from '../core/records.ts';
import type { Look } from './foreign-look.ts';
import type { Participant } from './participant.ts';

/** Begins the tag of a label. */
const mark = '@';

export interface KnownEntry {
  readonly entry: ContextRecord;
  /** The beginning of what it was labelled with; null for what was shared natively. */
  readonly label: string | null;
  /** Undefined for one that is forgotten. */
  readonly author: SessionRecord | undefined;
}

export interface KnowledgeFilter {
  readonly type: ContextType | null;
  readonly text: string;
  /** Null for every label. */
  readonly label: string | null;
  /** Whether what has no label is meant as well. */
  readonly isNativeMeant: boolean;
}

export class ForeignKnowledge {
  readonly #look: Look;

  constructor(look: Look) {
    this.#look = look;
  }

  /** Errors: those of `share`. */
  share(caller: Participant, type: ContextType, label: string, content: string): Promise<Shared> {
    const knowledge = { type, title: null, content, tags: [tagOf(label)], ttlMs: null };
    // The same words of another, or under another label, are an entry of their own: nobody takes what is another's by repeating it.
    return caller.transact((unit, me) => share(unit, me, { ...knowledge, apart: `${me.id} ${label}` }));
  }

  /** The newest entries that hold a text, as many as one answer carries. */
  query({ type, text, label, isNativeMeant }: KnowledgeFilter): Promise<KnownEntry[]> {
    const isMeant = (entry: ContextRecord) => {
      const own = labelOf(entry);
      return own === null ? isNativeMeant : label === null || mark + own === tagOf(label);
    };
    return this.#look(async ({ tx }) => {
      const entries = await entriesHolding(tx, { type, text, isMeant });
      const authors = await Promise.all(entries.map(({ author }) => tx.get('session', author)));
      return entries.map((entry, at) => ({ entry, label: labelOf(entry), author: authors[at] }));
    });
  }

  withdraw(caller: Participant, id: string): Promise<Withdrawn> {
    return caller.transact((unit, me) => withdraw(unit, me, id));
  }
}

/** Tags are short: of a long label its beginning tells it from others. */
function tagOf(label: string): string {
  return `${mark}${label.slice(0, limits.tagCharacters - mark.length).toWellFormed()}`;
}

function labelOf({ tags }: ContextRecord): string | null {
  return tags.find(tag => tag.startsWith(mark))?.slice(mark.length) ?? null;
}
