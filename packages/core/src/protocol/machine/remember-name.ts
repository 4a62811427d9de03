/** Names of finished parts that are kept at most: a peer may not grow our memory, and a live job has parts without end. */
const NAMES_MAX = 1000;

/** Adds the name of a finished part; the oldest of more than 1000 is forgotten. */
export function rememberName(finished: Set<string>, name: string): void {
  finished.add(name);
  if (finished.size <= NAMES_MAX) return;
  const [oldest] = finished;
  if (oldest !== undefined) finished.delete(oldest);
}
