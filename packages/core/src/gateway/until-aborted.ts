/**
 * Walks items, and rejects with the signal's reason as soon as it is aborted, whatever the items do then. Listens once for all of
 * them: a stream has one for each token.
 */
export async function* untilAborted<T>(
  items: AsyncIterable<T>,
  signal: AbortSignal,
): AsyncGenerator<T, void, undefined> {
  const iterator = items[Symbol.asyncIterator]();
  let give: (reason: unknown) => void = () => {};
  const onAbort = () => give(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    for (;;) {
      signal.throwIfAborted();
      const next = await new Promise<IteratorResult<T>>((resolve, reject) => {
        give = reject;
        iterator.next().then(resolve, reject);
      });
      if (next.done) return;
      yield next.value;
    }
  } finally {
    signal.removeEventListener('abort', onAbort);
    // Nobody waits for it: it may be suspended for as long as it likes.
    void iterator.return?.()?.then(undefined, () => {});
  }
}
