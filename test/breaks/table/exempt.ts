/** Guarantees that no small edit of a source file can take away: the first words of the sentence, and the reason. */
export const exempt: Readonly<Record<string, string>> = {};
