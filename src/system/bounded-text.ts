/** The text of a web answer, within a bound. */

/** Undefined for one that has more bytes. */
export async function boundedText({ body }: Response, bytes: number): Promise<string | undefined> {
  const pieces: Uint8Array[] = [];
  let read = 0;
  for await (const piece of body ?? []) {
    read += piece.length;
    if (read > bytes) return undefined;
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString('utf8');
}
