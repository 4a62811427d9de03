import { setTimeout as delay } from 'node:timers/promises';

/** Asks until the answer is neither undefined nor false. The runner's own limit ends a test that waits in vain. */
export async function until<T>(ask: () => Promise<T | undefined | false>): Promise<T> {
  for (;;) {
    const answer = await ask();
    if (answer !== undefined && answer !== false) return answer;
    await delay(25);
  }
}
