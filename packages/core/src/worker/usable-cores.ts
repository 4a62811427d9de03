import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';

/**
 * Cores that this process may really use, 1 and more: a container's limit counts. More threads than that wait for each other.
 *
 * @param quotaPath where the control group's limit is read
 */
export async function usableCores(quotaPath = '/sys/fs/cgroup/cpu.max'): Promise<number> {
  const text = await readFile(quotaPath, 'utf8').catch(() => 'max 100000');
  const [quota = 'max', period = '100000'] = text.trim().split(' ');
  const limit = quota === 'max' ? Number.POSITIVE_INFINITY : Math.floor(Number(quota) / Number(period));
  return Math.max(1, Math.min(availableParallelism(), limit));
}
