/** Calls `late` unless the returned function is called within the time. Keeps no process alive. */
export function deadline(withinMs: number, late: () => void): () => void {
  const timer = setTimeout(late, withinMs);
  timer.unref();
  return () => clearTimeout(timer);
}
